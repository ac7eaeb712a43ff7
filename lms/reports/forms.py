"""What an officer may choose on the desk."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import StandingState
from lms.people.enums import PersonnelCategory
from lms.people.models import Division
from lms.reports.enums import Sorting

FIRST_YEAR = 2020
FIRST_DAY = date(FIRST_YEAR, 1, 1)
# What a saved view keeps, besides day and year. A name that was searched for is not kept.
FILTERS = ("place", "unit", "category", "standing", "hours", "sort")


class DeskFilter(forms.Form):
    """Year, as-of day, place, unit, category, standing, name; everything may be left out.

    `place` was looked up by whoever makes the form, within the scope; `units` are those within it, as pairs of id and
    name, or the one asked for alone where there are too many.
    """

    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    unit = forms.TypedChoiceField(label=_("Work unit"), required=False, coerce=int, empty_value=None)
    category = forms.ChoiceField(label=_("Personnel category"), required=False)
    standing = forms.ChoiceField(
        label=_("Standing"),
        required=False,
        choices=[("", _("All")), *[(state.value, state.label) for state in StandingState]],
    )
    hours = forms.ChoiceField(
        label=_("Hours"),
        required=False,
        choices=[("", _("All")), ("some", _("Has hours")), ("none", _("No hours yet"))],
    )
    q = forms.CharField(label=_("Name"), required=False, max_length=40)
    sort = forms.ChoiceField(label=_("In which order"), required=False, choices=Sorting.choices)

    def __init__(
        self,
        *args: Any,
        today: date,
        units: list[tuple[int, str]],
        place: Division | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.found_place = place
        years = [(year, str(year)) for year in range(today.year, FIRST_YEAR - 1, -1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]  # a field of choices
        self.fields["unit"].choices = [("", _("All")), *units]  # type: ignore[attr-defined]  # a field of choices
        categories = [("", _("All")), *PersonnelCategory.choices]
        self.fields["category"].choices = categories  # type: ignore[attr-defined]  # a field of choices

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"] or self.today
        if on > self.today:
            raise forms.ValidationError(_("Choose today or an earlier day: nothing is known of later ones."))
        if on < FIRST_DAY:
            raise forms.ValidationError(_("Choose a day from 2020 on: nothing is kept of earlier ones."))
        return on

    def clean_place(self) -> Division | None:
        if self.cleaned_data["place"] and self.found_place is None:
            raise forms.ValidationError(_("This place is not one of yours on this day. Choose one in the table."))
        return self.found_place

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["year"] = cleaned.get("year") or cleaned.get("on", self.today).year
        return cleaned
