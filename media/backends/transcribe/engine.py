"""What a recognition engine does: hear windows of at most thirty seconds. All else is the same for every engine."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

WINDOW_MS = 30_000
# Whisper's own thresholds: a window less probable or more repetitive than this is decoded again, more freely.
# Its last two steps (0.8, 1.0) are left out: what they bring is guesswork that a reviewer would have to delete.
TEMPERATURES = (0.0, 0.2, 0.4, 0.6)
REPETITIVE = 2.4
IMPROBABLE = -1.0
NO_SPEECH = 0.6
# A time token of Whisper is this long.
TOKEN_MS = 20
# Who says that a sentence ended so much later than the sound has lost the place.
_LOST_MS = 1000


@dataclass(frozen=True)
class Word:
    """A word, or one Chinese character, with the punctuation and blanks that belong to it."""

    start_ms: int
    end_ms: int
    text: str
    probability: float


@dataclass(frozen=True)
class Segment:
    """What Whisper sets between two times: mostly a sentence. `words` is empty where their times are unknown."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float
    words: tuple[Word, ...] = ()

    def within(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """The part of these times that lies in the segment."""
        start = min(max(start_ms, self.start_ms), self.end_ms)
        return start, min(max(end_ms, start), self.end_ms)

    def to_plain(self) -> list[Any]:
        words = [[word.start_ms, word.end_ms, word.text, round(word.probability, 4)] for word in self.words]
        return [self.start_ms, self.end_ms, self.text, self.confidence, words]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> "Segment":
        start_ms, end_ms, text, confidence, words = plain
        return cls(start_ms, end_ms, text, confidence, tuple(Word(*word) for word in words))

    def moved(self, place: Callable[[int, int], tuple[int, int]]) -> "Segment":
        """With all times put where `place` says."""
        words = []
        for word in self.words:
            start, end = place(word.start_ms, word.end_ms)
            words.append(replace(word, start_ms=start, end_ms=end))
        start, end = place(self.start_ms, self.end_ms)
        return replace(self, start_ms=start, end_ms=end, words=tuple(words))


@dataclass(frozen=True)
class Heard:
    """The segments of a window, and how far it was understood: None for to the end.

    `is_lost` where its last sentence is said to end long after the sound does: some of what was said is likely missing.
    """

    segments: list[Segment]
    until_ms: int | None = None
    is_lost: bool = False


class Engine(Protocol):
    # Names engine and model: what one of them heard is never taken for what another would hear.
    name: str

    def load(self, on_beat: Callable[[], None]) -> None:
        """Fetch and load the model unless it is there. Raises TranscribeFailed."""

    def hear(
        self, sounds: "Sequence[np.ndarray]", *, language: str, terms: Sequence[str], on_beat: Callable[[], None]
    ) -> list[Heard]:
        """What is said in each window. `on_beat` is called at least every second or two; what it raises ends it.

        Windows of one call are heard together: most of what a token costs is paid once for all of them.
        """


@dataclass(frozen=True)
class Decoded:
    """One try at a window: tokens with times among them, and how good the engine thinks they are."""

    tokens: list[int]
    average_logprob: float
    no_speech: float
    text: str

    @property
    def compression(self) -> float:
        """How well the text can be compressed: loops can very well."""
        data = self.text.encode()
        return len(data) / len(zlib.compress(data))

    @property
    def is_silence(self) -> bool:
        return self.no_speech > NO_SPEECH and self.average_logprob < IMPROBABLE

    @property
    def is_good(self) -> bool:
        """Whether no freer try is needed."""
        good = self.compression <= REPETITIVE and self.average_logprob >= IMPROBABLE
        return good or self.is_silence

    @property
    def confidence(self) -> float:
        """The mean probability of a token, times that of speech, lowered in proportion to repetition."""
        confidence = exp(min(0.0, self.average_logprob)) * (1.0 - self.no_speech)
        return round(confidence * min(1.0, REPETITIVE / max(self.compression, 0.01)), 3)


def is_lost(tokens: Sequence[int], *, first_time: int, length_ms: int) -> bool:
    """Whether a time among the tokens of a window lies long after the end of its sound."""
    last = max((token - first_time for token in tokens), default=0)
    return last * TOKEN_MS > length_ms + _LOST_MS


def tries(prompt: list[int]) -> list[tuple[float, list[int]]]:
    """How a window is decoded until one try is good: with temperature and prompt.

    A prompt can mislead, so a window that goes wrong is first tried without it.
    """
    freer = [(temperature, prompt) for temperature in TEMPERATURES[1:]]
    return [(TEMPERATURES[0], prompt), *([(TEMPERATURES[0], [])] if prompt else []), *freer]


def cut_at_times(
    tokens: Sequence[int], *, first_time: int, length_ms: int
) -> tuple[list[tuple[int, int, list[int]]], int | None]:
    """The tokens of a window as (from, to, text tokens), and where the last whole sentence ended if more follows.

    Time tokens stand before and after each sentence; `first_time` is the token of 0.00 s. As in Whisper, a window that
    ends with one time is finished, one that ends with two is understood up to there only.
    """
    times = [token >= first_time for token in tokens]
    twins = [at for at in range(1, len(tokens)) if times[at - 1] and times[at]]
    text = [token for token in tokens if token < first_time]
    if not twins:
        marks = [token - first_time for token in tokens if token >= first_time]
        end = marks[-1] * TOKEN_MS if marks and marks[-1] > 0 else length_ms
        return ([(0, min(end, length_ms), text)] if text else []), None
    closed = times[-2:] == [False, True]
    found = []
    for first, after in zip([0, *twins], [*twins, len(tokens)] if closed else twins, strict=False):
        piece = tokens[first:after]
        start, end = ((piece[at] - first_time) * TOKEN_MS if piece[at] >= first_time else length_ms for at in (0, -1))
        words = [token for token in piece if token < first_time]
        if words and start < end:
            found.append((min(start, length_ms), min(end, length_ms), words))
    return found, None if closed else (tokens[twins[-1] - 1] - first_time) * TOKEN_MS
