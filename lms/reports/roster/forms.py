"""What an officer says about a roster."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.people.domain.roster.reading import LIMITS
from lms.people.models import Org
from lms.people.validators import without_numbers


class UploadForm(forms.Form):
    """The file; and for which department, where she works for several."""

    org = forms.TypedChoiceField(label=_("Organisation department"), coerce=int)
    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("The template, filled in: .xlsx, or .csv. At most 5 MB and 3,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Choose the file that you filled in."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, orgs: list[Org], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orgs = {org.pk: org for org in orgs}
        self.fields["org"].choices = [(org.pk, org.name) for org in orgs]  # type: ignore[attr-defined]  # a field of choices
        if len(orgs) == 1:
            self.fields["org"].widget = forms.HiddenInput()
            self.fields["org"].initial = orgs[0].pk

    @property
    def org_chosen(self) -> Org:
        return self.orgs[self.cleaned_data["org"]]

    @property
    def content(self) -> bytes:
        """The file, or as much of it as shows that it is too large."""
        return bytes(self.cleaned_data["file"].read(LIMITS.size_bytes + 1))


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the import is undone"),
        help_text=_("For example: wrong file. Without names and numbers; it stays on the log."),
        max_length=200,
        validators=[without_numbers],
        error_messages={"required": _("Please write why the import is undone.")},
    )
