"""Checks of what a credit rule may say. Quantities are whole numbers or decimals written as text, never floats."""

from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import Cap, CountsOnce, CreditBucket, Rounding

TIER_BOUNDS = ("max_min", "below_min", "from_min")
# What a rule may fix about classes and events, beside or instead of recordings.
CLASS_KEYS = ("day_hours", "half_day_hours", "class_minutes_per_hour", "events")
# More hours than this nothing gives at once, and no year has more.
MOST_HOURS = Decimal(100)
MOST_CAP = Decimal(2000)
CENT = Decimal("0.01")


def _exact(value: Any, name: str, *, most: Decimal, least: Decimal = Decimal(0), places: int | None = None) -> Decimal:
    """A whole number or a decimal written as text; floats are refused because they are not exact."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValidationError(_("%(name)s must be a whole number or a decimal written as text."), params={"name": name})
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not least <= number <= most:
        raise ValidationError(
            _("%(name)s must lie between %(least)s and %(most)s."), params={"name": name, "least": least, "most": most}
        )
    if places is not None and number != round(number, places):
        raise ValidationError(
            _("%(name)s has at most %(places)s decimal places."), params={"name": name, "places": places}
        )
    return number


def _chosen(value: Any, name: str, among: Collection[str]) -> None:
    if not isinstance(value, str) or value not in among:
        raise ValidationError(
            _("%(name)s must be one of: %(known)s."), params={"name": name, "known": ", ".join(among)}
        )


def _said(value: Any, name: str, known: Collection[str], *, needed: Collection[str] = ()) -> dict[str, Any]:
    """A table of known names, with those that it needs."""
    if not isinstance(value, dict) or not value or not set(value) <= set(known) or not set(needed) <= set(value):
        raise ValidationError(_("%(name)s may only say: %(known)s."), params={"name": name, "known": ", ".join(known)})
    return value


def _hours(value: Any, name: str) -> Decimal:
    return _exact(value, name, most=MOST_HOURS, places=2)


def _tiers(value: Any, name: str) -> None:
    if not isinstance(value, list) or not value:
        raise ValidationError(_("The tiers must be a list."))
    for tier in value:
        bounds = [bound for bound in TIER_BOUNDS if isinstance(tier, dict) and bound in tier]
        if len(bounds) != 1 or set(tier) != {bounds[0], "hours"}:
            raise ValidationError(_("A tier has hours and exactly one of max_min, below_min and from_min."))
        _exact(tier[bounds[0]], bounds[0], most=Decimal(6000))
        _hours(tier["hours"], "hours")


def _minutes_per_hour(value: Any, name: str) -> None:
    _exact(value, name, least=Decimal(1), most=Decimal(600))


def _step(value: Any, name: str) -> None:
    _exact(value, name, least=CENT, most=Decimal(10), places=2)


def _ratio(value: Any, name: str) -> None:
    _exact(value, name, least=CENT, most=Decimal(1), places=2)


def _share(value: Any, name: str) -> None:
    _exact(value, name, most=Decimal(1), places=2)


def _yes_or_no(value: Any, name: str) -> None:
    if not isinstance(value, bool):
        raise ValidationError(_("%(name)s must be true or false."), params={"name": name})


def _weights(value: Any, name: str) -> None:
    kinds = ("required", "elective")
    for kind, weight in _said(value, name, kinds, needed=kinds).items():
        _exact(weight, f"{name}.{kind}", most=Decimal(10), places=2)


def _caps(value: Any, name: str) -> None:
    for cap, hours in _said(value, name, Cap.values).items():
        _exact(hours, f"{name}.{cap}", most=MOST_CAP, places=2)


def _year(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 2000 <= value <= 2100:
        raise ValidationError(_("%(name)s must be a year."), params={"name": name})


def _carryover(value: Any, name: str) -> None:
    said = _said(value, name, ("from", "to", "years", "most"), needed=("from", "to", "years"))
    _chosen(said["from"], f"{name}.from", CreditBucket.values)
    _chosen(said["to"], f"{name}.to", CreditBucket.values)
    if isinstance(said["years"], bool) or not isinstance(said["years"], int) or not 1 <= said["years"] <= 5:
        raise ValidationError(_("%(name)s must be a whole number from 1 to 5."), params={"name": f"{name}.years"})
    _exact(said.get("most", 0), f"{name}.most", most=MOST_CAP, places=2)


def _events(value: Any, name: str) -> None:
    """Each has a code of its own and a name, and gives hours each time, or is capped, or both."""
    if not isinstance(value, list) or not value:
        raise ValidationError(_("%(name)s must be a list."), params={"name": name})
    for event in value:
        said = _said(event, name, ("code", "name", "hours", "cap"), needed=("code", "name"))
        if not all(isinstance(said[key], str) and said[key].strip() for key in ("code", "name")):
            raise ValidationError(_("%(name)s need a code and a name each."), params={"name": name})
        if not set(said) & {"hours", "cap"}:
            raise ValidationError(_("%(name)s give hours, or are capped, or both."), params={"name": name})
        _hours(said.get("hours", 0), f"{name}.hours")
        _exact(said.get("cap", 0), f"{name}.cap", most=MOST_CAP, places=2)
    if len({event["code"] for event in value}) < len(value):
        raise ValidationError(_("%(name)s need different codes."), params={"name": name})


CHECKS: dict[str, Callable[[Any, str], object]] = {
    "tiers": _tiers,
    "minutes_per_hour": _minutes_per_hour,
    "rounding": lambda value, name: _chosen(value, name, Rounding.values),
    "step": _step,
    "complete_ratio": _ratio,
    "test_pass_hours": _hours,
    "weights": _weights,
    "group_share": _share,
    "every_year": _yes_or_no,
    "counts_once": lambda value, name: _chosen(value, name, CountsOnce.values),
    "cycle_from": _year,
    "caps": _caps,
    "carryover": _carryover,
    "day_hours": _hours,
    "half_day_hours": _hours,
    "class_minutes_per_hour": _minutes_per_hour,
    "class_step": _step,
    "events": _events,
}


def validate_parameters(parameters: Any) -> None:
    """Tiers of minutes, tried in order, or minutes per hour, or neither where it is about classes; nothing unknown."""
    if not isinstance(parameters, dict) or not set(parameters) <= set(CHECKS):
        raise ValidationError(_("A credit rule may only say: %(known)s."), params={"known": ", ".join(sorted(CHECKS))})
    conversions = [name for name in ("tiers", "minutes_per_hour") if name in parameters]
    if len(conversions) > 1 or not (conversions or any(key in parameters for key in CLASS_KEYS)):
        raise ValidationError(_("A credit rule has either tiers or minutes_per_hour."))
    for name, value in parameters.items():
        CHECKS[name](value, name)
    if "every_year" in parameters and "counts_once" in parameters:
        raise ValidationError(_("A credit rule says counts_once or the older every_year, not both."))
