"""Messages whose time is over, and all of an account that was closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from lms.lib.durations import beijing_day
from lms.notices.models import LastReminder, Message, Reminder, SmsRefusal


def forget_messages(*, at: datetime, dry_run: bool = False) -> dict[str, int]:
    """Delete what its model's RETENTION says is over; how many rows of each model. An SMS goes with its message."""
    closed = Q(person__closed_at__isnull=False)
    old = (
        Message.objects.filter(closed | Q(written_at__lt=at - timedelta(days=Message.RETENTION.days or 0))),
        Reminder.objects.filter(made_at__lt=at - timedelta(days=Reminder.RETENTION.days or 0)),
        LastReminder.objects.filter(
            closed | Q(reminded_on__lt=beijing_day(at) - timedelta(days=LastReminder.RETENTION.days or 0))
        ),
        SmsRefusal.objects.filter(closed),
    )
    return {rows.model._meta.label: rows.count() if dry_run else rows.delete()[0] for rows in old}


def forget_people(person_ids: Iterable[int]) -> None:
    """What these closed accounts were told, and whether they wanted SMS."""
    ids = list(person_ids)
    for model in (Message, LastReminder, SmsRefusal):
        model.objects.filter(person__in=ids).delete()
