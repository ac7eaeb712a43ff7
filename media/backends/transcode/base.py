"""What every transcoder takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from media.backends.limits import Limits

# Called with seconds of the recording done, and of how many if known, at least every few seconds while the tool
# lives; it serves as heartbeat, and what it raises ends the run.
Progress = Callable[[float, float | None], None]

MASTER = "master.m3u8"
POSTER = "poster.jpg"
# Newest first, the one that every browser reads last.
POSTER_FORMATS = ("avif", "webp", "jpeg")
SMALLEST_POSTER = 320
STORYBOARD = "storyboard.vtt"
OFFLINE = "offline.mp4"
RECOGNITION_AUDIO = "recognition.wav"


def poster_name(width: int, kind: str) -> str:
    """The file of the poster in a width, as one of POSTER_FORMATS."""
    return f"poster-{width}.{'jpg' if kind == 'jpeg' else kind}"


@dataclass(frozen=True)
class Label:
    """What generated content must say about itself in its metadata (POLICY 4.22)."""

    producer: str
    content_number: str


@dataclass(frozen=True)
class Span:
    """A part of the recording, in whole milliseconds of its own time; what is made of it begins at 0."""

    start_ms: int
    end_ms: int

    @property
    def seconds(self) -> float:
        return (self.end_ms - self.start_ms) / 1000


@dataclass(frozen=True)
class MadeRendition:
    """One rendition as it was written; bits per second are measured from its segments."""

    kind: str
    name: str
    playlist: str
    width: int | None
    height: int | None
    frame_rate: Decimal | None
    codecs: str
    peak_bits_per_second: int
    average_bits_per_second: int
    size_bytes: int


@dataclass(frozen=True)
class EmbeddedCaptions:
    """Captions that came inside the file, WebVTT or SubRip; the language as the file names it, often not at all."""

    language: str
    text: bytes


@dataclass(frozen=True)
class Outcome:
    """What a run left in its folder.

    `folder/stream` holds master playlist, playlists, segments, poster, storyboard and offline copy;
    `recognition_audio` lies beside it. The length counts what was decoded.
    """

    length_seconds: Fraction
    stated_seconds: float | None
    width: int | None
    height: int | None
    has_sound: bool
    renditions: list[MadeRendition] = field(default_factory=list)
    recognition_audio: Path | None = None
    captions: list[EmbeddedCaptions] = field(default_factory=list)
    # In which widths the poster lies beside itself, in every one of POSTER_FORMATS.
    poster_widths: list[int] = field(default_factory=list)


class Transcoder(Protocol):
    def transcode(
        self,
        source: Path,
        folder: Path,
        *,
        label: Label | None,
        limits: Limits,
        on_progress: Progress,
        span: Span | None = None,
    ) -> Outcome:
        """Make everything that is served from the recording, or from a part of it, in an empty folder.

        Raises ToolFailed, StopAsked.
        """
