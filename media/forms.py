"""Forms of media."""

import hashlib
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lms.lib.durations import beijing_day
from lms.people.models import Org, Person
from lms.people.policies import orgs_of_trainer
from media.domain.receiving import CannotReceive, find_same, receive_video
from media.domain.replacing import receive_replacement
from media.enums import Language
from media.models import Video


class UploadForm(forms.Form):
    """What a trainer says of a recording before it is sent; for whom is asked only where there is a choice."""

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
            orgs = orgs_of_trainer(by, beijing_day(at))
            self.only_org = orgs[0] if len(orgs) == 1 else None
            field.queryset, field.initial = orgs, orgs.first()
            field.required = self.only_org is None
        self.fields["language"].required = False

    def clean_org(self) -> Org | None:
        return self.cleaned_data["org"] or self.only_org

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or Language.CHINESE.value

    def first_error(self) -> str:
        """One sentence of what is wrong."""
        name, errors = next(iter(self.errors.items()))
        label = self.fields[name].label if name in self.fields else ""
        return f"{label}: {errors[0]}"


def recording_field(label: Any) -> forms.FileField:
    """Where a recording is chosen; what is wrong with the file, receiving it says."""
    return forms.FileField(
        label=label,
        help_text=_("Any video or sound file from a phone or a camera."),
        allow_empty_file=True,
        max_length=None,
        widget=forms.ClearableFileInput(attrs={"accept": "video/*,audio/*"}),
    )


class RecordingForm(UploadForm):
    """A recording to upload in one go; `save` receives it, and a refusal becomes an error of the file."""

    file = recording_field(_("Recording"))
    anyway = forms.BooleanField(label=_("Send it once more all the same"), required=False)
    field_order = ["file"]

    # The recording made of the same bytes, once `save` has found one.
    same: Video | None = None

    def save(self) -> Video | None:
        """The received recording, or None with the reason among the form's errors."""
        given = dict(self.cleaned_data)
        file, anyway = given.pop("file"), given.pop("anyway")
        try:
            self.same = None if anyway else find_same(sha256_of_upload(file), given["org"])
            if self.same is None:
                return receive_video(file, by=self.by, at=self.at, **given)
            self.add_error("file", _("This recording was sent before."))
        except CannotReceive as error:
            self.add_error("file", str(error))
        return None


def sha256_of_upload(file: UploadedFile) -> str:
    """The fingerprint of a file that came with a form."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class ReplacementForm(forms.Form):
    """A recording that takes the place of another."""

    file = recording_field(_("New recording"))
    title = forms.CharField(label=_("Title"), max_length=200)

    def __init__(self, *args: Any, old: Video, by: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"title": old.title}, **kwargs})
        self.old, self.by, self.at = old, by, at

    def save(self) -> Video | None:
        """The received recording, or None with the reason among the form's errors."""
        given = dict(self.cleaned_data)
        try:
            return receive_replacement(self.old, given.pop("file"), by=self.by, at=self.at, **given)
        except CannotReceive as error:
            self.add_error("file", str(error))
            return None


class ReasonForm(forms.Form):
    """Taking down and putting back state a reason, which is kept."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
