"""What every voice takes and gives."""

from dataclasses import dataclass
from typing import Protocol

from media.backends.limits import Limits


class SpeakFailed(Exception):
    """Nothing was spoken; `permanent` says that trying again is of no use, `detail` is for technicians."""

    def __init__(self, detail: str, *, permanent: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent


@dataclass(frozen=True)
class Sound:
    """Mono samples of 16 bits, little end first."""

    samples: bytes
    rate: int

    @property
    def duration_ms(self) -> int:
        return len(self.samples) // 2 * 1000 // self.rate


class Voice(Protocol):
    # Names voice, version and pace: what one of them said is never taken for what another would say.
    name: str

    def why_not(self) -> str:
        """What this machine lacks for it, as a sentence for technicians; empty where it can speak."""

    def speak(self, sentence: str, *, limits: Limits) -> Sound:
        """One sentence of Chinese, foreign words and figures in it. Raises SpeakFailed."""
