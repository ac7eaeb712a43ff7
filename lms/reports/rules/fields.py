"""The parameters of a credit rule as fields that an officer fills in, and back: no JSON is typed or shown."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.converting import needed_percent
from lms.credits.domain.renewing import counts_once
from lms.credits.enums import Cap, CountsOnce, CreditBucket, Rounding, RuleUnit
from lms.credits.validators import MOST_CAP, TIER_BOUNDS, validate_parameters

TIER_ROWS, EVENT_ROWS = 5, 12
BOUNDS = [("", "—"), ("max_min", _("at most")), ("below_min", _("less than")), ("from_min", _("from"))]


def as_text(value: Decimal) -> str:
    """A decimal as a rule keeps it, without needless zeros."""
    return f"{value.normalize():f}"


def number(label: Any, *, most: int | Decimal = 100, least: str = "0", places: int = 2, **more: Any) -> Any:
    """A quantity that may be left out."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(least),
        max_value=Decimal(most),
        decimal_places=places,
        widget=widget,
        **more,
    )


class ParametersForm(forms.Form):
    """Everything that `CreditRule.parameters` may say."""

    unit = forms.ChoiceField(label=_("What is counted"), choices=RuleUnit.choices, widget=forms.RadioSelect)
    conversion = forms.ChoiceField(
        label=_("How a recording is converted"),
        choices=[
            ("minutes_per_hour", _("by a fixed length per hour")),
            ("tiers", _("by steps of length")),
            ("none", _("not at all: the rule is about classes only")),
        ],
        widget=forms.RadioSelect,
    )
    minutes_per_hour = number(_("Minutes that are 1 hour"), least="1", most=600)
    rounding = forms.ChoiceField(label=_("Rounding"), choices=Rounding.choices)
    step = number(_("Rounded to steps of (hours)"), least="0.01", most=10)
    complete_percent = forms.IntegerField(
        label=_("Percent of a recording that must have been played"), min_value=1, max_value=100
    )
    test_pass_hours = number(_("Hours for a passed test"))
    weight_required = number(_("Required lessons count … times"), most=10)
    weight_elective = number(_("Elective lessons count … times"), most=10)
    offline_needs_quiz = forms.BooleanField(
        label=_("What was watched without network counts only once a quiz was passed with network"), required=False
    )
    group_share = number(
        _("What is known from group viewing only counts … times"),
        most=1,
        help_text=_("From 0 (gives no hours) to 1 (like watching alone)."),
    )
    counts_once = forms.ChoiceField(label=_("The same course gives hours"), choices=CountsOnce.choices)
    cycle_from = forms.IntegerField(
        label=_("First year of a five-year cycle"), required=False, min_value=2000, max_value=2100
    )
    day_hours = number(_("Hours for a day"))
    half_day_hours = number(_("Hours for half a day"))
    class_minutes_per_hour = number(_("Attended minutes that are 1 hour"), least="1", most=600)
    class_step = number(_("Attendance rounded down to steps of (hours)"), least="0.01", most=10)
    carry_from = forms.ChoiceField(label=_("Surplus of"), required=False)
    carry_to = forms.ChoiceField(label=_("helps"), required=False)
    carry_years = forms.IntegerField(label=_("for so many years"), required=False, min_value=1, max_value=5)
    carry_most = number(_("at most so many hours a year"), most=MOST_CAP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        buckets = [("", _("no carry-over")), *CreditBucket.choices]
        self.fields["carry_from"].choices = self.fields["carry_to"].choices = buckets  # type: ignore[attr-defined]  # a field of choices
        for cap in Cap:
            self.fields[f"cap_{cap}"] = number(cap.label, most=MOST_CAP)
        for row in range(TIER_ROWS):
            self._row(f"tier_{row}_bound", forms.ChoiceField(choices=BOUNDS, required=False), _("Tier"), row)
            self._row(f"tier_{row}_minutes", number("", most=6000), _("Minutes"), row)
            self._row(f"tier_{row}_hours", number(""), _("Hours"), row)
        for row in range(EVENT_ROWS):
            self.fields[f"event_{row}_code"] = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
            self._row(f"event_{row}_name", forms.CharField(required=False, max_length=40), _("Event"), row)
            self._row(f"event_{row}_hours", number(""), _("Hours each time"), row)
            self._row(f"event_{row}_cap", number("", most=MOST_CAP), _("Hours at most"), row)

    def _row(self, name: str, field: forms.Field, label: Any, row: int) -> None:
        field.label = f"{label} {row + 1}"
        field.widget.attrs["aria-label"] = field.label
        self.fields[name] = field

    @property
    def tiers(self) -> list[list[forms.BoundField]]:
        return [[self[f"tier_{row}_{name}"] for name in ("bound", "minutes", "hours")] for row in range(TIER_ROWS)]

    @property
    def events(self) -> list[list[forms.BoundField]]:
        names = ("code", "name", "hours", "cap")
        return [[self[f"event_{row}_{name}"] for name in names] for row in range(EVENT_ROWS)]

    @property
    def caps(self) -> list[forms.BoundField]:
        return [self[f"cap_{cap}"] for cap in Cap]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("conversion") == "minutes_per_hour" and said.get("minutes_per_hour") is None:
            self._need("minutes_per_hour", _("Write how many minutes are 1 hour."))
        if said.get("conversion") == "tiers" and not any(said.get(f"tier_{row}_bound") for row in range(TIER_ROWS)):
            self._need("tier_0_bound", _("Fill in at least one step of length."))
        for row in range(TIER_ROWS):
            filled = [said.get(f"tier_{row}_{name}") not in (None, "") for name in ("bound", "minutes", "hours")]
            if any(filled) and not all(filled):
                self._need(f"tier_{row}_bound", _("A step needs all three: how, minutes and hours."))
        for row in range(EVENT_ROWS):
            name, *values = [said.get(f"event_{row}_{name}") for name in ("name", "hours", "cap")]
            if bool(name) != any(value is not None for value in values):
                self._need(f"event_{row}_name", _("An event needs a name, and hours or a cap."))
        if (said.get("weight_required") is None) != (said.get("weight_elective") is None):
            self._need("weight_elective", _("Fill in both weights, or neither."))
        carry = [bool(said.get(name)) for name in ("carry_from", "carry_to", "carry_years")]
        if any(carry) and not all(carry):
            self._need("carry_years", _("Carry-over needs from where, to where and for how many years."))
        if not self.errors:
            try:
                validate_parameters(self.parameters)
            except ValidationError as error:
                self.add_error(None, error)
        return said

    def _need(self, name: str, sentence: Any) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)

    @property
    def terms(self) -> dict[str, Any]:
        """What the rule would say, for the preview."""
        unusual = {} if self.cleaned_data["offline_needs_quiz"] else {"offline_needs_quiz": False}
        return {"unit": self.cleaned_data["unit"], "parameters": self.parameters, **unusual}

    @property
    def parameters(self) -> dict[str, Any]:
        """What was filled in, as a rule keeps it; what was left empty is left out."""
        said = self.cleaned_data
        parameters: dict[str, Any] = {}
        if said["conversion"] == "tiers":
            parameters["tiers"] = [
                {
                    said[f"tier_{row}_bound"]: as_text(said[f"tier_{row}_minutes"]),
                    "hours": as_text(said[f"tier_{row}_hours"]),
                }
                for row in range(TIER_ROWS)
                if said[f"tier_{row}_bound"]
            ]
        elif said["conversion"] == "minutes_per_hour":
            parameters["minutes_per_hour"] = as_text(said["minutes_per_hour"])
        for name in _PLAIN:
            if said[name] is not None:
                parameters[name] = as_text(said[name])
        if said["rounding"] != Rounding.DOWN:
            parameters["rounding"] = said["rounding"]
        parameters["complete_ratio"] = as_text(Decimal(said["complete_percent"]) / 100)
        if said["counts_once"] != CountsOnce.EVER:
            parameters["counts_once"] = said["counts_once"]
        if said["counts_once"] == CountsOnce.CYCLE and said["cycle_from"]:
            parameters["cycle_from"] = said["cycle_from"]
        if said["weight_required"] is not None:
            kinds = ("required", "elective")
            parameters["weights"] = {kind: as_text(said[f"weight_{kind}"]) for kind in kinds}
        if caps := {cap.value: as_text(said[f"cap_{cap}"]) for cap in Cap if said[f"cap_{cap}"] is not None}:
            parameters["caps"] = caps
        if events := [self._event(row) for row in range(EVENT_ROWS) if said[f"event_{row}_name"]]:
            parameters["events"] = events
        if said["carry_years"]:
            most = {} if said["carry_most"] is None else {"most": as_text(said["carry_most"])}
            parameters["carryover"] = {
                "from": said["carry_from"], "to": said["carry_to"], "years": said["carry_years"], **most
            }  # fmt: skip
        return parameters

    def _event(self, row: int) -> dict[str, str]:
        said = {key: self.cleaned_data[f"event_{row}_{key}"] for key in ("hours", "cap")}
        quantities = {key: as_text(value) for key, value in said.items() if value is not None}
        code = self.cleaned_data[f"event_{row}_code"] or f"event_{row + 1}"
        return {"code": code, "name": self.cleaned_data[f"event_{row}_name"], **quantities}


