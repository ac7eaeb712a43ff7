"""The messages that the whole site sends in a day are limited, so that nobody can empty the account with the provider.

Toll fraud asks for codes to thousands of numbers from thousands of addresses; no limit by number or address meets
it. Beyond the ceiling known and unknown numbers are answered alike: this module never hears of a number.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Tally

logger = logging.getLogger(__name__)

# Shares of the day's messages, in percent, at which those who run the site are told.
WARN_AT_PERCENT = (80, 100)


class NotSent(Exception):
    """No message went out; the text says what to do."""


class SiteSpent(NotSent):
    """The site has sent its messages of the day."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The site cannot send any more codes today. Please come back tomorrow, "
                "or ask your learning helper, who can tell those who run the site."
            )
        )


def check_left(at: datetime) -> Tally:
    """The count of the site's day (Beijing), read without a lock. Raises SiteSpent where nothing is left."""
    tally, _created = Tally.objects.get_or_create(
        scope="code-site-day", key="site", window_start=beijing_midnight(beijing_day(at))
    )
    if tally.count >= settings.SMS_PER_DAY:
        raise SiteSpent
    return tally


def take_one(tally: Tally) -> None:
    """Take one of the site's messages of the day. Raises SiteSpent when somebody else took the last one.

    Every sign-in passes through this row. So this is a transaction of its own, of two short statements; call it when
    nothing else is locked and the provider has not been called yet.
    """
    mine = Tally.objects.filter(pk=tally.pk)
    with transaction.atomic():
        if not mine.filter(count__lt=settings.SMS_PER_DAY).update(count=F("count") + 1):
            raise SiteSpent
        taken = mine.values_list("count", flat=True).get()
    # Each count is reached by one request alone, so each warning is written once.
    reached = [percent for percent in WARN_AT_PERCENT if taken == -(-settings.SMS_PER_DAY * percent // 100)]
    if reached:
        logger.warning("%d %% of today's text messages (SMS_PER_DAY) are used up.", reached[-1])
