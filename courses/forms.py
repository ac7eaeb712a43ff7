"""Forms of the pages that courses adds to the Wagtail admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.domain.importing import read_import
from courses.domain.question_files import MOST_BYTES
from courses.domain.takedown import take_down
from courses.models import QuestionImport, QuestionSet, Takedown
from lms.people.models import Org


class TakedownForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it taken down?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the page and in the log. Editors see it."),
        error_messages={"required": _("Please say why it is taken down. The reason is kept.")},
    )

    def save(self, page: Page, *, by: Any, at: datetime) -> Takedown:
        return take_down(page, by=by, reason=self.cleaned_data["reason"], at=at)


class ImportForm(forms.Form):
    """A file of questions, and the quiz that gets them: one that is there, or a new one."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX after our template, GIFT, Aiken or Moodle XML; at most 5 MB."),
        error_messages={
            "required": _("Please choose a file."),
            "empty": _("The file is empty."),
            "missing": _("Please choose a file."),
        },
    )
    into = forms.ModelChoiceField(
        label=_("Into"), queryset=QuestionSet.objects.none(), required=False, empty_label=_("a new quiz")
    )
    title = forms.CharField(label=_("Title of the new quiz"), max_length=200, required=False)
    org = forms.ModelChoiceField(label=_("organisation"), queryset=Org.objects.none(), required=False)

    def __init__(self, *args: Any, orgs: QuerySet[Org], quizzes: QuerySet[QuestionSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = quizzes  # type: ignore[attr-defined]  # a field of choices
        self.fields["org"].queryset = orgs  # type: ignore[attr-defined]  # a field of choices
        if len(orgs) == 1:
            self.fields["org"].initial = orgs[0]
            self.fields["org"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 5 MB. Split it into several files."))
        if not cleaned.get("into"):
            if not cleaned.get("title"):
                self.add_error("title", _("Choose a quiz, or write a title for a new one."))
            if not cleaned.get("org"):
                self.add_error("org", _("Say to which organisation the new quiz belongs."))
        return cleaned

    def save(self, *, by: Any, at: datetime) -> QuestionImport:
        """Read the file; FileRefused."""
        given = self.cleaned_data
        into, file = given["into"], given["file"]
        return read_import(
            file.name,
            file.read(),
            org=into.org if into else given["org"],
            into=into,
            title=given["title"],
            by=by,
            at=at,
        )
