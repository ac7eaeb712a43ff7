"""封顶: a cap cuts an entry to the room that is left, and the entry says so.

What had been counted before is read under the lock of all chains of one human being and kept in the evidence, together
with how far each other chain had come (`chains`): `check_ledger` adds it up again and derives the same cut. What is
freed later by a reversal does not flow back into entries that were cut. `limiting` applies the caps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from lms.credits.domain.converting import NOTHING, hours_of_component
from lms.credits.domain.steps import Step, step
from lms.credits.enums import Cap, EntryKind
from lms.credits.models import CreditLedgerEntry

# Where an achievement comes from, by what its key begins with.
SOURCES = {"lesson": Cap.PLATFORM, "course": Cap.PLATFORM, "outside": Cap.EXTERNAL, "claim": Cap.CLAIM}
# What an entry keeps about caps.
CAP_MARKS = frozenset({"counted_before", "chains", "in_place_of", "restores", "regains"})
Amounts = tuple[Decimal, Decimal]
"""Hours and days."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a cap reads of an entry; `course` is empty where no course is behind it, `place` is that of the entry."""

    person_id: int
    seq: int
    category: str
    day: date
    achievement_key: str
    course: str
    round: int
    hours: Decimal = NOTHING
    place: int = 0

    @property
    def source(self) -> Cap | None:
        return SOURCES.get(self.achievement_key.partition(":")[0])


def place_of(entry: CreditLedgerEntry) -> int:
    """Where an entry stands in the order in which hours count, as the id of an entry.

    A reversal stands where what it takes back stands, and so does what replaced an entry when two accounts were merged.
    """
    taken = entry.reverses or entry
    return int(taken.evidence.get("in_place_of", taken.pk))


def line_of(entry: CreditLedgerEntry) -> Line:
    """The entry as a cap reads it; its outline version and what it reverses have been fetched with it."""
    return Line(
        person_id=entry.person_id,
        seq=entry.seq,
        category=entry.category,
        day=entry.day,
        achievement_key=entry.achievement_key,
        course=str(entry.outline_version.course_key) if entry.outline_version else "",
        round=entry.round,
        hours=entry.hours,
        place=place_of(entry),
    )


def _is_bound(cap: Cap, line: Line) -> bool:
    """Whether the cap is about a line like this at all; the one for classes is drawn by `valuing`.

    What comes from elsewhere carries the one day on which it ended, so a day's cap says nothing about it; and opening
    balances (no source) are what a past year has been counted as.
    """
    if cap == Cap.DAY:
        return line.source == Cap.PLATFORM
    if cap == Cap.YEAR:
        return line.source is not None
    return bool(line.course) if cap == Cap.COURSE else cap == line.source


def _is_beside(cap: Cap, line: Line, other: Line) -> bool:
    """Whether both lie under the same cap."""
    if cap == Cap.DAY:
        return other.day == line.day
    if cap == Cap.COURSE:
        return (other.course, other.round) == (line.course, line.round)
    return other.day.year == line.day.year and (cap == Cap.YEAR or other.source == line.source)


def counted_before(caps: Mapping[str, Any], line: Line, others: Iterable[Line]) -> dict[str, str]:
    """Hours counted under each cap that binds the line, reversals taken off, as exact texts."""
    mine = [other for other in others if other.category == line.category]
    return {
        cap.value: str(sum((other.hours for other in mine if _is_beside(cap, line, other)), NOTHING))
        for cap in Cap
        if cap in caps and _is_bound(cap, line)
    }


def cut(hours: Decimal, caps: Mapping[str, Any], before: Mapping[str, str]) -> tuple[Decimal, list[Step]]:
    """The hours as far as each cap leaves room for them, and a step for each that cut."""
    steps = []
    for cap in (cap for cap in Cap if cap in caps and cap in before):
        limit = Decimal(caps[cap])
        room = max(limit - Decimal(before[cap]), NOTHING).quantize(NOTHING)
        if hours > room:
            hours = room
            steps.append(step(f"capped_{cap}", limit=str(limit), before=before[cap], hours=str(hours)))
    return hours, steps


def days_in_proportion(days: Decimal, asked: Decimal, hours: Decimal) -> Decimal:
    """The days that go with what a cap left of the hours asked for, rounded down to two places."""
    if not asked or hours >= asked:
        return days
    return (days * hours / asked).quantize(NOTHING, rounding=ROUND_DOWN)


