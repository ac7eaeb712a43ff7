"""What a cadre says about training held elsewhere, and the files that show it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.claim_evidence import MOST_BYTES, Evidence, EvidenceRefused, read_evidence
from lms.credits.domain.claiming import ClaimRefused, Training, submit_again, submit_claim
from lms.credits.enums import CreditCategory
from lms.credits.models import CreditClaim
from lms.people.models import Person


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Several files, each read by its content; cleaned to a list of Evidence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=FilesInput({"accept": ".pdf,.jpg,.jpeg,.png"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Evidence]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        found = []
        for file in files:
            try:
                # One byte more than is allowed tells that it is too large.
                found.append(read_evidence(file.read(MOST_BYTES + 1), file.name))
            except EvidenceRefused as error:
                raise forms.ValidationError(str(error)) from None
        return found


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Please choose the day."),
            "invalid": _("This is not a day. Write it like 2026-03-05."),
        },
    )


def _amount(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(0),
        max_digits=6,
        decimal_places=2,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal", "class": "narrow"}),
        error_messages={
            "invalid": _("Please write a number, like 16 or 2.5."),
            "min_value": _("Hours and days cannot be less than 0."),
            "max_decimal_places": _("At most two decimal places."),
        },
        **kwargs,
    )


class ClaimForm(forms.Form):
    title = forms.CharField(
        label=_("Name of the training"),
        max_length=120,
        help_text=_("As it stands on the certificate or notice."),
        error_messages={"required": _("Please write the name of the training.")},
    )
    organiser = forms.CharField(
        label=_("Who held it"),
        max_length=120,
        help_text=_("For example: Party School of the county committee."),
        error_messages={"required": _("Please write who held it.")},
    )
    category = forms.ChoiceField(
        label=_("How it was held"),
        choices=[
            (CreditCategory.CENTRALIZED_TRAINING.value, _("Together, in a room (centralised training)")),
            (CreditCategory.ONLINE_SELF_STUDY.value, _("Online, by myself (online self-study)")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the two.")},
    )
    starts_on = _day(_("First day"))
    ends_on = _day(_("Last day"))
    hours = _amount(_("Hours"), help_text=_("As the certificate says; leave it empty where it says days only."))
    days = _amount(_("Days"))
    evidence = EvidenceField(
        label=_("Files that show it"),
        help_text=_("Certificate, notice or a photograph of the paper: PDF, JPEG or PNG, at most five, 5 MB each."),
    )

    def __init__(self, *args: Any, claim: CreditClaim | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim
        if claim is None:
            return
        for name in ("title", "organiser", "category", "starts_on", "ends_on", "hours", "days"):
            self.fields[name].initial = getattr(claim, name)
        kept = [(str(file.pk), file.name) for file in claim.files.filter(is_current=True)]
        self.fields["keep"] = forms.MultipleChoiceField(
            label=_("Files that stay"),
            choices=kept,
            initial=[pk for pk, _name in kept],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["evidence"].label = _("Further files")
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput(), initial=claim.submission.steps_taken)

    def save(self, *, by: Person, at: datetime) -> CreditClaim | None:
        """The claim that was sent, or None with the error on the form."""
        said = self.cleaned_data
        training = Training(
            title=" ".join(said["title"].split()),
            organiser=" ".join(said["organiser"].split()),
            category=said["category"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            hours=(said["hours"] or Decimal(0)).quantize(Decimal("0.01")),
            days=(said["days"] or Decimal(0)).quantize(Decimal("0.01")),
        )
        try:
            if self.claim is None:
                return submit_claim(by, training, files=said["evidence"], at=at)
            keep = {int(pk) for pk in said["keep"]}
            return submit_again(
                self.claim, training, files=said["evidence"], keep=keep, by=by, seen=said["seen"], at=at
            )
        except ClaimRefused as error:
            self.add_error(None, str(error))
            return None
