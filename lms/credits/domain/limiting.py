"""The caps of a rule applied to an entry before it is written, or foreseen before anybody has decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from lms.credits.domain.capping import Line, counted_before, cut, days_in_proportion, line_of
from lms.credits.domain.converting import NOTHING
from lms.credits.domain.steps import Step, step
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


def cap_rule(person: Person, day: date) -> CreditRule | None:
    """The rule in force for the person's authority on the day, where it has caps; others say nothing of elsewhere."""
    rule = rule_in_force(authority_on(person.survivor, day), day)
    return rule if rule and rule.parameters.get("caps") else None


def within_caps(
    asked: tuple[Decimal, Decimal],
    parameters: Mapping[str, Any],
    line: Line,
    heads: Mapping[int, int],
) -> Allowed:
    """The hours and days asked for, as far as the caps of the rule leave room for them.

    `heads` say how far the chains of all accounts of this human being have come; whoever writes holds them. A line
    with a place counts there and not at the end.
    """
    hours, days = asked
    caps = parameters.get("caps")
    if not caps:
        return Allowed(hours, days)
    beside = Q(day__year=line.day.year)
    if line.course:
        beside |= Q(outline_version__course_key=line.course, round=line.round)
    entries = CreditLedgerEntry.objects.of(heads).filter(beside).select_related("outline_version", "reverses")
    others = [other for other in map(line_of, entries) if not line.place or other.place < line.place]
    before = counted_before(caps, line, others)
    hours, steps = cut(hours, caps, before)
    left = days_in_proportion(days, asked[0], hours)
    if left != days:
        steps.append(step("days_in_proportion", days=str(left)))
    chains = {str(pk): seq for pk, seq in heads.items() if pk != line.person_id and seq}
    return Allowed(hours, left, steps, {"counted_before": before, **({"chains": chains} if chains else {})})


def within_caps_from_elsewhere(
    asked: tuple[Decimal, Decimal], rule: CreditRule | None, line: Line, heads: Mapping[int, int]
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
