"""What an audit administrator may look for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.reports.log.words import ACTIONS, SUBJECTS


class LogFilter(forms.Form):
    """Action, person, subject and days; everything may be left out. `before` is where the last page ended."""

    action = forms.ChoiceField(label=_("What was done"), required=False, choices=[("", _("All")), *ACTIONS.items()])
    actor = forms.IntegerField(label=_("Who did it (number)"), required=False, min_value=1, max_value=2**63 - 1)
    subject_kind = forms.ChoiceField(label=_("To what"), required=False, choices=[("", _("All")), *SUBJECTS.items()])
    subject_id = forms.CharField(label=_("Its number or code"), required=False, max_length=64)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Up to day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day lies before the first one. Choose the same day or a later one."))
        if cleaned.get("subject_id") and not cleaned.get("subject_kind"):
            self.add_error("subject_kind", _("Choose of what this is the number or code."))
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, as it goes on the log."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
