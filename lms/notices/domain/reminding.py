"""提醒: the same words to several people, each alone, and nobody twice in fourteen days.

Whom a caller may remind, and of what, it has asked its own policy; here the days, the ways and the words are kept.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
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
from lms.notices.queries import in_chunks
from lms.notices.signals import sms_queued
from lms.people.models import Org, Person

BATCH = 500
# More people at once than this are reminded unit by unit: one transaction holds all of them.
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
    """Write a message for each of them, and an SMS that waits for its hour; `seen` is the digest of the plan shown.

    Raises PlanChanged where somebody else was quicker or somebody needs no reminder any more, ReminderRefused where
    nobody is left or there are too many. Two officers who press at once find each other's work: the rows of
    `LastReminder` are locked, in order, before the plan is made anew.
    """
    ids, reason = sorted(set(person_ids)), reason.strip()
    if not reason:
        raise ReminderRefused(_("Please write why you send it. It stands on the log."))
    if len(ids) > MOST_PEOPLE:
        raise ReminderRefused(_("These are too many people for one reminder. Choose a unit, then the next."))
    day = sending_day(at)
    with transaction.atomic():
        _lock(ids)
        plan = plan_reminder(ids, template, variables, with_sms=with_sms, at=at)
        if plan.digest != seen:
            raise PlanChanged(plan)
        if not plan.told:
            raise ReminderRefused(_("Nobody is left to remind: all of them were reminded within 14 days."))
        reminder = _write(plan, about=about, reason=reason, org=org, by=by, at=at)
        _note_day(plan.told, day)
        detail = {"people": len(plan.told), "sms": len(plan.by_sms), "about": about, "org": org.code, "reason": reason}
        record("reminder_sent", actor=by, subject_kind="reminder", subject_id=reminder.pk, detail=detail, at=at)
        if plan.by_sms:
            transaction.on_commit(partial(sms_queued.send_robust, sender=None), robust=True)
    return reminder


def _lock(ids: list[int]) -> None:
    """One row for each of them, locked until the transaction ends, always in the same order."""
    for chunk in in_chunks(ids):
        known = set(LastReminder.objects.filter(person__in=chunk).values_list("person_id", flat=True))
        missing = [LastReminder(person_id=pk) for pk in chunk if pk not in known]
        LastReminder.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
        list(LastReminder.objects.filter(person__in=chunk).order_by("person_id").select_for_update())


def _write(plan: Plan, *, about: str, reason: str, org: Org, by: Person, at: datetime) -> Reminder:
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
    messages = [
        Message(
            person_id=pk,
            kind=MessageKind.REMINDER,
            template=plan.template.code,
            variables=dict(plan.variables),
            cause=f"reminder:{reminder.pk}",
            reminder=reminder,
            written_at=at,
        )
        for pk in sorted(plan.told)
    ]
    Message.objects.bulk_create(messages, batch_size=BATCH)
    written = Message.objects.filter(reminder=reminder).values_list("person_id", "pk")
    sms = [
        Sms(message_id=pk, segments=plan.sms.segments, queued_at=at)
        for person_id, pk in written
        if person_id in plan.by_sms
    ]
    Sms.objects.bulk_create(sms, batch_size=BATCH)
    return reminder


def _note_day(ids: Iterable[int], day: date) -> None:
    for chunk in in_chunks(ids):
        LastReminder.objects.filter(person__in=chunk).update(reminded_on=day)
