"""更正: a mistake on the record is put right by a reversing entry, and a new one where hours remain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lms.audit.domain import record
from lms.credits.domain.appending import announce, append, lock_chain
from lms.credits.domain.capping import without_caps
from lms.credits.domain.recognising import Step, step
from lms.credits.enums import EntryKind, SourceKind
from lms.credits.models import CreditChain, CreditLedgerEntry
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.policies import may_recognise_hours_of

MOST_HOURS = Decimal("999.99")
CENT = Decimal("0.01")


class CorrectionRefused(Exception):
    """The correction cannot be made; the message can be shown to the officer."""


class NotTheAuthority(CorrectionRefused):
    """Only an officer of the organisation that manages the person may change the record."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction wrote: the reversal, and the entry in its place."""

    reversal: CreditLedgerEntry
    entry: CreditLedgerEntry


def _check(entry: CreditLedgerEntry, *, reason: str, by: Person, at: datetime) -> str:
    if not may_recognise_hours_of(by, entry.person.survivor, beijing_day(at)):
        raise NotTheAuthority(_("Only an officer of the authority that manages this person may change these hours."))
    if by.survivor == entry.person.survivor:
        raise NotTheAuthority(_("Nobody changes their own hours; ask a colleague."))
    if not entry.counts:
        raise CorrectionRefused(_("This entry does not count, so there is nothing to take back."))
    if not reason.strip():
        raise CorrectionRefused(_("Give a reason."))
    return reason.strip()


def _conditions(entry: CreditLedgerEntry) -> dict[str, Any]:
    """What a reversal and a correction say as their entry does: achievement, day and counter, rule and outline."""
    names = ("component", "achievement_key", "round", "category", "day", "rule", "outline_version")
    return {name: getattr(entry, name) for name in names}


def append_reversal(
    chain: CreditChain, entry: CreditLedgerEntry, *, reason: str, by: Person | None, at: datetime
) -> CreditLedgerEntry:
    """The entry with its hours below zero; whoever calls holds the chain and has the right."""
    return append(
        chain,
        at=at,
        kind=EntryKind.REVERSAL,
        source_kind=SourceKind.REVERSED_ENTRY,
        source_id=entry.pk,
        counts=False,
        hours=-entry.hours,
        days=-entry.days,
        reverses=entry,
        by=by,
        evidence={"lessons": []},
        why=[step("reversed", title=entry.title, number=entry.seq, reason=reason)],
        **_conditions(entry),
    )


def append_correction(
    chain: CreditChain,
    entry: CreditLedgerEntry,
    reversal: CreditLedgerEntry,
    *,
    hours: Decimal,
    days: Decimal,
    evidence: dict[str, Any],
    reason: str,
    by: Person | None,
    at: datetime,
    why: Sequence[Step] = (),
) -> CreditLedgerEntry:
    """The entry anew with other hours, in the place that its reversal freed; the same conditions as there.

    `why` are the steps that led to the hours, where nobody chose them.
    """
    return append(
        chain,
        at=at,
        kind=EntryKind.CORRECTION,
        source_kind=SourceKind.CORRECTED_ENTRY,
        source_id=entry.pk,
        counts=True,
        hours=hours,
        days=days,
        freed_by=reversal,
        by=by,
        evidence=evidence,
        why=[step("corrected", title=entry.title, number=entry.seq, hours=str(hours), reason=reason), *why],
        **_conditions(entry),
    )


def reverse_entry(entry: CreditLedgerEntry, *, reason: str, by: Person, at: datetime) -> CreditLedgerEntry:
    """Take the hours of an entry back, by an officer of the person's authority, with a reason.

    The entry stays; a reversal with the same hours below zero is added on the entry's own day, so the sum of its
    year is right. The achievement is free again. Told twice, the first reversal is returned.
    """
    reason = _check(entry, reason=reason, by=by, at=at)
    with transaction.atomic():
        chain = lock_chain(entry.person_id)
        known = CreditLedgerEntry.objects.filter(reverses=entry).first()
        if known:
            return known
        reversal = append_reversal(chain, entry, reason=reason, by=by, at=at)
        announce(entry.person_id, [reversal])
        _record("credit_reversed", entry, {"reason": reason, "hours": entry.hours}, by=by, at=at)
    return reversal


def correct_entry(
    entry: CreditLedgerEntry, *, hours: Decimal, days: Decimal | None = None, reason: str, by: Person, at: datetime
) -> Correction:
    """Reverse an entry and write another one in its place, with other hours, for the same achievement and day.

    Told twice with the same hours, the first correction is returned; an entry reversed otherwise is refused.
    """
    reason = _check(entry, reason=reason, by=by, at=at)
    if not hours.is_finite() or not Decimal(0) <= hours <= MOST_HOURS:
        raise CorrectionRefused(_("The hours must lie between 0 and 999.99."))
    hours = hours.quantize(CENT, rounding=ROUND_DOWN)
    days = entry.days if days is None else days.quantize(CENT, rounding=ROUND_DOWN)
    with transaction.atomic():
        chain = lock_chain(entry.person_id)
        known = CreditLedgerEntry.objects.filter(reverses=entry).first()
        if known:
            corrected = CreditLedgerEntry.objects.filter(freed_by=known, source_id=entry.pk).first()
            if corrected is None or corrected.hours != hours:
                raise CorrectionRefused(_("This entry has already been taken back."))
            return Correction(known, corrected)
        reversal = append_reversal(chain, entry, reason=reason, by=by, at=at)
        corrected = append_correction(
            chain,
            entry,
            reversal,
            hours=hours,
            days=days,
            evidence=without_caps(entry.evidence),
            reason=reason,
            by=by,
            at=at,
        )
        announce(entry.person_id, [reversal, corrected])
        _record("credit_corrected", entry, {"reason": reason, "from": entry.hours, "to": hours}, by=by, at=at)
    return Correction(reversal, corrected)


def _record(action: str, entry: CreditLedgerEntry, detail: dict[str, object], *, by: Person, at: datetime) -> None:
    record(action, actor=by, subject_kind="credit_ledger_entry", subject_id=entry.pk, detail=detail, at=at)
