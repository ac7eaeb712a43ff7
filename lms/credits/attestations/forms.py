"""A number typed in by hand, the period of a statement, and why something is revoked."""

import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.attesting import REASON_LENGTH, AttestationRefused, attest_hours, periods_of, revoke
from lms.credits.domain.binding import Span
from lms.credits.enums import Period
from lms.credits.models import Attestation, AttestationRevocation
from lms.lib.ids import check
from lms.people.models import Person

# Whoever types in more than this means something else.
MOST_TYPED = 100


def read_number(text: str) -> str:
    """The number as people type it: blanks, hyphens, full width and case do not matter. Empty where it is none."""
    folded = unicodedata.normalize("NFKC", text[:MOST_TYPED]).upper()
    number = "".join(character for character in folded if character.isascii() and character.isalnum())
    return number if check(number) else ""


class NumberForm(forms.Form):
    """The number of a paper."""

    number = forms.CharField(
        label=_("Number on the paper"),
        max_length=MOST_TYPED,
        help_text=_("Twelve letters and digits, top right on the paper. Capitals and hyphens do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
    )

    def clean_number(self) -> str:
        number = read_number(self.cleaned_data["number"])
        if not number:
            raise forms.ValidationError(
                _("There is no such number. Compare it with the paper, character by character.")
            )
        return number


def period_words(span: Span) -> str:
    """2026, or 2023–2027."""
    return str(span.first_year) if span.period == Period.ANNUAL else f"{span.first_year}–{span.last_year}"


class PeriodForm(forms.Form):
    """For which year or cycle hours are attested: those in which she has any."""

    period = forms.ChoiceField(label=_("For which time"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spans = dict.fromkeys(span for year in years for span in periods_of(year))
        order = sorted(spans, key=lambda span: (span.period != Period.ANNUAL, -span.first_year))
        self.spans = {f"{span.period}-{span.first_year}": span for span in order}
        choices = [(code, period_words(span)) for code, span in self.spans.items()]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]  # a field of choices
        self.fields["period"].initial = choices[0][0] if choices else None

    def save(self, person: Person, *, by: Person, at: datetime) -> Attestation | None:
        """What was issued, or None with the error on the form."""
        try:
            return attest_hours(person, self.spans[self.cleaned_data["period"]], by=by, at=at)
        except AttestationRefused as error:
            self.add_error(None, str(error))
            return None


class RevokeForm(forms.Form):
    """Why an attestation is revoked; the public page does not show it."""

    reason = forms.CharField(
        label=_("Why it is revoked"),
        max_length=REASON_LENGTH,
        help_text=_("Its owner reads it, and it stands in the audit log; the public page does not show it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def save(self, attestation: Attestation, *, by: Person, at: datetime) -> AttestationRevocation | None:
        """The revocation, or None with the error on the form."""
        try:
            return revoke(attestation, reason=self.cleaned_data["reason"], by=by, at=at)
        except AttestationRefused as error:
            self.add_error(None, str(error))
            return None
