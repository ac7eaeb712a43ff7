"""What every recogniser takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

SAMPLE_RATE = 16_000

# Called with the part done, 0.0 to 1.0, at least once for every window of speech, so that it also serves as
# heartbeat. What it raises ends the recognition.
Progress = Callable[[float], None]


@dataclass(frozen=True)
class CueDraft:
    """One cue as a machine heard it. Confidence runs from 0 to 1; flags are values of CueFlag."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float
    flags: tuple[str, ...] = ()


class TranscribeFailed(Exception):
    """Recognition did not come about. `message` is for people; `permanent` says that trying again is of no use."""

    def __init__(self, code: str, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent


class Transcriber(Protocol):
    def transcribe(self, audio: np.ndarray, *, language: str, on_progress: Progress) -> list[CueDraft]:
        """Cues in order of time, from float32 mono samples at 16 kHz. Raises TranscribeFailed."""


def read_audio(path: Path) -> np.ndarray:
    """The first sound track of a file as float32 mono samples at 16 kHz; raises TranscribeFailed when unreadable."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return np.zeros(0, dtype=np.float32)
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, OSError) as error:
        raise TranscribeFailed("speech_unreadable", str(error), permanent=False) from error
    samples = [frame.to_ndarray()[0] for frame in frames]
    if not samples:
        return np.zeros(0, dtype=np.float32)
    return np.concatenate(samples).astype(np.float32) / 32768.0
