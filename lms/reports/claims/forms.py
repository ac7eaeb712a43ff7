"""What a reviewer or officer decides about a claim."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.approvals.domain.stepping import REASON_LETTERS
from lms.credits.domain.deciding_claims import (
    DecisionRefused,
    pass_on,
    recognise_claim,
    reject_claim,
    return_claim,
)
from lms.credits.models import CreditClaim
from lms.people.domain.standing_in import DelegationRefused, colleagues_of, delegable_roles, hand_over
from lms.people.models import Person, Role


class HandOverForm(forms.Form):
    """Which review goes to which colleague, from which day to which, both counted."""

    role = forms.ChoiceField(label=_("Which unit"))
    to = forms.ChoiceField(
        label=_("Colleague who stands in"),
        help_text=_("Personnel officers of units that the same authority manages."),
        error_messages={"required": _("Please choose a colleague.")},
    )
    first_day = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label=_("Up to and including"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, roles: list[Role], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {str(role.pk): role for role in roles}
        self.people = {str(person.pk): person for role in roles for person in colleagues_of(role, on)}
        self.fields["role"].choices = [(pk, role.org.name) for pk, role in self.roles.items()]  # type: ignore[attr-defined]  # a field of choices
        chosen = sorted(self.people.items(), key=lambda each: (each[1].name, each[1].pk))
        names = [(pk, f"{person.name}（{_units(person, on)}）") for pk, person in chosen]
        self.fields["to"].choices = [("", _("Please choose")), *names]  # type: ignore[attr-defined]  # a field of choices
        self.fields["first_day"].initial = on

    def save(self, *, by: Person, at: datetime) -> bool:
        """Whether it was handed over; if not, the error is on the form."""
        said = self.cleaned_data
        try:
            hand_over(
                self.roles[said["role"]],
                to=self.people[said["to"]],
                first_day=said["first_day"],
                last_day=said["last_day"],
                by=by,
                at=at,
            )
        except DelegationRefused as error:
            self.add_error(None, str(error))
            return False
        return True


def _units(person: Person, on: date) -> str:
    return "、".join(role.org.name for role in delegable_roles(person, on))


class DecisionForm(forms.Form):
    """Pass on or recognise, return or reject; `seen` is the step that was on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput())
    outcome = forms.ChoiceField(
        label=_("What shall become of the claim?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of them.")},
    )
    hours = forms.DecimalField(label=_("Hours that count"), max_digits=6, decimal_places=2, min_value=Decimal(0))
    days = forms.DecimalField(label=_("Days that count"), max_digits=5, decimal_places=2, min_value=Decimal(0))
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=REASON_LETTERS,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed to return or reject, and where you recognise another number. The learner reads it."),
    )

    def __init__(self, *args: Any, claim: CreditClaim, recognises: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim
        forward = ("recognise", _("Recognise the hours")) if recognises else ("pass_on", _("It was so: pass it on"))
        choices = [forward, ("return", _("Return it to be mended")), ("reject", _("Reject it"))]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]  # a field of choices
        self.fields["seen"].initial = claim.submission.steps_taken
        if recognises:
            self.fields["hours"].initial, self.fields["days"].initial = claim.hours, claim.days
        else:
            del self.fields["hours"], self.fields["days"]

    def save(self, *, by: Person, at: datetime) -> bool:
        """Whether it was decided; if not, the error is on the form."""
        said = self.cleaned_data
        known = {"by": by, "seen": said["seen"], "at": at}
        amounts = {name: said[name] for name in ("hours", "days") if name in said}
        stories: dict[str, Callable[[], Any]] = {
            "pass_on": lambda: pass_on(self.claim, **known),
            "recognise": lambda: recognise_claim(self.claim, reason=said["reason"], **amounts, **known),
            "return": lambda: return_claim(self.claim, reason=said["reason"], **known),
            "reject": lambda: reject_claim(self.claim, reason=said["reason"], **known),
        }
        try:
            stories[said["outcome"]]()
        except DecisionRefused as error:
            self.add_error(None, str(error))
            return False
        return True
