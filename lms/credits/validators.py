"""Checks of what a credit rule may say."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

TIER_BOUNDS = ("max_min", "below_min", "from_min")
KNOWN = frozenset({"tiers", "minutes_per_hour", "step", "complete_ratio", "test_pass_hours", "every_year"})


def _exact(value: Any, name: str, *, most: Decimal, least: Decimal = Decimal(0)) -> Decimal:
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
    return number


def _validate_tier(tier: Any) -> None:
    bounds = [bound for bound in TIER_BOUNDS if isinstance(tier, dict) and bound in tier]
    if len(bounds) != 1 or set(tier) != {bounds[0], "hours"}:
        raise ValidationError(_("A tier has hours and exactly one of max_min, below_min and from_min."))
    _exact(tier[bounds[0]], bounds[0], most=Decimal(6000))
    _exact(tier["hours"], "hours", most=Decimal(100))


def validate_parameters(parameters: Any) -> None:
    """Either tiers of minutes, tried in order, or minutes per hour; and nothing unknown, nothing inexact."""
    if not isinstance(parameters, dict) or not set(parameters) <= KNOWN:
        raise ValidationError(_("A credit rule may only say: %(known)s."), params={"known": ", ".join(sorted(KNOWN))})
    if ("tiers" in parameters) == ("minutes_per_hour" in parameters):
        raise ValidationError(_("A credit rule has either tiers or minutes_per_hour."))
    if "tiers" in parameters:
        if not isinstance(parameters["tiers"], list) or not parameters["tiers"]:
            raise ValidationError(_("The tiers must be a list."))
        for tier in parameters["tiers"]:
            _validate_tier(tier)
    else:
        _exact(parameters["minutes_per_hour"], "minutes_per_hour", least=Decimal(1), most=Decimal(600))
    if not isinstance(parameters.get("every_year", False), bool):
        raise ValidationError(_("%(name)s must be true or false."), params={"name": "every_year"})
    _exact(parameters.get("step", "0.01"), "step", least=Decimal("0.01"), most=Decimal(10))
    _exact(parameters.get("complete_ratio", 1), "complete_ratio", least=Decimal("0.01"), most=Decimal(1))
    _exact(parameters.get("test_pass_hours", 0), "test_pass_hours", most=Decimal(100))