def chains_beside(evidence: Mapping[str, Any], person_id: int, heads: Mapping[int, int]) -> dict[str, Any]:
    """How far the other chains had come, where anything was counted on them."""
    chains = {str(pk): seq for pk, seq in heads.items() if pk != person_id and seq}
    return {"chains": chains} if chains and "counted_before" in evidence else {}


def asked_of_evidence(component: str, evidence: Mapping[str, Any]) -> Amounts:
    """What follows from the evidence of an entry before any cap: conversion, or what was imported or recognised."""
    said = evidence.get("import") or evidence.get("claim")
    if said:
        return Decimal(said["hours"]), Decimal(said["days"])
    return hours_of_component(component, evidence["lessons"], evidence["terms"]["parameters"])[0], NOTHING


def amounts_within(asked: Amounts, evidence: Mapping[str, Any]) -> Amounts:
    """What the caps that an entry names have left of the hours and days asked for."""
    hours = cut(asked[0], caps_of(evidence), evidence.get("counted_before", {}))[0]
    return hours, days_in_proportion(asked[1], asked[0], hours)


def steps_of_cut(asked: Amounts, evidence: Mapping[str, Any]) -> list[Step]:
    """The steps that led from what was asked for to what counts."""
    hours, steps = cut(asked[0], caps_of(evidence), evidence.get("counted_before", {}))
    days = days_in_proportion(asked[1], asked[0], hours)
    return [*steps, step("days_in_proportion", days=str(days))] if days != asked[1] else steps


def amounts_of_evidence(component: str, evidence: Mapping[str, Any]) -> Amounts:
    """What follows from the evidence of an entry: hours and days asked for, then caps."""
    return amounts_within(asked_of_evidence(component, evidence), evidence)


def caps_of(evidence: Mapping[str, Any]) -> Mapping[str, Any]:
    """The caps of the rule under which an entry stands, if any."""
    caps: Mapping[str, Any] = evidence.get("terms", {}).get("parameters", {}).get("caps", {})
    return caps


def without_caps(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence without what it says about caps, for hours that a person decides."""
    return {name: value for name, value in evidence.items() if name not in CAP_MARKS}


def follows_from_evidence(entry: CreditLedgerEntry) -> bool:
    """Whether the hours of an entry are no person's decision but follow from its evidence.

    So do corrections that undoing an import, merging two accounts and parting them, or withdrawing an objection has
    written.
    """
    if entry.kind == EntryKind.CORRECTION:
        evidence = entry.evidence
        return (
            "in_place_of" in evidence
            or "regains" in evidence
            or ("given_back" in evidence and "counted_before" in evidence)
        )
    return entry.kind in {EntryKind.EARNED, EntryKind.EXTERNAL, EntryKind.CLAIMED}


def cap_faults(entry: CreditLedgerEntry, chain: Sequence[CreditLedgerEntry]) -> Iterable[str]:
    """Whether the caps hold: what the entry says was counted before it is what the chains say, and so are its hours.

    `chain` are the person's entries.
    """
    if not entry.counts or not follows_from_evidence(entry):
        return
    if "restores" in entry.evidence:
        restored = next((each for each in chain if each.pk == entry.evidence["restores"]), None)
        if restored is None or (restored.hours, restored.days) != (entry.hours, entry.days):
            yield "it does not give back what merging took"
        return
    if entry.kind == EntryKind.CORRECTION and amounts_of_evidence(entry.component, entry.evidence) != (
        entry.hours,
        entry.days,
    ):
        yield "its hours do not follow from its evidence"
    caps, said = caps_of(entry.evidence), entry.evidence.get("counted_before", {})
    if not caps and not said:
        return
    others = [line_of(each) for each in chain if each.seq < entry.seq]
    for person_id, seq in entry.evidence.get("chains", {}).items():
        elsewhere = CreditLedgerEntry.objects.filter(person=int(person_id), seq__lte=seq)
        others += map(line_of, elsewhere.select_related("outline_version", "reverses"))
    line = line_of(entry)
    if said != counted_before(caps, line, (other for other in others if other.place < line.place)):
        yield "what it says was counted before is not what was counted"
