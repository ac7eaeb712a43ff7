"""When an SMS may go out: from 8:00 up to, not including, 20:00 in Beijing. Rule: no reminders 20:00 to 08:00."""

from datetime import UTC, date, datetime, time, timedelta

from lms.lib.durations import BEIJING, beijing_day

OPENS, CLOSES = time(8), time(20)


def may_send(at: datetime) -> bool:
    """Whether the moment lies in the hours in which people may be disturbed."""
    return OPENS <= at.astimezone(BEIJING).time() < CLOSES


def next_sending(at: datetime) -> datetime:
    """The moment itself, or, in UTC, the next 8:00 in Beijing after it."""
    if may_send(at):
        return at
    day = beijing_day(at)
    if at.astimezone(BEIJING).time() >= CLOSES:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=BEIJING).astimezone(UTC)


def sending_day(at: datetime) -> date:
    """The day, in Beijing, on which what is written now reaches a phone."""
    return beijing_day(next_sending(at))
