"""When the demo's history happened, counted back from the day on which it was loaded."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from lms.lib.durations import BEIJING, beijing_day
from lms.people.models import Person

# So that there was somebody last year, which is closed by now.
SETTLED_DAYS_AGO = 400


@dataclass(frozen=True)
class Moments:
    """Days of the demo, all before `now`; a year's history must not begin before the year's rules."""

    now: datetime

    def day_at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """So many days ago, at that time of the day in Beijing, as a moment in UTC."""
        day = beijing_day(self.now) - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), tzinfo=BEIJING).astimezone(UTC)

    @property
    def settled(self) -> datetime:
        """People, posts and roles begin."""
        return self.day_at(SETTLED_DAYS_AGO, 9)

    @property
    def arrived(self) -> datetime:
        """The learners of the cast register."""
        return self.day_at(30, 9)

    @property
    def published(self) -> datetime:
        """The lessons come online."""
        return self.day_at(120, 9)


def moments() -> Moments:
    """The demo's days: counted from the day on which it was first loaded, or from now."""
    first = Person.objects.filter(joined_at__isnull=False, invitations__isnull=False).order_by("joined_at").first()
    return Moments(first.joined_at + timedelta(days=SETTLED_DAYS_AGO) if first else timezone.now())
