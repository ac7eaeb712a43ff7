"""What an officer found out about a phone that several cadres use."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.learning.domain.devices import REASON_LENGTH, CannotNote, SharedDevice, note_as_usual
from lms.learning.models import DeviceNote
from lms.people.models import Person


class NoteForm(forms.Form):
    """已了解，正常, and why."""

    reason = forms.CharField(
        label=_("What did you find out?"),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Please write what you found out.")},
    )

    def __init__(self, *args: Any, sighting: int, **kwargs: Any) -> None:
        """One form for each device on the page."""
        super().__init__(*args, **kwargs, auto_id=f"id_%s_{sighting}")  # type: ignore[misc]  # any field may be named

    def save(self, shared: SharedDevice, *, by: Person, at: datetime) -> DeviceNote | None:
        """The note, or None with the error on the form."""
        try:
            return note_as_usual(shared, by=by, reason=self.cleaned_data["reason"], at=at)
        except CannotNote as error:
            self.add_error(None, str(error))
            return None
