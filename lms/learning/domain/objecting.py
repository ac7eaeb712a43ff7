"""我没去: a person says that she was not at a screening, and what it brought is taken back by a row of its own.

我去了: she takes that back, and it counts again. Nobody else decides over her word: officers see counts alone, and a
helper who could would be judge in her own matter.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.learning.domain.clocks import share_with_twins
from lms.learning.domain.counting import count_tick, pay_for
from lms.learning.domain.enrolling import lock_clock
from lms.learning.domain.evidence import PaidTime
from lms.learning.models import (
    GroupObjection,
    GroupReceipt,
    GroupTick,
    GroupWithdrawal,
    LessonCompletion,
    StudyClock,
    WatchRecord,
)
from lms.learning.models.screening import WITHDRAWN_WITHIN
from lms.learning.queries import group_seconds
from lms.learning.signals import announce, lesson_objected
from lms.people.models import Person
from lms.people.queries import same_person_ids


class CannotWithdraw(Exception):
    """The objection stays; the text says why."""


def object_to(tick: GroupTick, *, by: Person, at: datetime) -> GroupObjection:
    """Strike the tick: its seconds do not count any more, and the real time that paid for them is hers again.

    A completion that hung on it stays, being a fact, and is named so that the officer sees what it has lost. Told
    twice, the first objection stands. Whoever calls has checked that the tick is the person's own.
    """
    with transaction.atomic():
        clock = lock_clock(tick.person)
        known = GroupObjection.objects.filter(tick=tick).first()
        if known:
            return known
        receipt = GroupReceipt.objects.select_related("record__person__merged_into").filter(tick=tick).first()
        hanging = _take_back(receipt, receipt.record, clock) if receipt and receipt.record else None
        made = GroupObjection.objects.create(tick=tick, completion=hanging, objected_at=at)
        if hanging is not None:
            announce(lesson_objected, completion_id=hanging.pk)
        record(
            "screening.objected",
            actor=by,
            subject_kind="group_tick",
            subject_id=tick.pk,
            detail={"screening": tick.viewing_id, "completed": hanging is not None},
            at=at,
        )
    return made


def may_withdraw(tick: GroupTick, *, at: datetime) -> bool:
    """Whether the person may still say that she was there after all: once, and while her clock remembers that day."""
    begun = tick.viewing.opened_at
    return tick.is_struck and (begun is None or at <= begun + WITHDRAWN_WITHIN)


def withdraw(tick: GroupTick, *, by: Person, at: datetime) -> GroupWithdrawal:
    """Let the tick stand again and count it anew, from the real time of then that is still free.

    Told twice, the first withdrawal stands. Whoever calls has checked that the tick is the person's own. Raises
    CannotWithdraw, leaving nothing.
    """
    with transaction.atomic():
        clock = lock_clock(tick.person)
        known = GroupWithdrawal.objects.filter(objection__tick=tick).first()
        if known:
            return known
        tick = GroupTick.objects.select_related("person__merged_into", "viewing__page", "viewing__video").get(
            pk=tick.pk
        )
        if not may_withdraw(tick, at=at):
            raise CannotWithdraw(_("That can be taken back within seven days after the screening. It is too late now."))
        counted = GroupReceipt.objects.filter(tick=tick, record__isnull=False).exists()
        again = pay_for(tick, clock, at=at) if counted else {}
        made = GroupWithdrawal.objects.create(objection=tick.objection, withdrawn_at=at, **again)
        if not counted:
            count_tick(tick.pk, at=at)
        record(
            "screening.objection_withdrawn",
            actor=by,
            subject_kind="group_tick",
            subject_id=tick.pk,
            detail={"screening": tick.viewing_id},
            at=at,
        )
    return made


def _take_back(receipt: GroupReceipt, watched: WatchRecord, clock: StudyClock) -> LessonCompletion | None:
    """The record without what this tick brought; returns the completion that it bears no more, if there is one."""
    accounts = same_person_ids(watched.person)
    twins = [watched.pk, *WatchRecord.objects.twins_of(watched).values_list("pk", flat=True)]
    watched.group = group_seconds(twins, without=receipt).to_bytes()
    watched.covered_seconds = watched.covered.seconds
    watched.save(update_fields=["group", "covered_seconds"])
    share_with_twins(watched)
    # Where two accounts became one, the same moment may have paid with the other for something else: it stays paid.
    if len(accounts) == 1:
        clock.paid = PaidTime.from_bytes(clock.paid).without(PaidTime.from_bytes(receipt.paid)).to_bytes()
        clock.save(update_fields=["paid"])
    done = LessonCompletion.objects.filter(
        person__in=accounts, lesson_key=watched.lesson_key, round=watched.round
    ).first()
    needed = done.evidence.get("needed_seconds") if done else None
    return done if needed and watched.covered_seconds < needed else None
