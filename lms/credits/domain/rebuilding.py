"""Sums made again from the ledger."""

from collections import defaultdict
from decimal import Decimal

from django.db import transaction

from lms.credits.domain.appending import lock_chain
from lms.credits.models import CreditChain, CreditLedgerEntry, YearlyHours

Sums = dict[tuple[int, str], tuple[Decimal, Decimal]]


def sums_of(entries: list[CreditLedgerEntry]) -> Sums:
    """Hours and days by year and category."""
    sums: Sums = defaultdict(lambda: (Decimal("0.00"), Decimal("0.00")))
    for entry in entries:
        hours, days = sums[entry.day.year, entry.category]
        sums[entry.day.year, entry.category] = hours + entry.hours, days + entry.days
    return dict(sums)


def kept_sums_of(person_id: int) -> Sums:
    """What the cache says."""
    rows = YearlyHours.objects.filter(person=person_id)
    return {(row.year, row.category): (row.hours, row.days) for row in rows}


def persons_with_entries() -> list[int]:
    """Everybody of whom the ledger, the chains or the sums know."""
    ids: set[int] = set()
    for model in (CreditLedgerEntry, CreditChain, YearlyHours):
        ids.update(model._default_manager.order_by().values_list("person_id", flat=True).distinct())
    return sorted(ids)


def rebuild_person(person_id: int, *, dry_run: bool) -> list[str]:
    """Make the sums of one person again under the lock of her chain, and say what differed.

    The head of the chain is proven and never made again: one that does not match is a fault for `check_ledger`.
    """
    with transaction.atomic():
        lock_chain(person_id)
        right = sums_of(list(CreditLedgerEntry.objects.filter(person=person_id)))
        kept = kept_sums_of(person_id)
        differences = [
            f"person {person_id}, {key[0]} {key[1]}: kept {kept.get(key)}, is {right.get(key)}"
            for key in sorted(right.keys() | kept.keys())
            if right.get(key) != kept.get(key)
        ]
        if differences and not dry_run:
            YearlyHours.objects.filter(person=person_id).delete()
            YearlyHours.objects.bulk_create(
                YearlyHours(person_id=person_id, year=year, category=category, hours=hours, days=days)
                for (year, category), (hours, days) in right.items()
            )
    return differences
