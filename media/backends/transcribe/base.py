"""What every recogniser takes and gives."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from media.enums import FailureCode

if TYPE_CHECKING:
    import numpy as np

SAMPLE_RATE = 16_000

# Called with the part done, 0.0 to 1.0, many times for every window of speech, so that it also serves as heartbeat.
# What it raises ends the recognition.
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Correction:
    """What was heard, and the term of the glossary that stands there now."""

    heard: str
    term: str


@dataclass(frozen=True)
class CueDraft:
    """One cue as a machine heard it. Confidence runs from 0 to 1; flags are values of CueFlag."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float
    flags: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class Term:
    """A word that recognition should know, and how it is heard wrongly."""

    text: str
    heard_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What people gave a recogniser to know.

    All `terms` are put right in what was heard; those of `told` the engine is told beforehand, the most relevant first;
    a cue with a `sensitive` word must be looked at.
    """

    terms: tuple[Term, ...] = ()
    told: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()


class Shelf(Protocol):
    """Where windows that were recognised are kept until the recording is done, so that a killed worker goes on."""

    def get(self, key: str) -> Any | None:
        """What was put under the key, plain values, or None."""

    def put(self, key: str, heard: Any) -> None:
        """Keep it."""


class NoShelf:
    """Nothing is kept."""

    def get(self, key: str) -> None:
        return None

    def put(self, key: str, heard: Any) -> None:
        pass


NO_WORDING = Wording()
NO_SHELF = NoShelf()


class TranscribeFailed(Exception):
    """Recognition did not come about; `permanent` says that trying again is of no use, `detail` is for technicians."""

    def __init__(self, code: FailureCode, detail: str, *, permanent: bool) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.permanent = permanent


def no_model(detail: str) -> TranscribeFailed:
    """Packages or model are not there or damaged: somebody can put that right, so it may be tried again."""
    return TranscribeFailed(FailureCode.MODEL_MISSING, detail, permanent=False)


class Transcriber(Protocol):
    def transcribe(
        self,
        audio: "np.ndarray",
        *,
        language: str,
        on_progress: Progress,
        wording: Wording = NO_WORDING,
        shelf: Shelf = NO_SHELF,
    ) -> list[CueDraft]:
        """Cues in order of time, from float32 mono samples at 16 kHz. Raises TranscribeFailed."""


def read_wav(file: BinaryIO) -> "np.ndarray":
    """The samples of a mono 16-bit WAV at 16 kHz, as transcoding writes it; raises TranscribeFailed for any other."""
    try:
        with wave.open(file) as sound:
            form = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise TranscribeFailed(FailureCode.RECOGNITION_FAILED, f"No WAV: {error}.", permanent=False) from error
    if form != (1, 2, SAMPLE_RATE):
        raise TranscribeFailed(FailureCode.RECOGNITION_FAILED, f"Not 16 kHz mono 16 bit: {form}.", permanent=False)
    import numpy as np  # pages and most commands hear nothing

    return np.frombuffer(frames, dtype="<i2").astype(np.float32) / 32768.0
