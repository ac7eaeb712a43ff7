"""Writing one line of the ledger under the lock of a person's chain."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from lms.credits.models import CreditChain, CreditLedgerEntry, DailySeal, YearlyHours
from lms.credits.signals import credit_registered
from lms.lib.durations import beijing_day
from lms.lib.rows import insert_row, update_row
from lms.lib.sealing import canonical_bytes, chain_hash


class DayIsSealed(Exception):
    """The moment lies in a day whose ledger has been sealed; the clock of this machine is wrong."""


def lock_chain(person_id: int) -> CreditChain:
    """The head of the person's chain, locked until the transaction ends."""
    CreditChain.objects.get_or_create(person_id=person_id)
    return CreditChain.objects.select_for_update().get(person_id=person_id)


def with_chains(person_ids: Iterable[int]) -> set[int]:
    """Those of these persons on whose record something was ever written."""
    return set(CreditChain.objects.filter(person__in=set(person_ids)).values_list("person_id", flat=True))


def lock_chains(person_ids: Iterable[int], *, known: set[int] | None = None) -> dict[int, CreditChain]:
    """The heads of these chains by person, all locked until the transaction ends.

    Always in the order of their ids, so that two who need the same chains wait for each other and never both for ever.
    `known` are those who have one, where the caller has just asked (`with_chains`).
    """
    ids = set(person_ids)
    known = with_chains(ids) if known is None else known
    CreditChain.objects.bulk_create([CreditChain(person_id=pk) for pk in sorted(ids - known)], ignore_conflicts=True)
    return {
        chain.person_id: chain
        for chain in CreditChain.objects.select_for_update().filter(person__in=ids).order_by("person_id")
    }


def heads_of(chains: Mapping[int, CreditChain]) -> dict[int, int]:
    """How far each of the chains has come by now."""
    return {pk: chain.seq for pk, chain in chains.items()}


def append(
    chain: CreditChain, *, at: datetime, evidence: dict[str, Any], why: list[dict[str, Any]], **fields: Any
) -> CreditLedgerEntry:
    """Add one entry to the locked chain and to the sums of its year."""
    if DailySeal.objects.filter(day__gte=beijing_day(at)).exists():
        raise DayIsSealed(f"{beijing_day(at)} has been sealed.")
    plain = json.loads(canonical_bytes({"evidence": evidence, "why": why}))
    entry = CreditLedgerEntry(person_id=chain.person_id, seq=chain.seq + 1, registered_at=at, **plain, **fields)
    entry.prev_hash = chain.hash
    entry.hash = chain_hash(entry.prev_hash, entry.payload)
    insert_row(entry)
    chain.seq, chain.hash = entry.seq, entry.hash
    update_row(chain, ("seq", "hash"))
    _add_to_year(entry)
    return entry


def _add_to_year(entry: CreditLedgerEntry) -> None:
    """Whoever holds the person's chain is alone with her sums."""
    key = {"person_id": entry.person_id, "year": entry.day.year, "category": entry.category}
    more = {"hours": F("hours") + entry.hours, "days": F("days") + entry.days}
    if not YearlyHours.objects.filter(**key).update(**more):
        insert_row(YearlyHours(**key, hours=entry.hours, days=entry.days))


def announce(person_id: int, entries: list[CreditLedgerEntry]) -> None:
    """Send `credit_registered` once the transaction has committed."""
    if entries:
        ids = [entry.pk for entry in entries]
        send = partial(credit_registered.send_robust, sender=None, person_id=person_id, entry_ids=ids)
        transaction.on_commit(send, robust=True)
