"""The messages that the whole site sends in a day are limited, so that nobody can empty the account with the provider.

Toll fraud asks for codes to thousands of numbers from thousands of addresses; no limit by number or address meets
it. Beyond the ceiling known and unknown numbers are answered alike: this module never hears of a number.
"""

import logging
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Ration:
    """What the whole site sends of one kind in a day: the name under which it is counted, the setting with the most."""

    scope: str
    setting: str

    @property
    def most(self) -> int:
        most: int = getattr(settings, self.setting)
        return most


# Each kind has a ration of its own, so that reminders never keep anybody from signing in.
CODES = Ration("code-site-day", "SMS_PER_DAY")
REMINDERS = Ration("reminder-site-day", "SMS_REMINDERS_PER_DAY")


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


def check_left(at: datetime, ration: Ration = CODES) -> Tally:
    """The count of the site's day (Beijing), read without a lock. Raises SiteSpent where nothing is left."""
    tally, _created = Tally.objects.get_or_create(
        scope=ration.scope, key="site", window_start=beijing_midnight(beijing_day(at))
    )
    if tally.count >= ration.most:
        raise SiteSpent
    return tally


def take_one(tally: Tally, ration: Ration = CODES) -> None:
    """Take one of the site's messages of the day. Raises SiteSpent when somebody else took the last one.

    Every sign-in passes through this row. So this is a transaction of its own, of two short statements; call it when
    nothing else is locked and the provider has not been called yet.
    """
    mine = Tally.objects.filter(pk=tally.pk)
    with transaction.atomic():
        if not mine.filter(count__lt=ration.most).update(count=F("count") + 1):
            raise SiteSpent
        taken = mine.values_list("count", flat=True).get()
    # Each count is reached by one request alone, so each warning is written once.
    reached = [percent for percent in WARN_AT_PERCENT if taken == -(-ration.most * percent // 100)]
    if reached:
        logger.warning(f"%d %% of today's text messages ({ration.setting}) are used up.", reached[-1])
