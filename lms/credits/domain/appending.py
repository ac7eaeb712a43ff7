"""Writing one line of the ledger under the lock of a person's chain."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from lms.credits.models import CreditChain, CreditLedgerEntry, DailySeal, YearlyHours
from lms.credits.signals import credit_registered
from lms.lib.durations import beijing_day
from lms.lib.sealing import canonical_bytes, chain_hash


class DayIsSealed(Exception):
    """The moment lies in a day whose ledger has been sealed; the clock of this machine is wrong."""


def lock_chain(person_id: int) -> CreditChain:
    """The head of the person's chain, locked until the transaction ends."""
    CreditChain.objects.get_or_create(person_id=person_id)
    return CreditChain.objects.select_for_update().get(person_id=person_id)


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
    entry.save(force_insert=True)
    chain.seq, chain.hash = entry.seq, entry.hash
    chain.save()
    sums, _made = YearlyHours.objects.get_or_create(
        person_id=entry.person_id, year=entry.day.year, category=entry.category
    )
    sums.hours += entry.hours
    sums.days += entry.days
    sums.save()
    return entry


def announce(person_id: int, entries: list[CreditLedgerEntry]) -> None:
    """Send `credit_registered` once the transaction has committed."""
    if entries:
        ids = [entry.pk for entry in entries]
        send = partial(credit_registered.send_robust, sender=None, person_id=person_id, entry_ids=ids)
        transaction.on_commit(send, robust=True)
