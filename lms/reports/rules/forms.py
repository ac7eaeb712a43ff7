"""What an officer writes when she sets a rule, ends one, and tries it."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.supposing import Sample
from lms.credits.domain.writing import CannotWriteRule, Draft, end_own_rule, write_rule
from lms.credits.enums import Confidence
from lms.credits.models import CreditRule
from lms.people.models import Org, Person
from lms.reports.rules.fields import ParametersForm, initial_of


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class SampleForm(forms.Form):
    """The lessons on which a rule is shown."""

    sample_minutes = forms.IntegerField(label=_("Minutes of each lesson"), min_value=1, max_value=600, initial=38)
    sample_lessons = forms.IntegerField(label=_("Lessons of the course"), min_value=1, max_value=50, initial=3)
    sample_elective = forms.ChoiceField(
        label=_("The lessons are"), choices=[("", _("required")), ("yes", _("elective"))], required=False
    )
    sample_test = forms.BooleanField(label=_("The test of each lesson was passed"), required=False, initial=True)

    @property
    def sample(self) -> Sample:
        said = self.cleaned_data
        return Sample(
            said["sample_minutes"], said["sample_lessons"], bool(said["sample_elective"]), said["sample_test"]
        )


class RuleForm(ParametersForm):
    """A rule for an authority of the officer, written from a preset or from another rule."""

    authority = forms.ModelChoiceField(label=_("For the cadres of"), queryset=Org.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Name of the rule"),
        max_length=120,
        error_messages={"required": _("Please give the rule a name.")},
    )
    active_from = _date(_("In force from"))
    active_to = _date(_("Until (not including)"), required=False, help_text=_("Leave it empty where no end is known."))
    ends_current = forms.BooleanField(label=_("End my rule that is in force on that day"), required=False, initial=True)
    source = forms.CharField(
        label=_("Source"),
        help_text=_("The document with its number and date, so that anybody can look it up."),
        max_length=500,
        error_messages={"required": _("Please name the document on which the numbers rest.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confidence = forms.ChoiceField(
        label=_("How well it is known"),
        choices=[("", "—"), *Confidence.choices],
        error_messages={"required": _("Please choose how well the numbers are known.")},
    )

    def __init__(self, *args: Any, authorities: list[Org], based_on: CreditRule | None, today: date, **kwargs: Any):
        initial = {"active_from": today + timedelta(days=1), "authority": authorities[0]}
        if based_on is not None:
            initial |= initial_of(based_on.unit, based_on.parameters, offline_needs_quiz=based_on.offline_needs_quiz)
            # A preset lends its numbers. What they rest on here is for the officer to say.
            if based_on.authority_id:
                initial |= {"name": based_on.name, "source": based_on.source, "confidence": based_on.confidence}
        else:
            initial |= initial_of("lesson", {"minutes_per_hour": 45})
        super().__init__(*args, initial=initial, **kwargs)
        self.based_on = based_on
        mine = Org.objects.filter(pk__in=[org.pk for org in authorities])
        self.fields["authority"].queryset = mine  # type: ignore[attr-defined]  # a field of choices

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        begin, end = said.get("active_from"), said.get("active_to")
        if begin and end and end <= begin:
            self.add_error("active_to", _("The end lies after the first day."))
        return said

    def forgive_empty(self) -> None:
        """Only a preview was asked for: what is not filled in yet is no mistake."""
        for name in ("name", "source", "confidence"):
            if not self.data.get(name):
                self.errors.pop(name, None)

    def save(self, *, by: Person, at: datetime) -> CreditRule | None:
        """The rule, or None with the error on the form."""
        said = self.cleaned_data
        names = ("authority", "name", "unit", "active_from", "active_to", "source", "confidence", "ends_current",
                 "offline_needs_quiz")  # fmt: skip
        draft = Draft(parameters=self.parameters, based_on=self.based_on, **{name: said[name] for name in names})
        try:
            return write_rule(draft, by=by, at=at)
        except CannotWriteRule as error:
            self.add_error(None, str(error))
            return None


class EndForm(forms.Form):
    """From which day on the rule no longer holds."""

    active_to = _date(_("It no longer holds from"))

    def save(self, rule: CreditRule, *, by: Person, at: datetime) -> CreditRule | None:
        """The ended rule, or None with the error on the form."""
        try:
            return end_own_rule(rule, active_to=self.cleaned_data["active_to"], by=by, at=at)
        except CannotWriteRule as error:
            self.add_error("active_to", str(error))
            return None
