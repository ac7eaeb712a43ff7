"""What an officer may choose on the desk."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import StandingState
from lms.people.enums import PersonnelCategory

FIRST_YEAR = 2020


class DeskFilter(forms.Form):
    """Year, as-of day, unit, category and name; everything may be left out."""

    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    unit = forms.TypedChoiceField(label=_("Work unit"), required=False, coerce=int, empty_value=None)
    category = forms.ChoiceField(label=_("Personnel category"), required=False)
    q = forms.CharField(label=_("Name"), required=False, max_length=40)
    hours = forms.ChoiceField(
        label=_("Hours"),
        required=False,
        choices=[("", _("All")), ("some", _("Has hours")), ("none", _("No hours yet"))],
    )

    standing = forms.ChoiceField(
        label=_("Standing"),
        required=False,
        choices=[
            ("", _("All")),
            *[(state.value, state.label) for state in StandingState],
        ],
    )

    def __init__(self, *args: Any, today: date, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        years = [(year, str(year)) for year in range(today.year, FIRST_YEAR - 1, -1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]  # a field of choices
        self.fields["unit"].choices = [("", _("All")), *units]  # type: ignore[attr-defined]  # a field of choices
        self.fields["category"].choices = [("", _("All")), *PersonnelCategory.choices]  # type: ignore[attr-defined]  # a field of choices

    def clean_on(self) -> date:
        on = self.cleaned_data["on"] or self.today
        if on > self.today:
            raise forms.ValidationError(_("Choose today or an earlier day: nothing is known of later ones."))
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["year"] = cleaned.get("year") or cleaned.get("on", self.today).year
        return cleaned
