"""Watch records are caches of receipts, checks and settlements: compute them anew and say where they differed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lms.learning.domain.enrolling import lock_clock
from lms.learning.enums import COUNTING_OUTCOMES, EvidenceKind
from lms.learning.models import PackageReceipt, Receipt, Settlement, WaitingStretch, WatchRecord
from lms.learning.queries import group_seconds
from lms.lib.stretches import Stretches
from lms.people.models import Person
from lms.people.queries import same_person_ids


@dataclass(frozen=True, slots=True)
class Difference:
    """A watch record that the facts do not bear out, by one kind of evidence."""

    record_id: int
    kind: EvidenceKind
    kept: Stretches
    proven: Stretches


def rebuild_watch_records(*, dry_run: bool = False, of: Collection[int] | None = None) -> list[Difference]:
    """Compute every record's coverage from the facts, repair and return what differs; `of` names persons, or all."""
    found = []
    records = WatchRecord.objects.all() if of is None else WatchRecord.objects.filter(person__in=of)
    for record_id in records.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=1000):
        with transaction.atomic():
            person = Person.objects.select_related("merged_into").get(watch_records=record_id)
            lock_clock(person)
            record = WatchRecord.objects.get(pk=record_id)
            # What other accounts of the same human being watched of it proves it as well.
            same = [record_id]
            if len(same_person_ids(person)) > 1:
                same += WatchRecord.objects.twins_of(record).values_list("pk", flat=True)
            proven = {
                EvidenceKind.ONLINE: _accepted(Receipt.objects.filter(session__record__in=same)) | _released(same),
                EvidenceKind.OFFLINE: _accepted(PackageReceipt.objects.filter(package__record__in=same)),
                EvidenceKind.GROUP: group_seconds(same),
                EvidenceKind.SETTLED: _granted(same),
            }
            kept = {kind: record.coverage(kind) for kind in proven}
            differing = [kind for kind in proven if kept[kind] != proven[kind]]
            if not differing and record.covered_seconds != record.covered.seconds:
                differing = [EvidenceKind.ONLINE]  # the coverage is right, its sum is not
            found += [Difference(record.pk, kind, kept[kind], proven[kind]) for kind in differing]
            if differing and not dry_run:
                for kind, stretches in proven.items():
                    setattr(record, kind.value, stretches.to_bytes())
                record.covered_seconds = record.covered.seconds
                record.save(update_fields=[*(kind.value for kind in proven), "covered_seconds"])
    return found


def _released(record_ids: list[int]) -> Stretches:
    """What had waited for a check that was answered since."""
    rows = WaitingStretch.objects.filter(record__in=record_ids, presence_check__outcome__in=COUNTING_OUTCOMES)
    return Stretches.of(pair for row in rows for pair in row.seconds.pairs)


def _granted(record_ids: list[int]) -> Stretches:
    """What was settled in the learner's favour."""
    rows = Settlement.objects.filter(record__in=record_ids).values_list("granted", flat=True)
    return Stretches.of(pair for row in rows for pair in Stretches.from_bytes(row).pairs)


def _accepted(receipts: QuerySet[Any]) -> Stretches:
    bodies = receipts.values_list("body", flat=True)
    return Stretches.of((start, end) for body in bodies for start, end in body["accepted"])
