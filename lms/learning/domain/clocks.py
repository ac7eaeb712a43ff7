"""One human being has one study clock, whatever accounts she had: every story about her learning locks it.

Two accounts that were merged keep their rows, and reads follow `merged_into` (decision 0024). What must be one for
law 3 and law 4 to hold, the clock and the open check, becomes one here, the first time that anything locks it.
"""

from datetime import date
from functools import reduce

from django.utils import timezone

from lms.learning.domain.evidence import PaidTime
from lms.learning.enums import CheckOutcome, EvidenceKind
from lms.learning.models import PresenceCheck, StudyClock, WaitingStretch, WatchRecord
from lms.lib.stretches import Stretches
from lms.people.models import Person
from lms.people.queries import same_person_ids

_SUMS = [*EvidenceKind.values, "covered_seconds"]


def lock_clock(person_id: int) -> StudyClock:
    """The clock of the human being whose account this is, locked; made if she has none. Call within a transaction.

    Clocks of accounts merged since then are emptied into it first. Whoever waited for one of those looks again, so
    that nothing is paid from a clock that is gone.
    """
    while True:
        clocks = StudyClock.objects.locked(person_id)
        hers = next((clock for clock in clocks if clock.person_id == clock.human_id), None)
        if hers is not None:
            if len(clocks) > 1:
                _unite(hers, [clock for clock in clocks if clock is not hers])
            return hers
        StudyClock.objects.get_or_create(person=Person.objects.select_related("merged_into").get(pk=person_id).survivor)


def days_of(clock: StudyClock) -> dict[date, int]:
    """Lesson seconds that days of Beijing have paid for packages."""
    return {date.fromisoformat(day): seconds for day, seconds in clock.offline_days.items()}


def share_with_twins(record: WatchRecord) -> None:
    """Let the records that other accounts of the same human being have of this lesson hold what this one holds."""
    WatchRecord.objects.twins_of(record).update(**{name: getattr(record, name) for name in _SUMS})


def _unite(hers: StudyClock, others: list[StudyClock]) -> None:
    """What one or the other has paid, has paid; what was watched since the last check was answered adds up."""
    for other in others:
        hers.paid = PaidTime.from_bytes(hers.paid).united(PaidTime.from_bytes(other.paid)).to_bytes()
        days = days_of(hers)
        for day, seconds in days_of(other).items():
            days[day] = days.get(day, 0) + seconds
        hers.offline_days = {day.isoformat(): days[day] for day in sorted(days)}
        hers.busy_until = max(filter(None, (hers.busy_until, other.busy_until)), default=None)
        hers.unchecked_seconds += other.unchecked_seconds
    hers.save(update_fields=["paid", "offline_days", "busy_until", "unchecked_seconds"])
    StudyClock.objects.filter(pk__in=[other.pk for other in others]).delete()
    ids = same_person_ids(hers.person)
    _unite_checks(hers.person_id, ids)
    _unite_records(ids)


def _unite_checks(survivor_id: int, ids: list[int]) -> None:
    """One check is open at most: hers, else one of an account that was merged away. What waits, waits behind it."""
    checks = sorted(
        PresenceCheck.objects.filter(person__in=ids, outcome=CheckOutcome.OPEN).order_by("pk"),
        key=lambda check: check.person_id != survivor_id,
    )
    if not checks:
        return
    kept, *rest = checks
    for row in WaitingStretch.objects.filter(presence_check__in=rest):
        same = WaitingStretch.objects.filter(presence_check=kept, record=row.record_id).first()
        if same:
            same.stretches = (same.seconds | row.seconds).to_bytes()
            same.save(update_fields=["stretches"])
            row.delete()
        else:
            row.presence_check = kept
            row.save(update_fields=["presence_check"])
    for check in rest:
        check.outcome, check.answered_at = CheckOutcome.WAIVED, timezone.now()
        check.save(update_fields=["outcome", "answered_at"])
    kept.person_id = survivor_id
    # A pause after wrong answers is not got around by merging.
    kept.answerable_from = max(check.answerable_from for check in checks)
    kept.save(update_fields=["person", "answerable_from"])


def _unite_records(ids: list[int]) -> None:
    """Records of the same lesson, recording and round hold what was watched in all; each kind of evidence by itself."""
    twins: dict[tuple[object, ...], list[WatchRecord]] = {}
    for record in WatchRecord.objects.filter(person__in=ids).order_by("pk"):
        twins.setdefault((record.lesson_key, record.video_id, record.round), []).append(record)
    for records in twins.values():
        if len(records) > 1:
            for kind in EvidenceKind.values:
                known = reduce(Stretches.union, (record.coverage(kind) for record in records), Stretches())
                setattr(records[0], kind, known.to_bytes())
            records[0].covered_seconds = records[0].covered.seconds
            records[0].save(update_fields=_SUMS)
            share_with_twins(records[0])
