"""What must be true before learners see a page, as far as other apps add to it; and what a sound must be."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from wagtail.models import Page

_conditions: list[Callable[[Any], list[str]]] = []


class NotPublishable(Exception):
    """The page may not be shown to learners yet; `reasons` are sentences for its editor."""

    def __init__(self, page: "Page", reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.page = page
        self.reasons = reasons

    @property
    def sentence(self) -> str:
        """What to tell the editor, in one paragraph."""
        return _("%(page)s cannot be published yet. %(reasons)s") % {
            "page": self.page,
            "reasons": " ".join(self.reasons),
        }


class StandsStill(NotPublishable):
    """The page is under review: its text stands still, for what three persons approve is what goes online."""

    told = gettext_lazy(
        "Nothing was changed: the page is under review, and its text stands still until it is approved or sent back. "
        "Whoever reviews it sends it back with a comment that says what to change."
    )

    def __init__(self, page: "Page") -> None:
        super().__init__(page, [str(self.told)])

    @property
    def sentence(self) -> str:
        return str(self.told)


def register_condition(condition: Callable[[Any], list[str]]) -> None:
    """Let a higher floor add reasons (a function of the page) why a course or lesson may not be published."""
    if condition not in _conditions:
        _conditions.append(condition)


def registered_reasons(page: "Page") -> list[str]:
    """The reasons of every registered condition."""
    return [reason for condition in _conditions for reason in condition(page)]


MOST_AUDIO_BYTES = 3 * 1024 * 1024
# How the sound of a question is served, by the ending of its file, and how such files begin.
AUDIO_TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav"}
_BEGINNINGS = {
    "mp3": re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
    "m4a": re.compile(rb".{4}ftyp", re.DOTALL),
    "ogg": re.compile(rb"OggS"),
    "wav": re.compile(rb"RIFF.{4}WAVE", re.DOTALL),
}


def check_audio(file: Any) -> None:
    """The sound of a question is small and is what its name says; ValidationError."""
    ending = str(file.name).rpartition(".")[2].lower()
    if file.size > MOST_AUDIO_BYTES:
        raise ValidationError(_("The sound is larger than 3 MB. Cut it or save it as MP3 or M4A."))
    if ending not in AUDIO_TYPES:
        raise ValidationError(_("This kind of sound cannot be played everywhere. Save it as MP3 or M4A."))
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if not _BEGINNINGS[ending].match(head):
        raise ValidationError(_("The file is not the sound that its name says. Save it again as MP3 or M4A."))
