"""What an officer says when she assigns a course, and when she takes that back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from lms.people.models import Division, Org, Person
from lms.programmes.domain.assigning import (
    MOST_NAMED,
    REASON_LENGTH,
    AssignmentRefused,
    assign_course,
    withdraw_assignment,
)
from lms.programmes.enums import Asked
from lms.programmes.models import Assignment
from lms.programmes.queries import Asking


class AssignForm(forms.Form):
    """Which course, whom, by when, and the document it rests on. `places` holds "d5" for a place, "o7" for a unit."""

    org = forms.ModelChoiceField(label=_("In the name of"), queryset=Org.objects.none(), required=False)
    course = forms.TypedChoiceField(
        label=_("Course"), coerce=int, error_messages={"required": _("Please choose a course.")}
    )
    asked = forms.ChoiceField(
        label=_("Who is asked"),
        choices=Asked.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose who is asked.")},
    )
    places = forms.MultipleChoiceField(required=False)
    people = forms.TypedMultipleChoiceField(required=False, coerce=int)
    q = forms.CharField(label=_("Find people by name"), required=False, max_length=40)
    due_on = forms.DateField(
        label=_("To be completed by"),
        help_text=_("This day is the last one."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Document or reason"),
        help_text=_("For example the number of the document. Whoever is asked reads it."),
        max_length=REASON_LENGTH,
    )

    def __init__(
        self,
        *args: Any,
        orgs: list[Org],
        courses: Sequence[tuple[str, list[tuple[int, str]]]],
        places: Sequence[str],
        people: Sequence[int],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._orgs, self._today = orgs, today
        self.fields["org"].queryset = Org.objects.filter(pk__in=[org.pk for org in orgs])  # type: ignore[attr-defined]  # a field of choices
        if len(orgs) == 1:
            self.fields["org"].widget = forms.HiddenInput()
        self.fields["course"].choices = [("", _("Please choose")), *courses]  # type: ignore[attr-defined]  # a field of choices
        self.fields["places"].choices = [(value, value) for value in places]  # type: ignore[attr-defined]  # a field of choices
        self.fields["people"].choices = [(pk, pk) for pk in people]  # type: ignore[attr-defined]  # a field of choices

    def clean_org(self) -> Org:
        return self.cleaned_data["org"] or self._orgs[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = cleaned.get("asked")
        if asked == Asked.UNITS and not cleaned.get("places") and "places" not in self.errors:
            self.add_error("places", _("Choose at least one place or unit."))
        if asked == Asked.PEOPLE and not cleaned.get("people") and "people" not in self.errors:
            self.add_error("people", _("Find somebody by name and tick her."))
        if len(cleaned.get("people", ())) > MOST_NAMED:
            self.add_error("people", _("These are more than 500. Choose the place around them, or everybody."))
        due_on = cleaned.get("due_on")
        if due_on and due_on <= self._today:
            self.add_error("due_on", _("Choose a day that is still to come: people need time to learn."))
        return cleaned

    @property
    def page(self) -> CoursePage:
        return CoursePage.objects.get(pk=self.cleaned_data["course"])

    @property
    def asking(self) -> Asking:
        said = self.cleaned_data
        asked = Asked(said["asked"])
        if asked == Asked.PEOPLE:
            return Asking(asked, person_ids=frozenset(said["people"]))
        if asked == Asked.EVERYBODY:
            return Asking(asked)
        chosen = said["places"]
        divisions = Division.objects.filter(pk__in=[value[1:] for value in chosen if value.startswith("d")])
        orgs = frozenset(int(value[1:]) for value in chosen if value.startswith("o"))
        return Asking(asked, divisions=tuple(divisions.select_related("successor")), org_ids=orgs)

    def save(self, *, by: Person, at: datetime) -> Assignment | None:
        """The assignment, or None with the error on the form."""
        said = self.cleaned_data
        try:
            return assign_course(
                self.page, self.asking, due_on=said["due_on"], reason=said["reason"], org=said["org"], by=by, at=at
            )
        except AssignmentRefused as error:
            self.add_error(None, str(error))
            return None


class TakeBackForm(forms.Form):
    """Why nobody is asked any more."""

    reason = forms.CharField(label=_("Why it is taken back"), max_length=REASON_LENGTH)

    def save(self, assignment: Assignment, *, by: Person, at: datetime) -> Assignment | None:
        """The assignment as it is now, or None with the error on the form."""
        try:
            return withdraw_assignment(assignment, reason=self.cleaned_data["reason"], by=by, at=at)
        except AssignmentRefused as error:
            self.add_error(None, str(error))
            return None
