"""What an officer says when she proposes an exemption, and when she decides one."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.exempting import (
    MOST_BYTES,
    ExemptionRefused,
    approve_exemption,
    decline_exemption,
    propose_exemption,
    read_paper,
    withdraw_exemption,
)
from lms.credits.enums import CreditCategory, ExemptionKind
from lms.credits.models import Exemption
from lms.lib.documents import Document
from lms.people.models import Person

REASON_LENGTH = 500


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class ProposeForm(forms.Form):
    """Ground, days, what it takes off, why, and the document."""

    kind = forms.ChoiceField(label=_("Ground"), choices=[("", _("Please choose")), *ExemptionKind.choices])
    first_day = _day(_("First day exempt"))
    last_day = _day(_("Last day exempt"))
    category = forms.ChoiceField(
        label=_("Which training"), required=False, choices=[("", _("Both")), *CreditCategory.choices]
    )
    hours = forms.DecimalField(
        label=_("Hours less"),
        help_text=_("Leave hours and days empty to ask for nothing in the months of the exemption."),
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=2,
    )
    days = forms.DecimalField(label=_("Days less"), required=False, min_value=0, max_digits=5, decimal_places=2)
    reason = forms.CharField(
        label=_("Reason for the exemption"),
        help_text=_("Whoever approves it and the person herself read this. Leave medical details to the document."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    document = forms.FileField(
        label=_("Document"),
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def clean_document(self) -> Document:
        sent = self.cleaned_data["document"]
        try:
            return read_paper(sent.read(MOST_BYTES + 1), sent.name)
        except ExemptionRefused as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first. Look at the two days again."))
        return cleaned

    def save(self, person: Person, *, by: Person, at: datetime) -> Exemption | None:
        """The exemption, or None with the error on the form."""
        said = self.cleaned_data
        try:
            return propose_exemption(
                person,
                kind=said["kind"],
                active_from=said["first_day"],
                active_to=said["last_day"] + timedelta(days=1),
                category=said["category"],
                hours=said["hours"],
                days=said["days"],
                reason=said["reason"],
                document=said["document"],
                by=by,
                at=at,
            )
        except ExemptionRefused as error:
            self.add_error(None, str(error))
            return None


class DecideForm(forms.Form):
    """Approve it, or decline it and say why."""

    decision = forms.ChoiceField(
        label=_("Decision on the exemption"),
        widget=forms.RadioSelect,
        choices=[("approve", _("Approve: the document says so")), ("decline", _("Decline"))],
        error_messages={"required": _("Please choose one of the two.")},
    )
    reason = forms.CharField(
        label=_("Why, if you decline"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def save(self, exemption: Exemption, *, by: Person, at: datetime) -> Exemption | None:
        """The exemption as decided, or None with the error on the form."""
        try:
            if self.cleaned_data["decision"] == "approve":
                return approve_exemption(exemption, by=by, at=at)
            return decline_exemption(exemption, reason=self.cleaned_data["reason"], by=by, at=at)
        except ExemptionRefused as error:
            self.add_error(None, str(error))
            return None


class WithdrawForm(forms.Form):
    """Take it back, or let it end earlier."""

    last_day = _day(
        _("Last day on which it counts"),
        required=False,
        help_text=_("Leave it empty if the exemption shall not count at all."),
    )
    reason = forms.CharField(
        label=_("Why it is taken back"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def save(self, exemption: Exemption, *, by: Person, at: datetime) -> Exemption | None:
        """The exemption as it is now, or None with the error on the form."""
        last: date | None = self.cleaned_data["last_day"]
        ends = last + timedelta(days=1) if last else None
        try:
            return withdraw_exemption(exemption, ends=ends, reason=self.cleaned_data["reason"], by=by, at=at)
        except ExemptionRefused as error:
            self.add_error(None, str(error))
            return None
