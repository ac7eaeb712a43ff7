"""The caps of a rule applied to an entry before it is written, or foreseen before anybody has decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from lms.credits.domain.capping import (
    Amounts,
    Line,
    amounts_within,
    chains_beside,
    counted_before,
    line_of,
    steps_of_cut,
)
from lms.credits.domain.converting import NOTHING
from lms.credits.domain.steps import Step
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.credits.queries import rule_in_force
from lms.people.models import Person
from lms.people.queries import authority_on


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the caps leave of hours and days, the steps that cut, and what the entry keeps about it."""

    hours: Decimal
    days: Decimal
    why: list[Step] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)


def any_caps() -> bool:
    """Whether any rule that is in force somewhere has caps; mostly none has, and then nobody need be asked further."""
    adopted = CreditRule.objects.exclude(region_code="", authority__isnull=True)
    return adopted.filter(parameters__has_key="caps").exists()


def cap_rule(person: Person, day: date) -> CreditRule | None:
    """The rule in force for the person's authority on the day, where it has caps; others say nothing of elsewhere."""
    if not any_caps():
        return None
    rule = rule_in_force(authority_on(person.survivor, day), day)
    return rule if rule and rule.parameters.get("caps") else None


def within_caps(
    asked: Amounts,
    parameters: Mapping[str, Any],
    line: Line,
    heads: Mapping[int, int],
) -> Allowed:
    """The hours and days asked for, as far as the caps of the rule leave room for them.

    `heads` say how far the chains of all accounts of this human being have come; whoever writes holds them.
    """
    caps = parameters.get("caps")
    if not caps:
        return Allowed(*asked)
    beside = Q(day__year=line.day.year)
    if line.course:
        beside |= Q(outline_version__course_key=line.course, round=line.round)
    entries = CreditLedgerEntry.objects.of(heads).filter(beside).select_related("outline_version", "reverses")
    return allowed_after(asked, caps, line, map(line_of, entries), heads)


def allowed_after(
    asked: Amounts, caps: Mapping[str, Any], line: Line, others: Iterable[Line], heads: Mapping[int, int]
) -> Allowed:
    """The same, after these other lines."""
    marks: dict[str, Any] = {"counted_before": counted_before(caps, line, others)}
    marks |= chains_beside(marks, line.person_id, heads)
    evidence = {"terms": {"parameters": {"caps": caps}}, **marks}
    return Allowed(*amounts_within(asked, evidence), steps_of_cut(asked, evidence), marks)


def within_caps_from_elsewhere(
    asked: Amounts, rule: CreditRule | None, line: Line, heads: Mapping[int, int]
) -> Allowed:
    """The same for what was learnt elsewhere; the entry keeps the terms as well where a cap binds it."""
    if rule is None:
        return Allowed(*asked)
    allowed = within_caps(asked, rule.parameters, line, heads)
    if not allowed.evidence.get("counted_before"):
        return Allowed(*asked)
    return Allowed(allowed.hours, allowed.days, allowed.why, {"terms": rule.terms, **allowed.evidence})


def line_from_elsewhere(person_id: int, *, seq: int, category: str, day: date, achievement_key: str) -> Line:
    """As a cap reads what has neither course nor round."""
    return Line(person_id, seq, category, day, achievement_key, course="", round=1, hours=NOTHING)
