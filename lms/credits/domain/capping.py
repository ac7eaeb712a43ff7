"""封顶: a cap cuts an entry to the room that is left, and the entry says so.

What had been counted before is read under the lock of all chains of one human being and kept in the evidence, together
with how far each other chain had come (`chains`): `check_ledger` adds it up again and derives the same cut. What is
freed later by a reversal does not flow back into entries that were cut.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lms.credits.domain.converting import NOTHING, hours_of_component
from lms.credits.domain.steps import Step, step
from lms.credits.enums import Cap
from lms.credits.models import CreditLedgerEntry

# Where an achievement comes from, by what its key begins with.
SOURCES = {"lesson": Cap.PLATFORM, "course": Cap.PLATFORM, "outside": Cap.EXTERNAL, "claim": Cap.CLAIM}


@dataclass(frozen=True, slots=True)
class Line:
    """What a cap reads of an entry; `course` is empty where no course is behind it."""

    person_id: int
    seq: int
    category: str
    day: date
    achievement_key: str
    course: str
    round: int
    hours: Decimal = NOTHING

    @property
    def source(self) -> Cap | None:
        return SOURCES.get(self.achievement_key.partition(":")[0])


def line_of(entry: CreditLedgerEntry) -> Line:
    """The entry as a cap reads it; its outline version has been fetched with it."""
    return Line(
        person_id=entry.person_id,
        seq=entry.seq,
        category=entry.category,
        day=entry.day,
        achievement_key=entry.achievement_key,
        course=str(entry.outline_version.course_key) if entry.outline_version else "",
        round=entry.round,
        hours=entry.hours,
    )


def _is_bound(cap: Cap, line: Line) -> bool:
    """Whether the cap is about a line like this at all; the one for classes is drawn by `valuing`."""
    if cap in {Cap.DAY, Cap.YEAR}:
        return True
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


def hours_of_evidence(component: str, evidence: Mapping[str, Any]) -> Decimal:
    """What follows from the evidence of an entry: conversion, then caps."""
    parameters = evidence["terms"]["parameters"]
    hours = hours_of_component(component, evidence["lessons"], parameters)[0]
    return cut(hours, parameters.get("caps", {}), evidence.get("counted_before", {}))[0]


def is_capped(entry: CreditLedgerEntry) -> bool:
    """Whether its rule has caps, or it says that something was counted before it."""
    return "counted_before" in entry.evidence or "caps" in entry.evidence["terms"]["parameters"]


def cap_faults(entry: CreditLedgerEntry, chain: Iterable[CreditLedgerEntry]) -> Iterable[str]:
    """Whether what the entry says was counted before it is what the chains say; `chain` are the person's entries."""
    caps = entry.evidence["terms"]["parameters"].get("caps", {})
    others = [line_of(each) for each in chain if each.seq < entry.seq]
    for person_id, seq in entry.evidence.get("chains", {}).items():
        elsewhere = CreditLedgerEntry.objects.filter(person=int(person_id), seq__lte=seq)
        others += map(line_of, elsewhere.select_related("outline_version"))
    if entry.evidence.get("counted_before", {}) != counted_before(caps, line_of(entry), others):
        yield "what it says was counted before is not what was counted"
