"""封存: signing the ledger, and the end of the audit log, as they stood when a day in Beijing ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction

from lms.audit.models import AuditEntry
from lms.credits.models import CreditLedgerEntry, DailySeal
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.sealing import merkle_root, public_key, sign, verify

# Whatever was begun before midnight has been committed or given up by then.
SETTLING = timedelta(minutes=10)


class DayIsNotOver(Exception):
    """Only a day that ended in Beijing ten minutes ago or more can be sealed."""


class SealedOutOfOrder(Exception):
    """A later day is already sealed."""


@dataclass(frozen=True, slots=True)
class LedgerThen:
    """The ledger when a day ended: how many entries and chains it had, and the root over the heads of all chains."""

    day: date
    entries: int
    heads: int
    root: str


def last_day_over(at: datetime) -> date:
    """The newest day that can be sealed at this moment: yesterday, and until ten past midnight the day before."""
    return beijing_day(at - SETTLING) - timedelta(days=1)


def ledger_at_ends_of(days: Sequence[date]) -> Iterator[LedgerThen]:
    """The ledger when each of the days (in order) ended; the leaves of a root stand in order of person.

    The ledger is read once, and a day on which nothing was registered costs nothing.
    """
    heads: dict[int, tuple[int, str]] = {}
    count, root, is_known = 0, merkle_root([]), True
    entries = CreditLedgerEntry.objects.order_by("registered_at", "pk")
    rows = entries.values_list("person_id", "seq", "hash", "registered_at").iterator(chunk_size=10_000)
    row = next(rows, None)
    for day in days:
        end = beijing_midnight(day + timedelta(days=1))
        while row is not None and row[3] < end:
            person_id, seq, own, _at = row
            heads[person_id] = max(heads.get(person_id, (0, "")), (seq, own))
            count, is_known = count + 1, False
            row = next(rows, None)
        if not is_known:
            root = merkle_root([f"{person}:{seq}:{own}" for person, (seq, own) in sorted(heads.items())])
            is_known = True
        yield LedgerThen(day, count, len(heads), root)


def audit_log_at_end_of(day: date) -> AuditEntry | None:
    """The last entry of the audit log when the day ended."""
    return AuditEntry.objects.filter(at__lt=beijing_midnight(day + timedelta(days=1))).order_by("-seq").first()


def seal_day(day: date, *, at: datetime) -> DailySeal:
    """Sign the ledger and the audit log at the end of the day; told twice, the first seal is returned.

    From then on nothing can be registered with a moment in that day or before it.
    """
    if at < beijing_midnight(day + timedelta(days=1)) + SETTLING:
        raise DayIsNotOver(f"{day} is not over in Beijing.")
    with transaction.atomic():
        known = DailySeal.objects.filter(day=day).first()
        if known:
            return known
        last = DailySeal.objects.order_by("day").last()
        if last and last.day > day:
            raise SealedOutOfOrder(f"{last.day} is already sealed.")
        (then,) = ledger_at_ends_of([day])
        logged = audit_log_at_end_of(day)
        seal = DailySeal(
            day=day,
            sealed_at=at,
            heads=then.heads,
            entries=then.entries,
            root=then.root,
            audit_seq=logged.seq if logged else 0,
            audit_hash=logged.hash if logged else "",
            prev_signature=last.signature if last else "",
            public_key=public_key(),
        )
        seal.signature = sign(seal.signed_bytes)
        seal.save(force_insert=True)
    return seal


def seal_faults() -> Iterator[str]:
    """What is wrong with the seals kept here: a signature, the link to the seal before, or what was sealed."""
    seals = list(DailySeal.objects.order_by("day"))
    for seal in seals:
        if not verify(seal.signed_bytes, seal.signature, seal.public_key):
            yield f"seal {seal.day}: the signature does not hold"
        if seal.public_key != public_key():
            yield f"seal {seal.day}: signed with another key than this machine's"
    yield from link_faults(seals)
    yield from content_faults(seals)


def link_faults(seals: Sequence[DailySeal], *, prev_signature: str = "") -> Iterator[str]:
    """Seals in order of day that do not name the signature of the one before them."""
    if seals and seals[0].prev_signature != prev_signature:
        yield f"seal {seals[0].day}: does not continue the seal before it"
    for before, seal in pairwise(seals):
        if seal.prev_signature != before.signature:
            yield f"seal {seal.day}: does not continue the seal before it"


def content_faults(seals: Sequence[DailySeal]) -> Iterator[str]:
    """Seals in order of day against the ledger and the audit log of today."""
    for seal, then in zip(seals, ledger_at_ends_of([seal.day for seal in seals]), strict=True):
        if then.root != seal.root or then.heads != seal.heads:
            yield f"seal {seal.day}: the ledger of that day is no longer the one that was sealed"
        if seal.entries is not None and then.entries != seal.entries:
            yield f"seal {seal.day}: {seal.entries} entries were sealed, there are {then.entries}"
        if seal.audit_seq:
            now = AuditEntry.objects.filter(seq=seal.audit_seq).values_list("hash", flat=True).first()
            if now != seal.audit_hash:
                yield f"seal {seal.day}: the audit log of that day is no longer the one that was sealed"
