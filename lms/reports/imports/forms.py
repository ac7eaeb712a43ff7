"""What an officer says about a list of hours from elsewhere."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.importing import ImportRefused, choose_columns, platform_named, receive_file
from lms.credits.domain.outside import COLUMNS, COLUMNS_OF, NEEDED
from lms.credits.domain.previewing import ColumnsRefused
from lms.credits.enums import CreditCategory, ImportKind
from lms.credits.models import ImportBatch, OutsidePlatform
from lms.lib.foreign_tables import MOST_BYTES, Table
from lms.lib.workbooks import FileRefused
from lms.people.models import Org, Person


class SendForm(forms.Form):
    """The file, what its rows are, from which platform, and for which counter."""

    kind = forms.ChoiceField(
        label=_("What the list holds"),
        choices=ImportKind.choices,
        initial=ImportKind.EXTERNAL,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say what the list holds.")},
    )
    platform = forms.ModelChoiceField(
        label=_("Platform"),
        queryset=OutsidePlatform.objects.all(),
        required=False,
        empty_label=_("Another one, named below"),
        help_text=_("Not needed for opening balances."),
    )
    new_platform = forms.CharField(
        label=_("Name of a new platform"),
        max_length=80,
        required=False,
        help_text=_("In full, as it calls itself. The name stays."),
    )
    category = forms.ChoiceField(
        label=_("The hours count as"),
        choices=CreditCategory.choices,
        initial=CreditCategory.ONLINE_SELF_STUDY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say which hours these are.")},
    )
    file = forms.FileField(
        label=_("The list"),
        help_text=_("Excel (.xlsx) or CSV, at most 10,000 rows and 8 MB. One row for each person and course."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Please choose the file."), "empty": _("This file is empty.")},
    )
    authority = forms.ModelChoiceField(label=_("For which organisation"), queryset=Org.objects.none())

    def __init__(self, *args: Any, authorities: list[Org], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        field.queryset = Org.objects.filter(pk__in=[org.pk for org in authorities])
        field.initial = authorities[0]
        if len(authorities) == 1:
            field.required = False
            field.widget = forms.HiddenInput()
        self._only = authorities[0]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == ImportKind.EXTERNAL and not said.get("platform") and not said.get("new_platform"):
            self.add_error("new_platform", _("Please choose the platform, or write its name."))
        if said.get("file") and said["file"].size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 8 MB. Please split the list."))
        return said

    def save(self, *, by: Person, at: datetime) -> ImportBatch | None:
        """The list that was received, or None with the error on the form."""
        said = self.cleaned_data
        platform = None
        if said["kind"] == ImportKind.EXTERNAL:
            platform = said["platform"] or platform_named(said["new_platform"])
        try:
            return receive_file(
                said["file"].read(),
                file_name=said["file"].name,
                kind=said["kind"],
                category=said["category"],
                platform=platform,
                authority=said["authority"] or self._only,
                by=by,
                at=at,
            )
        except FileRefused as error:
            self.add_error("file", str(error))
            return None


class ColumnsForm(forms.Form):
    """Which heading of the list is which column, and which sheet is meant where there are several."""

    def __init__(self, *args: Any, batch: ImportBatch, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        if len(table.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), choices=[(name, name) for name in table.sheets], initial=table.sheet
            )
        choices = [("", _("not in the list")), *((heading, heading) for heading in table.headings)]
        needed = NEEDED[ImportKind(batch.kind)]
        for column in COLUMNS_OF[ImportKind(batch.kind)]:
            self.fields[column] = forms.ChoiceField(
                label=COLUMNS[column],
                choices=choices,
                required=column in needed,
                initial=batch.columns.get(column, ""),
                error_messages={"required": _("Please choose the column of the list.")},
            )

    def save(self) -> bool:
        """Whether the columns were kept; if not, the error is on the form."""
        try:
            choose_columns(self.batch, self.cleaned_data, sheet=self.cleaned_data.get("sheet", ""))
        except (ColumnsRefused, FileRefused, ImportRefused) as error:
            self.add_error(None, str(error))
            return False
        return True


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is undone"),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("It stands on the record of everybody concerned. Name nobody."),
        error_messages={"required": _("Please say why: it stands on the record.")},
    )
