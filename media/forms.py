"""Forms of media."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.lib.durations import beijing_day
from lms.people.models import Org, Person
from lms.people.policies import orgs_of_trainer
from media.domain.receiving import CannotReceive, receive_video
from media.enums import Language
from media.models import Video


class RecordingForm(forms.Form):
    """A recording to upload; `save` receives it, and a refusal becomes an error of the file."""

    file = forms.FileField(
        label=_("Recording"),
        help_text=_("Any video or sound file from a phone or a camera."),
        allow_empty_file=True,
        max_length=None,
        widget=forms.ClearableFileInput(attrs={"accept": "video/*,audio/*"}),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    org = forms.ModelChoiceField(label=_("Organisation"), queryset=Org.objects.none())
    language = forms.ChoiceField(label=_("Spoken language"), choices=Language.choices, initial=Language.CHINESE)
    ai_generated = forms.BooleanField(label=_("Picture or voice were made by artificial intelligence"), required=False)
    ai_label = forms.CharField(
        label=_("Label shown to learners"),
        max_length=120,
        required=False,
        help_text=_("Shown with the recording when it was generated; a usual sentence stands in when empty."),
    )

    def __init__(self, *args: Any, by: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.at = by, at
        field = self.fields["org"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = orgs_of_trainer(by, beijing_day(at))
            field.initial = field.queryset.first()

    def save(self) -> Video | None:
        """The received recording, or None with the reason among the form's errors."""
        given = dict(self.cleaned_data)
        try:
            return receive_video(given.pop("file"), by=self.by, at=self.at, **given)
        except CannotReceive as error:
            self.add_error("file", str(error))
            return None


class ReasonForm(forms.Form):
    """Taking down and putting back state a reason, which is kept."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
