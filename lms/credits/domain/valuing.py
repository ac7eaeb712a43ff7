"""What a class, a session and an event are worth under the parameters of a rule. Pure; claims and classes ask here.

Whole and half days have a rate each; minutes of attendance have a length per hour; events (a paper, a lecture given, a
study group) have a flat value each time. A class, or one kind of event, may be capped.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.credits.domain.capping import cut
from lms.credits.domain.converting import NOTHING, rounded
from lms.credits.domain.steps import Step, step
from lms.credits.enums import Cap, Rounding

Worth = tuple[Decimal, list[Step]]


class NoSuchEvent(ValueError):
    """The rule names no event with this code."""


def hours_of_days(days: int, half_days: int, parameters: Mapping[str, Any]) -> Worth:
    """学时 for so many whole and half days; half of a day's rate where the rule has none for half days."""
    if "day_hours" not in parameters and "half_day_hours" not in parameters:
        return NOTHING, [step("no_class_rate")]
    whole = Decimal(parameters.get("day_hours", 0))
    half = Decimal(parameters.get("half_day_hours", whole / 2))
    hours = rounded(Fraction(whole) * days + Fraction(half) * half_days, Rounding.DOWN, Decimal("0.01"))
    return hours, [
        step("class_days", days=days, half_days=half_days, each=str(whole), half=str(half), hours=str(hours))
    ]


def hours_of_minutes(minutes: int, parameters: Mapping[str, Any]) -> Worth:
    """学时 for so many attended minutes, rounded down to the rule's step for classes."""
    if "class_minutes_per_hour" not in parameters:
        return NOTHING, [step("no_class_rate")]
    each, unit = Decimal(parameters["class_minutes_per_hour"]), Decimal(parameters.get("class_step", "0.01"))
    hours = rounded(Fraction(minutes) / Fraction(each), Rounding.DOWN, unit)
    return hours, [
        step("class_minutes", minutes=minutes, each=str(each)),
        step("rounded_down", step=str(unit), hours=str(hours)),
    ]


def event_of(code: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the rule says about one kind of event."""
    for event in parameters.get("events", []):
        if event["code"] == code:
            return event
    raise NoSuchEvent(code)


def hours_of_event(code: str, count: int, parameters: Mapping[str, Any]) -> Worth:
    """学时 for so many of one event: times, or hours taught, whatever its name says."""
    event = event_of(code, parameters)
    if "hours" not in event:
        return NOTHING, [step("no_class_rate")]
    hours = (Decimal(event["hours"]) * count).quantize(NOTHING)
    steps = [step("flat_value", name=event["name"], each=str(event["hours"]), count=count, hours=str(hours))]
    return _capped((hours, steps), event.get("cap"))


def hours_of_class(days: int, half_days: int, parameters: Mapping[str, Any], *, kind: str = "") -> Worth:
    """学时 for a class of whole and half days, up to the cap of its kind (an event's code) and of every class."""
    worth = hours_of_days(days, half_days, parameters)
    if kind:
        worth = _capped(worth, event_of(kind, parameters).get("cap"))
    return _capped(worth, parameters.get("caps", {}).get(Cap.CLASS))


def _capped(worth: Worth, limit: Any) -> Worth:
    if limit is None:
        return worth
    hours, steps = cut(worth[0], {Cap.CLASS.value: limit}, {Cap.CLASS.value: str(NOTHING)})
    return hours, [*worth[1], *steps]
