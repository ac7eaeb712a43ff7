"""How many requests wait for this web process; past `REPORTS_WAITING` of them reports are sent away at once.

A report sent away costs less than one taken, so the queue stays short and who is in it is served. Phones keep what
was not answered and come again after the pause that they are told, which differs so that they do not all come at once.
"""

import random
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext as _

from lms.learning.wire import Refused

PAUSE_SECONDS = (2, 10)
# Enough for a commit to be worth its while; the other threads send away.
UNDERWAY = 8
NAP_SECONDS = 0.01


def _nobody() -> int:
    return 0


# The web server's own count; deploy/gunicorn.conf.py puts it here.
waiting: Callable[[], int] = _nobody


def send_away_when_crowded(underway: int) -> None:
    """Raise Refused when more wait than can be served soon; `underway` reports are being taken by this process.

    While few are underway the next one is taken however many wait, and whoever is sent away has waited a moment that
    costs nothing: a crowd that comes again at once must not stop the work.
    """
    if waiting() > settings.REPORTS_WAITING and underway >= UNDERWAY:
        time.sleep(NAP_SECONDS)
        raise busy()


def busy() -> Refused:
    return Refused(
        "busy",
        _("Many people are learning just now. What you watched is kept and sent again in a moment."),
        HTTPStatus.SERVICE_UNAVAILABLE,
        retry_after_seconds=random.randint(*PAUSE_SECONDS),  # noqa: S311  (no secret)
    )
