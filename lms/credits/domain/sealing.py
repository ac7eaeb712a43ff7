"""封存: signing the ledger as it stood when a day in Beijing ended."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from lms.credits.models import CreditLedgerEntry, DailySeal
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.sealing import merkle_root, public_key, sign, verify

# Whatever was begun before midnight has been committed or given up by then.
SETTLING = timedelta(minutes=10)


class DayIsNotOver(Exception):
    """Only a day that ended in Beijing ten minutes ago or more can be sealed."""


class SealedOutOfOrder(Exception):
    """A later day is already sealed."""


def last_day_over(at: datetime) -> date:
    """The newest day that can be sealed at this moment: yesterday, and until ten past midnight the day before."""
    return beijing_day(at - SETTLING) - timedelta(days=1)


def heads_at_end_of(day: date) -> list[str]:
    """The last entry of every chain when the day ended, as the leaves of its seal, in order of person."""
    until = CreditLedgerEntry.objects.filter(registered_at__lt=beijing_midnight(day + timedelta(days=1))).order_by()
    last = until.filter(person=OuterRef("person")).values("person").annotate(last=Max("seq")).values("last")
    heads = until.filter(seq=Subquery(last)).order_by("person")
    return [f"{person}:{seq}:{own}" for person, seq, own in heads.values_list("person_id", "seq", "hash")]


def seal_day(day: date, *, at: datetime) -> DailySeal:
    """Sign the heads of all chains at the end of the day; told twice, the first seal is returned.

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
        heads = heads_at_end_of(day)
        seal = DailySeal(
            day=day,
            sealed_at=at,
            heads=len(heads),
            root=merkle_root(heads),
            prev_signature=last.signature if last else "",
            public_key=public_key(),
        )
        seal.signature = sign(seal.signed_bytes)
        seal.save(force_insert=True)
    return seal


def seal_faults() -> Iterator[str]:
    """What is wrong with the seals: a signature, the link to the seal before, or a ledger that is another one now."""
    before = ""
    for seal in DailySeal.objects.order_by("day"):
        if not verify(seal.signed_bytes, seal.signature, seal.public_key):
            yield f"seal {seal.day}: the signature does not hold"
        if seal.public_key != public_key():
            yield f"seal {seal.day}: signed with another key than this machine's"
        if seal.prev_signature != before:
            yield f"seal {seal.day}: does not continue the seal before it"
        if merkle_root(heads_at_end_of(seal.day)) != seal.root:
            yield f"seal {seal.day}: the ledger of that day is no longer the one that was sealed"
        before = seal.signature