_PLAIN = (
    "step", "test_pass_hours", "group_share", "day_hours", "half_day_hours", "class_minutes_per_hour", "class_step",
)  # fmt: skip


def initial_of(unit: str, parameters: Mapping[str, Any], *, offline_needs_quiz: bool = True) -> dict[str, Any]:
    """The values of the fields for the parameters of a rule."""
    carryover, weights = parameters.get("carryover", {}), parameters.get("weights", {})
    initial = {name: parameters[name] for name in _PLAIN if name in parameters} | {
        "unit": unit,
        "conversion": next((name for name in ("tiers", "minutes_per_hour") if name in parameters), "none"),
        "minutes_per_hour": parameters.get("minutes_per_hour"),
        "rounding": parameters.get("rounding", Rounding.DOWN),
        "step": parameters.get("step", "0.01"),
        "complete_percent": needed_percent(parameters),
        "weight_required": weights.get("required"),
        "weight_elective": weights.get("elective"),
        "offline_needs_quiz": offline_needs_quiz,
        "counts_once": counts_once(parameters),
        "cycle_from": parameters.get("cycle_from"),
        "carry_from": carryover.get("from"),
        "carry_to": carryover.get("to"),
        "carry_years": carryover.get("years"),
        "carry_most": carryover.get("most"),
    }
    initial |= {f"cap_{cap}": hours for cap, hours in parameters.get("caps", {}).items()}
    for row, tier in enumerate(parameters.get("tiers", [])):
        bound = next(name for name in TIER_BOUNDS if name in tier)
        initial |= {f"tier_{row}_bound": bound, f"tier_{row}_minutes": tier[bound], f"tier_{row}_hours": tier["hours"]}
    for row, event in enumerate(parameters.get("events", [])):
        initial |= {f"event_{row}_{key}": event.get(key) for key in ("code", "name", "hours", "cap")}
    return initial
