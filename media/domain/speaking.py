"""Texts read aloud: rendered once for each voice and text, served by signed addresses, deleted once needless."""

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext, override

from lms.lib.files import stored, working_folder
from media.backends.limits import limits
from media.backends.speak import SpeakFailed, Voice, voice
from media.backends.speak.sentences import sentences
from media.backends.speak.writing import write
from media.backends.transcode.base import Label
from media.models import Spoken

logger = logging.getLogger(__name__)

# Texts that pages show; higher floors know which.
Wanted = Callable[[], Iterable[str]]
_wanted: list[Wanted] = []

_SIGNER = signing.Signer(salt="media.speaking", sep=".")
_AT_ONCE = 500
# A text that is gone today may be back tomorrow: a page is unpublished and published again.
_KEPT_FOR = timedelta(days=30)
# Long enough to hear a page out; whoever takes longer presses again.
_HEARD_FOR = timedelta(hours=1)
# Longer ones are no paragraph, and take a worker too long.
LONGEST = 3000


class SoundRefused(Exception):
    """The address was not made by us, has expired, or what it names is gone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of speaking texts: how many were spoken, and why the others were not, each reason once."""

    spoken: int = 0
    failed: int = 0
    reasons: tuple[str, ...] = ()


def register_wanted(texts: Wanted) -> None:
    """Let a higher floor name the texts that its pages offer to read aloud."""
    if texts not in _wanted:
        _wanted.append(texts)


def plain(text: str) -> str:
    """The text as it is spoken and compared: its lines without blanks at their ends; a line is a sentence."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def key_of(text: str, speaker: Voice) -> str:
    """Names what the voice says of the text."""
    return hashlib.sha256(f"{speaker.name}\n{plain(text)}".encode()).hexdigest()[:32]


def can_be_said(text: str) -> bool:
    return bool(sentences(text)) and len(text) <= LONGEST


def found_for(texts: Iterable[str]) -> dict[str, Spoken]:
    """What is there of these texts, by text; one query however many they are."""
    speaker, wanted = voice(), list(texts)
    if speaker is None:
        return {}
    keys = {key_of(text, speaker): text for text in wanted}
    rows = {row.key: row for row in Spoken.objects.filter(key__in=keys)}
    return {text: rows[key] for text in wanted if (key := key_of(text, speaker)) in rows}


def speak(texts: Iterable[str], *, at: datetime, seconds: float = math.inf) -> Outcome:
    """Have the voice say what was not said before, beginning no text after so many seconds.

    A text that cannot be spoken now stays for the next run.
    """
    speaker = voice()
    if speaker is None:
        return Outcome()
    missing = {key: text for text in texts if can_be_said(text) for key in [key_of(text, speaker)]}
    missing = {key: missing[key] for key in missing.keys() - _known(missing)}
    if not missing:
        return Outcome()
    if lack := speaker.why_not():
        return Outcome(failed=len(missing), reasons=(lack,))
    spoken, reasons, begun = 0, [], time.monotonic()
    for key, text in missing.items():
        if time.monotonic() - begun > seconds:
            break
        try:
            spoken += _say(key, text, speaker, at=at)
        except SpeakFailed as error:
            logger.warning("A text could not be spoken (%s): %s", key, error.detail)
            reasons.append(error.detail)
    return Outcome(spoken, len(reasons), tuple(dict.fromkeys(reasons)))


def speak_missing(*, at: datetime, seconds: float = math.inf, dry_run: bool = False) -> Outcome:
    """Speak whatever a page needs and has not, as `speak` does; with `dry_run` count it."""
    speaker = voice()
    if speaker is None:
        return Outcome()
    texts = {text for text in _needed() if can_be_said(text)}
    if not dry_run:
        return speak(texts, at=at, seconds=seconds)
    keys = {key_of(text, speaker) for text in texts}
    return Outcome(spoken=len(keys - _known(keys)))


def forget_needless(*, at: datetime, dry_run: bool = False) -> int:
    """Delete what no page has needed for a while, rows first; how many there were."""
    speaker = voice()
    needed = {key_of(text, speaker) for text in _needed()} if speaker else set()
    old = Spoken.objects.filter(spoken_at__lt=at - _KEPT_FOR).only("key", "file")
    needless = [row for row in old.iterator() if row.key not in needed]
    if not dry_run:
        for row in needless:
            Spoken.objects.filter(pk=row.pk).delete()
            stored().delete(str(row.file.name))
    return len(needless)


def _needed() -> Iterator[str]:
    for texts in _wanted:
        yield from texts()


def _known(keys: Iterable[str]) -> set[str]:
    known: set[str] = set()
    listed = list(keys)
    for first in range(0, len(listed), _AT_ONCE):
        part = Spoken.objects.filter(key__in=listed[first : first + _AT_ONCE])
        known |= set(part.values_list("key", flat=True))
    return known


def _say(key: str, text: str, speaker: Voice, *, at: datetime) -> bool:
    """One text, outside any transaction; False where another worker was faster."""
    with override(settings.LANGUAGE_CODE):
        label = Label(producer=settings.SITE_FOOTER["host_org"] or gettext("Tianjian"), content_number=key)
    with working_folder("aloud-") as folder:
        made = folder / f"{key}.m4a"
        written = write(plain(text), made, voice=speaker, label=label, limits=limits())
        size = made.stat().st_size
        name = stored().take(made, f"aloud/{key[:2]}/{key}.m4a")
    facts = {
        "voice": speaker.name,
        "file": name,
        "cues": [list(cue) for cue in written.cues],
        "duration_ms": written.duration_ms,
        "size_bytes": size,
        "spoken_at": at,
    }
    return Spoken.objects.get_or_create(key=key, defaults=facts)[1]


def sign_sound(spoken: Spoken, *, at: datetime) -> str:
    """Where it is heard for a time; whoever calls has checked that the text may be read."""
    expires = int((at + _HEARD_FOR).timestamp())
    return reverse("media:sound", args=[_SIGNER.sign(f"{spoken.key}.{expires}")])


def open_sound(token: str, *, at: datetime) -> str:
    """Where in the storage it lies. Raises SoundRefused."""
    try:
        key, expires = _SIGNER.unsign(token).split(".")
        if int(expires) < at.timestamp():
            raise SoundRefused("expired")
    except (signing.BadSignature, ValueError) as error:
        raise SoundRefused("not ours") from error
    name = Spoken.objects.filter(key=key).values_list("file", flat=True).first()
    if not name:
        raise SoundRefused("gone")
    return str(name)
