"""提醒: the same words to several people, each alone, and nobody twice in fourteen days.

Whom a caller may remind, and of what, it has asked its own policy; here the days, the ways and the words are kept.
One short transaction decides who is reminded and notes what each is owed; the messages are written after it in parts,
so that nobody else waits for them. What a killed process still owed, `finish_reminders` writes.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.notices.domain.hours import sending_day
from lms.notices.domain.planning import Plan, plan_reminder
from lms.notices.domain.wording import Template
from lms.notices.enums import MessageKind
from lms.notices.models import LastReminder, Message, Reminder, Sms
from lms.notices.queries import in_chunks, reminded_lately
from lms.notices.signals import sms_queued
from lms.people.models import Org, Person

# Messages written in one transaction.
BATCH = 250
# Between two of them. SQLite has no line to wait in: who wants to write looks now and then whether it is free.
BREATH_SECONDS = 0.05
# More people at once than this are reminded unit by unit: whoever presses waits for all of them.
MOST_PEOPLE = 5000
REASON_LENGTH = 200


class ReminderRefused(Exception):
    """Nobody was reminded; the text says why and what to do."""


class PlanChanged(Exception):
    """What was looked at is no longer so: nobody was reminded, and `plan` is what it would be now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Something has changed since you looked: please look again before you send it."))
        self.plan = plan


def remind(
    person_ids: Iterable[int],
    template: Template,
    variables: Mapping[str, Any],
    *,
    with_sms: bool,
    seen: str,
    about: str,
    reason: str,
    org: Org,
    by: Person,
    at: datetime,
) -> Reminder:
    """A message for each of them, and an SMS that waits for its hour; `seen` is the digest of the plan shown.

    Raises PlanChanged where somebody else was quicker or somebody needs no reminder any more, ReminderRefused where
    nobody is left or there are too many. Two officers who press at once find each other's work: the rows of
    `LastReminder` are locked, in order, before their days are read anew.
    """
    ids, reason = sorted(set(person_ids)), reason.strip()
    if not reason:
        raise ReminderRefused(_("Please write why you send it. It stands on the log."))
    if len(ids) > MOST_PEOPLE:
        raise ReminderRefused(_("These are too many people for one reminder. Choose a unit, then the next."))
    plan = plan_reminder(ids, template, variables, with_sms=with_sms, at=at)
    if plan.digest != seen:
        raise PlanChanged(plan)
    if not plan.told:
        raise ReminderRefused(_("Nobody is left to remind: all of them were reminded within 14 days."))
    _make_rows(plan.told)
    with transaction.atomic():
        _lock(plan.told)
        if reminded_lately(plan.told, sending_day(at)):
            raise PlanChanged(plan_reminder(ids, template, variables, with_sms=with_sms, at=at))
        reminder = _note(plan, about=about, reason=reason, org=org, by=by, at=at)
        detail = {"people": len(plan.told), "sms": len(plan.by_sms), "about": about, "org": org.code, "reason": reason}
        record("reminder_sent", actor=by, subject_kind="reminder", subject_id=reminder.pk, detail=detail, at=at)
    _write(reminder)
    return reminder


def finish_reminders(*, dry_run: bool = False) -> int:
    """Write the messages that a process owed when it died; how many. At the same time as another it does no harm."""
    owed = LastReminder.objects.filter(owes__isnull=False).order_by()
    if dry_run:
        return owed.count()
    unfinished = Reminder.objects.filter(pk__in=list(owed.values_list("owes", flat=True).distinct()))
    return sum(_write(reminder) for reminder in unfinished)


def _make_rows(ids: Iterable[int]) -> None:
    """One row for each of them to be locked; one that is there stays as it is."""
    for chunk in in_chunks(ids):
        known = set(LastReminder.objects.filter(person__in=chunk).values_list("person_id", flat=True))
        missing = [LastReminder(person_id=pk) for pk in chunk if pk not in known]
        LastReminder.objects.bulk_create(missing, ignore_conflicts=True)


def _lock(ids: Iterable[int]) -> None:
    """Their rows, locked until the transaction ends, always in the same order."""
    for chunk in in_chunks(ids):
        rows = LastReminder.objects.filter(person__in=chunk).order_by("person_id").select_for_update()
        list(rows.values_list("person_id", flat=True))


def _note(plan: Plan, *, about: str, reason: str, org: Org, by: Person, at: datetime) -> Reminder:
    """The reminder, and for each person its day and what she is owed."""
    reminder = Reminder.objects.create(
        org=org,
        made_by=by,
        made_at=at,
        template=plan.template.code,
        variables=dict(plan.variables),
        about=about,
        reason=reason[:REASON_LENGTH],
        people=len(plan.told),
        by_sms=len(plan.by_sms),
        segments=plan.sms.segments,
        left_out=plan.left_out,
    )
    day = sending_day(at)
    for people, owes_sms in ((plan.told - plan.by_sms, False), (plan.by_sms, True)):
        for chunk in in_chunks(people):
            rows = LastReminder.objects.filter(person__in=chunk)
            rows.update(reminded_on=day, owes=reminder, owes_sms=owes_sms)
    return reminder


def _write(reminder: Reminder) -> int:
    """The messages of a reminder that are not written yet, part by part; to how many people."""
    written = part = _write_part(reminder)
    while part == BATCH:
        time.sleep(BREATH_SECONDS)
        part = _write_part(reminder)
        written += part
    if written and reminder.by_sms:
        transaction.on_commit(partial(sms_queued.send_robust, sender=None), robust=True)
    return written


@transaction.atomic
def _write_part(reminder: Reminder) -> int:
    """Message and SMS of some whom they are owed, who are then owed nothing: all of it or none."""
    owed = list(LastReminder.objects.filter(owes=reminder).order_by("person_id").select_for_update()[:BATCH])
    messages = Message.objects.bulk_create(
        Message(
            person_id=each.person_id,
            kind=MessageKind.REMINDER,
            template=reminder.template,
            variables=reminder.variables,
            cause=f"reminder:{reminder.pk}",
            reminder=reminder,
            written_at=reminder.made_at,
        )
        for each in owed
    )
    Sms.objects.bulk_create(
        Sms(message=message, segments=reminder.segments, queued_at=reminder.made_at)
        for message, each in zip(messages, owed, strict=True)
        if each.owes_sms
    )
    LastReminder.objects.filter(pk__in=[each.pk for each in owed]).update(owes=None, owes_sms=False)
    return len(owed)
