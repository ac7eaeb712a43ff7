"""折算: what studied seconds and passed tests are worth under the parameters of a rule. Pure: no database, no clock.

Everything is exact: fractions until the one rounding at the end, a `Decimal` with two places after it. Lessons come as
the evidence of an entry keeps them, so that `check_ledger` derives the same hours again.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from lms.credits.domain.steps import Step, step
from lms.credits.enums import Component, Rounding

NOTHING = Decimal("0.00")
# How much of a recording must have been played where the rule does not say.
USUAL_RATIO = "0.9"
_HALF = Fraction(1, 2)
_WHOLE = {
    Rounding.DOWN: floor,
    Rounding.HALF_UP: lambda steps: floor(steps + _HALF),
    Rounding.UP: ceil,
}


def rounding_of(parameters: Mapping[str, Any]) -> tuple[Rounding, Decimal]:
    """How a rule rounds, and to steps of how many hours; down to 0.01 where it does not say."""
    return Rounding(parameters.get("rounding", Rounding.DOWN)), Decimal(parameters.get("step", "0.01"))


def rounded(hours: Fraction, mode: Rounding, unit: Decimal) -> Decimal:
    """The hours as whole steps of `unit` hours, with two places."""
    return (_WHOLE[mode](hours / Fraction(unit)) * unit).quantize(NOTHING)


def has_conversion(parameters: Mapping[str, Any]) -> bool:
    """Whether the rule says at all what a recording is worth."""
    return "tiers" in parameters or "minutes_per_hour" in parameters


def needed_percent(parameters: Mapping[str, Any]) -> int:
    """How much of a recording must have been played, in whole percent."""
    return int((Decimal(parameters.get("complete_ratio", USUAL_RATIO)) * 100).to_integral_value())


def group_share(parameters: Mapping[str, Any]) -> Decimal:
    """What a second is worth that is known from group viewing only, as a share of a second; nothing by default."""
    return Decimal(parameters.get("group_share", 0))


def tier_holds(tier: Mapping[str, Any], seconds: int) -> bool:
    if "max_min" in tier:
        return seconds <= Decimal(tier["max_min"]) * 60
    if "below_min" in tier:
        return seconds < Decimal(tier["below_min"]) * 60
    return seconds >= Decimal(tier["from_min"]) * 60


def _weight(lesson: Mapping[str, Any], parameters: Mapping[str, Any]) -> Decimal:
    weights = parameters.get("weights", {})
    return Decimal(weights.get("elective" if lesson.get("elective") else "required", 1))


def _part_in_group(lesson: Mapping[str, Any]) -> Fraction:
    """Which part of what was studied is known from group viewing only."""
    group = lesson.get("group_percent", 0)
    return min(Fraction(group, lesson["percent"]), Fraction(1)) if group and lesson.get("percent") else Fraction(0)


def _factor(lessons: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> Fraction:
    """By what the hours of the whole length are multiplied: the mean over its seconds of weight and group share."""
    seconds = sum(lesson["seconds"] for lesson in lessons)
    is_usual = "weights" not in parameters and not any(lesson.get("group_percent") for lesson in lessons)
    if is_usual or not seconds:
        return Fraction(1)
    lost = 1 - Fraction(group_share(parameters))
    counted = sum(
        lesson["seconds"] * Fraction(_weight(lesson, parameters)) * (1 - _part_in_group(lesson) * lost)
        for lesson in lessons
    )
    return Fraction(counted) / seconds


def _factor_steps(lessons: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> list[Step]:
    steps = []
    for code, elective in (("weight_required", False), ("weight_elective", True)):
        mine = [lesson for lesson in lessons if bool(lesson.get("elective")) == elective and lesson["seconds"]]
        weight = _weight({"elective": elective}, parameters)
        if mine and weight != 1:
            steps.append(step(code, seconds=sum(lesson["seconds"] for lesson in mine), weight=str(weight)))
    in_group = floor(sum(lesson["seconds"] * _part_in_group(lesson) for lesson in lessons))
    if in_group and group_share(parameters) != 1:
        steps.append(step("group_share", seconds=in_group, share=str(group_share(parameters))))
    return steps


def hours_of_lessons(lessons: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for the length of the lessons together: converted once, weighed, and rounded once at the end."""
    seconds = sum(lesson["seconds"] for lesson in lessons)
    mode, unit = rounding_of(parameters)
    factor, weighing = _factor(lessons, parameters), _factor_steps(lessons, parameters)
    length = step("decoded_length", seconds=seconds)
    if "tiers" in parameters:
        tier = next((tier for tier in parameters["tiers"] if tier_holds(tier, seconds)), None)
        if tier is None:
            return NOTHING, [length, step("no_tier")]
        bound = next(name for name in tier if name != "hours")
        raw = Fraction(Decimal(tier["hours"])) * factor
        given = Decimal(tier["hours"]).quantize(NOTHING)
        how = [length, step(f"tier_{bound}", minutes=str(tier[bound]), hours=str(given)), *weighing]
        hours = rounded(raw, mode, unit)
        return hours, how if hours == given else [*how, step(f"rounded_{mode}", step=str(unit), hours=str(hours))]
    per_hour = parameters["minutes_per_hour"]
    hours = rounded(Fraction(seconds) / (Fraction(Decimal(per_hour)) * 60) * factor, mode, unit)
    return hours, [
        length,
        step("minutes_per_hour", minutes=str(per_hour)),
        *weighing,
        step(f"rounded_{mode}", step=str(unit), hours=str(hours)),
    ]


def hours_of_seconds(seconds: int, parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for so many decoded seconds of one required lesson."""
    return hours_of_lessons([{"seconds": seconds}], parameters)


def hours_of_tests(tests: int, parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for so many passed tests; a test is worth the same in a required and in an elective lesson."""
    hours = (Decimal(parameters.get("test_pass_hours", 0)) * tests).quantize(NOTHING)
    return hours, [step("test_passed", tests=tests, hours=str(hours))]


def hours_of_component(
    component: str, lessons: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]
) -> tuple[Decimal, list[Step]]:
    """The hours of one component from the evidence of its lessons, before any cap."""
    if component == Component.TEST_BONUS:
        return hours_of_tests(sum(lesson["test"] for lesson in lessons), parameters)
    return hours_of_lessons(lessons, parameters)
