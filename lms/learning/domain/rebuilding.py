"""Watch records are caches of receipts: compute them anew and say where they differed."""

from dataclasses import dataclass

from django.db import transaction

from lms.learning.domain.enrolling import lock_clock
from lms.learning.enums import EvidenceKind
from lms.learning.models import Receipt, WatchRecord
from lms.lib.stretches import Stretches


@dataclass(frozen=True, slots=True)
class Difference:
    """A watch record that its receipts do not bear out."""

    record_id: int
    kept: Stretches
    proven: Stretches


def rebuild_watch_records(*, dry_run: bool = False) -> list[Difference]:
    """Compute the online coverage of every record from its receipts, repair what differs, and return it."""
    found = []
    for record_id in WatchRecord.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=1000):
        with transaction.atomic():
            record = WatchRecord.objects.select_related("person").get(pk=record_id)
            lock_clock(record.person)
            record.refresh_from_db()
            bodies = Receipt.objects.filter(session__record=record).values_list("body", flat=True)
            proven = Stretches.of((start, end) for body in bodies for start, end in body["accepted"])
            kept = record.coverage(EvidenceKind.ONLINE)
            if kept == proven and record.covered_seconds == record.covered.seconds:
                continue
            found.append(Difference(record.pk, kept, proven))
            if not dry_run:
                record.online = proven.to_bytes()
                record.covered_seconds = record.covered.seconds
                record.save(update_fields=["online", "covered_seconds"])
    return found
