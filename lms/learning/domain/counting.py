"""What being at a group viewing brings: seconds paid from the person's clock, and perhaps a lesson done."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from lms.learning.domain import screening
from lms.learning.domain.clocks import days_of, share_with_twins
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import Terms, lock_clock
from lms.learning.domain.evidence import HOLD_BACK, PAID_KEPT, SESSION_VALID, PaidTime
from lms.learning.domain.watching import CannotPlay, record_of, taken_down_at, unite_refused
from lms.learning.enums import EvidenceKind, GroupRefusal, RefusalReason
from lms.learning.models import (
    GroupReceipt,
    GroupTick,
    GroupViewing,
    LessonCompletion,
    Receipt,
    StudyClock,
    WatchRecord,
)
from lms.learning.signals import announce, evidence_improved
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.queries import same_person_ids


def count_ticks(viewing: GroupViewing, *, at: datetime, most: int | None = None) -> int:
    """Count every tick of a closed viewing that was not counted yet, or `most` of them, each by itself; how many.

    A process that dies on the way leaves the rest to whoever comes next: the page, a task, the sweeper.
    """
    waiting = viewing.ticks.standing().filter(receipt__isnull=True).order_by("pk").values_list("pk", flat=True)
    counted = [count_tick(pk, at=at) for pk in list(waiting[:most])]
    return len(counted)


def count_tick(tick_id: int, *, at: datetime) -> GroupReceipt | None:
    """Pay for what the person saw from her coming to the end, and complete the lesson if its rule is met by that.

    None while the viewing is not closed, or where she objected first. Told twice, it returns the first receipt.
    """
    tick = GroupTick.objects.select_related("person__merged_into", "viewing__page", "viewing__video").get(pk=tick_id)
    with transaction.atomic():
        clock = lock_clock(tick.person)
        known = GroupReceipt.objects.filter(tick=tick).first()
        if known or tick.viewing.closed_at is None or tick.is_struck:
            return known
        return GroupReceipt.objects.create(tick=tick, counted_at=at, **pay_for(tick, clock, at=at))


def pay_for(tick: GroupTick, clock: StudyClock, *, at: datetime) -> dict[str, Any]:
    """Pay from this clock, which whoever calls has locked, and unite it into the record: the fields of a `Counted`."""
    try:
        terms, own = record_of(tick.person, tick.viewing.page, at=at)
    except CannotPlay:
        return {"reason": GroupRefusal.TAKEN_DOWN}
    if own.video_id != tick.viewing.video_id:
        return {"reason": GroupRefusal.TAKEN_DOWN}
    return _count(tick, clock, terms, WatchRecord.objects.for_report(own.pk), at=at)


def _count(tick: GroupTick, clock: StudyClock, terms: Terms, record: WatchRecord, *, at: datetime) -> dict[str, Any]:
    viewing, before = tick.viewing, PaidTime.from_bytes(clock.paid)
    there = Stretches.of([(tick.from_second, viewing.seconds)] if tick.from_second < viewing.seconds else [])
    wanted = there - record.witnessed
    down = taken_down_at(record) if record.is_withdrawn else None
    opened_at, closed_at = viewing.opened_at or at, viewing.closed_at or at
    if viewing.is_offline:
        until = min(closed_at, down) if down else closed_at
        days = days_of(clock)
        counted, after, spent = screening.attend_unseen(wanted, before, days, since=opened_at, until=until)
        for day, seconds in spent.items():
            days[day] = days.get(day, 0) + seconds
        oldest = beijing_day(at - PAID_KEPT)
        clock.offline_days = {day.isoformat(): days[day] for day in sorted(days) if day >= oldest}
    else:
        shown = wanted.clip(0, max(0, (down - opened_at) // timedelta(seconds=1))) if down else wanted
        elsewhere = _elsewhere(tick, opened_at, closed_at)
        counted, after = screening.attend(shown, before, opened_at=opened_at, elsewhere=elsewhere)
    clock.paid = after.tidied(at).to_bytes()
    clock.save(update_fields=["paid", "offline_days"])
    refused = wanted - counted - record.covered
    reason = _why(refused, viewing, is_down=down is not None)
    if refused and reason == GroupRefusal.ELSEWHERE:
        # Explained like any other stretch that did not count, and can be appealed.
        unite_refused(
            refused,
            RefusalReason.ELSEWHERE,
            person_id=clock.person_id,
            lesson_key=record.lesson_key,
            page_id=viewing.page_id,
            record_id=record.pk,
            at=at,
        )
    if counted:
        _add(record, counted, at=at)
        needed = terms.needed_seconds
        if needed is not None and record.covered_seconds >= needed:
            complete_lesson(tick.person, viewing.page, terms, evidence=_evidence(record, viewing, needed), at=at)
    return {
        "record": record,
        "counted": counted.to_bytes(),
        "refused": refused.to_bytes(),
        "paid": after.without(before).to_bytes(),
        "reason": reason,
    }


def _elsewhere(tick: GroupTick, opened_at: datetime, closed_at: datetime) -> PaidTime:
    """When her players were busy while the film ran, by what they reported then, or soon after it."""
    receipts = Receipt.objects.filter(
        session__person__in=same_person_ids(tick.person),
        session__opened_at__gte=opened_at - SESSION_VALID,
        received_at__gte=opened_at - HOLD_BACK,
        received_at__lte=closed_at + HOLD_BACK,
    )
    heard: dict[int, datetime] = {}
    contacts = []
    for receipt in receipts.select_related("session").order_by("received_at", "pk"):
        before = heard.get(receipt.session_id, receipt.session.opened_at)
        played = Stretches.of((start, end) for start, end in receipt.body["accepted"] + receipt.body.get("waiting", []))
        contacts.append((before, receipt.received_at, played.seconds))
        heard[receipt.session_id] = receipt.received_at
    return screening.time_elsewhere(contacts)


def _why(refused: Stretches, viewing: GroupViewing, *, is_down: bool) -> str:
    if not viewing.seconds:
        return GroupRefusal.NOT_SHOWN
    if not refused:
        return ""
    if is_down:
        return GroupRefusal.TAKEN_DOWN
    return GroupRefusal.NO_TIME if viewing.is_offline else GroupRefusal.ELSEWHERE


def _add(record: WatchRecord, counted: Stretches, *, at: datetime) -> None:
    """Unite what counts into the record, and announce it where the lesson was complete before."""
    record.group = (record.coverage(EvidenceKind.GROUP) | counted).to_bytes()
    record.covered_seconds = record.covered.seconds
    record.last_watched_at = max(record.last_watched_at, at)
    record.save(update_fields=["group", "covered_seconds", "last_watched_at"])
    if record.is_united:
        share_with_twins(record)
    done = LessonCompletion.objects.of(record.person).filter(lesson_key=record.lesson_key, round=record.round)
    if done.exists():
        announce(evidence_improved, watch_record_id=record.pk)


def _evidence(record: WatchRecord, viewing: GroupViewing, needed: int) -> dict[str, int | None]:
    """What the completion rests on."""
    return {
        "watch_record": record.pk,
        "video": record.video_id,
        "needed_seconds": needed,
        "covered_seconds": record.covered_seconds,
        **{f"{kind}_seconds": record.coverage(kind).seconds for kind in EvidenceKind.values},
        "group_viewing": viewing.pk,
    }
