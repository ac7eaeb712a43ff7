"""Beginning and closing a year."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.closing import REASON_LENGTH, ClosingRefused, close_year, open_year
from lms.credits.models import YearClosing, YearSnapshot
from lms.people.models import Org, Person


class OpenForm(forms.Form):
    """Which year, and until which day evidence for it is waited for."""

    year = forms.TypedChoiceField(label=_("Year to be closed"), coerce=int)
    cutoff = forms.DateField(
        label=_("Last day for evidence"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What was learnt in the year and reaches us by this day counts in its figures."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, str(year)) for year in (today.year, today.year - 1)]  # type: ignore[attr-defined]  # a field of choices
        self.fields["cutoff"].initial = date(today.year + (today.month > 6), 1, 15)

    def save(self, authority: Org, *, by: Person, at: datetime) -> YearClosing | None:
        """The closing, or None with the error on the form."""
        try:
            return open_year(authority, self.cleaned_data["year"], cutoff=self.cleaned_data["cutoff"], by=by, at=at)
        except ClosingRefused as error:
            self.add_error(None, str(error))
            return None


class CloseForm(forms.Form):
    """The word that closes a year; with a reason where units have not confirmed."""

    reason = forms.CharField(
        label=_("Why the year is closed although units have not confirmed"), max_length=REASON_LENGTH, required=False
    )

    def save(self, closing: YearClosing, *, by: Person, at: datetime) -> YearSnapshot | None:
        """The signed figures, or None with the error on the form."""
        try:
            return close_year(closing, by=by, reason=self.cleaned_data["reason"], at=at)
        except ClosingRefused as error:
            self.add_error(None, str(error))
            return None
