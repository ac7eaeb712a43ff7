"""认定: how many hours a completed lesson or course is worth, and why. Pure: no database, no clock.

Hours come from decoded seconds and passed tests, never from planned minutes or time online. Every step is kept as a
message code with its values, so that the learner can read it in words later (`explaining`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from lms.credits.enums import Component, RuleUnit

Step = dict[str, Any]
NOTHING = Decimal("0.00")


def step(code: str, **values: Any) -> Step:
    """One step of an explanation; values are whole numbers, texts and lists of texts."""
    return {"code": code, **values}


@dataclass(frozen=True, slots=True)
class StudiedLesson:
    """One completed lesson as its outline version has it."""

    key: str
    title: str
    decoded_seconds: int
    studied_percent: int  # whole percent of the recording that was played, at least
    test_passed: bool = False


@dataclass(frozen=True, slots=True)
class Study:
    """A completion, read: what was completed, by whom in which categories, for whom it gives hours."""

    unit: str
    title: str
    achievement_key: str
    day: date
    lessons: Sequence[StudiedLesson]
    categories: frozenset[str]
    credit_for: frozenset[str]
    has_authority: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """The hours of one component."""

    component: Component
    hours: Decimal
    why: list[Step]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Either parts that become entries, or the reasons why there are none (yet)."""

    parts: list[Part] = field(default_factory=list)
    missing: list[Step] = field(default_factory=list)


def _round_down(hours: Decimal, unit: Decimal) -> Decimal:
    return ((hours / unit).to_integral_value(ROUND_DOWN) * unit).quantize(NOTHING, rounding=ROUND_DOWN)


def _tier_holds(tier: Mapping[str, Any], seconds: int) -> bool:
    if "max_min" in tier:
        return seconds <= Decimal(tier["max_min"]) * 60
    if "below_min" in tier:
        return seconds < Decimal(tier["below_min"]) * 60
    return seconds >= Decimal(tier["from_min"]) * 60


def convert(seconds: int, parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for so many decoded seconds under the parameters of a rule, rounded down to the rule's step."""
    unit = Decimal(parameters.get("step", "0.01"))
    if "tiers" in parameters:
        tier = next((tier for tier in parameters["tiers"] if _tier_holds(tier, seconds)), None)
        if tier is None:
            return NOTHING, [step("no_tier")]
        bound = next(name for name in tier if name != "hours")
        hours = _round_down(Decimal(tier["hours"]), unit)
        return hours, [step(f"tier_{bound}", minutes=str(tier[bound]), hours=str(hours))]
    exact = Decimal(seconds) / (Decimal(parameters["minutes_per_hour"]) * 60)
    hours = _round_down(exact, unit)
    return hours, [
        step("minutes_per_hour", minutes=str(parameters["minutes_per_hour"])),
        step("rounded_down", step=str(unit), hours=str(hours)),
    ]


def _short_of(study: Study, parameters: Mapping[str, Any]) -> list[Step]:
    """The lessons of which less was played than the rule asks for."""
    needed = int((Decimal(parameters.get("complete_ratio", 0)) * 100).to_integral_value())
    return [
        step("coverage_short", title=lesson.title, reached=lesson.studied_percent, needed=needed)
        for lesson in study.lessons
        if lesson.decoded_seconds and lesson.studied_percent < needed
    ]


def refusals(study: Study, terms: Mapping[str, Any] | None) -> list[Step]:
    """Why the study gives no hours, or none yet; empty when it does."""
    if not study.credit_for:
        return [step("gives_no_hours", title=study.title)]
    if not study.categories & study.credit_for:
        return [step("not_your_category", title=study.title, categories=sorted(study.credit_for))]
    if not study.has_authority:
        return [step("no_authority", day=study.day.isoformat())]
    if terms is None:
        return [step("no_rule", day=study.day.isoformat())]
    if terms["unit"] != study.unit:
        return [step("counted_by_course" if terms["unit"] == RuleUnit.COURSE else "counted_by_lesson")]
    if not any(lesson.decoded_seconds or lesson.test_passed for lesson in study.lessons):
        return [step("nothing_to_measure")]
    return _short_of(study, terms["parameters"])


def recognise(study: Study, terms: Mapping[str, Any] | None) -> Recognition:
    """The hours of a completion under the terms (`CreditRule.terms`) of the rule in force on its day, if any."""
    missing = refusals(study, terms)
    if missing or terms is None:
        return Recognition(missing=missing)
    parameters = terms["parameters"]
    completed = step(f"completed_{study.unit}", title=study.title, day=study.day.isoformat())
    category = step("your_category", categories=sorted(study.categories & study.credit_for))
    parts = []
    seconds = sum(lesson.decoded_seconds for lesson in study.lessons)
    if seconds:
        hours, how = convert(seconds, parameters)
        parts.append(Part(Component.BASE, hours, [completed, category, step("decoded_length", seconds=seconds), *how]))
    bonus = Decimal(parameters.get("test_pass_hours", 0))
    tests = sum(lesson.test_passed for lesson in study.lessons)
    if bonus and tests:
        hours = (bonus * tests).quantize(NOTHING)
        parts.append(
            Part(
                Component.TEST_BONUS, hours, [completed, category, step("test_passed", tests=tests, hours=str(hours))]
            )
        )
    return Recognition(parts=parts)
