"""What an authority says when it sets a requirement of its own, or ends one."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.setting import RequirementRefused, end_requirement, set_requirement
from lms.credits.enums import Bound, CreditCategory, PartYear, Period
from lms.credits.models import CreditRequirement
from lms.people.models import Org, Person

FIRST_YEAR_OF_THE_PLAN = 2023


class RequirementForm(forms.Form):
    """Whom it binds, how much, in what period, from which day on, and which document says so."""

    authority = forms.TypedChoiceField(label=_("Department"), coerce=int)
    bound = forms.ChoiceField(label=_("Whom it binds"), choices=Bound.choices)
    category = forms.ChoiceField(label=_("Which training"), choices=CreditCategory.choices)
    period = forms.ChoiceField(label=_("Period"), choices=Period.choices)
    hours = forms.DecimalField(
        label=_("Hours needed"), min_value=Decimal("0.01"), max_value=2000, max_digits=7, decimal_places=2
    )
    days = forms.DecimalField(
        label=_("Or days"),
        help_text=_("Whoever reaches either has met it. Leave it empty if days do not count."),
        required=False,
        min_value=Decimal("0.01"),
        max_value=400,
        max_digits=6,
        decimal_places=2,
    )
    part_year = forms.ChoiceField(
        label=_("Bound during a part of the period only"), choices=PartYear.choices, initial=PartYear.BY_MONTHS
    )
    cycle_first_year = forms.IntegerField(
        label=_("First year of a cycle"),
        help_text=_("Only for a period of five years: 2023 stands for 2023 to 2027."),
        required=False,
        min_value=2000,
        max_value=2100,
        initial=FIRST_YEAR_OF_THE_PLAN,
    )
    catch_up_months = forms.IntegerField(
        label=_("Months to catch up after a promotion"), min_value=0, max_value=60, initial=12
    )
    active_from = forms.DateField(
        label=_("In force from"),
        help_text=_("Today or later. The months before stay as they were."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=_("Document that says so"),
        help_text=_("Title and number, so that others can look it up."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, departments: list[Org], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = {org.pk: org for org in departments}
        field = self.fields["authority"]
        field.choices = [(org.pk, org.name) for org in departments]  # type: ignore[attr-defined]  # a field of choices
        if len(departments) == 1:
            field.widget, field.initial = forms.HiddenInput(), departments[0].pk

    def save(self, *, by: Person, at: datetime) -> CreditRequirement | None:
        """The requirement, or None with the error on the form."""
        said = dict(self.cleaned_data)
        authority = self.departments[said.pop("authority")]
        try:
            return set_requirement(authority=authority, by=by, at=at, **said)
        except RequirementRefused as error:
            self.add_error(None, str(error))
            return None


class EndForm(forms.Form):
    """The first day on which a row of the authority's own holds no longer."""

    active_to = forms.DateField(
        label=_("Holds no longer from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, pk: int) -> None:
        """`pk` tells the forms of one page apart."""
        super().__init__(data, auto_id=f"id_{pk}_%s")

    def save(self, requirement: CreditRequirement, *, by: Person, at: datetime) -> CreditRequirement | None:
        """The requirement with its end, or None with the error on the form."""
        day: date = self.cleaned_data["active_to"]
        try:
            return end_requirement(requirement, active_to=day, by=by, at=at)
        except RequirementRefused as error:
            self.add_error("active_to", str(error))
            return None
