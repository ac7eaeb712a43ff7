"""Speech in windows of at most thirty seconds, what Whisper hears at once, and the way back to the recording's times.

What lies between stretches of speech (silence, music, noise) is in no window: it is neither paid for nor can anything
be heard in it. Windows end in pauses; a speech without any is cut where it is quietest.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from .base import SAMPLE_RATE
from .engine import WINDOW_MS
from .voice import EDGE_MS

_MS = SAMPLE_RATE // 1000
# A stretch of speech that does not fit whole is cut where it is quietest, if this much of it fits at least.
_WORTH_CUTTING_MS = 12_000
# As quiet as this compared to the speech around it is a pause.
_PAUSE_SHARE = 0.15
# A window in which the recogniser lost the place is heard again in halves, if it is as long as this.
_WORTH_HALVING_MS = 5_000
_STEP_MS = 100


@dataclass(frozen=True)
class Window:
    """Pieces of a recording, (from, to) in ms, that are heard as one."""

    pieces: tuple[tuple[int, int], ...]

    @property
    def length_ms(self) -> int:
        return sum(end - begin for begin, end in self.pieces)

    def after(self, ms: int) -> list[tuple[int, int]]:
        """What of its pieces is left from a time of the window on, in times of the recording."""
        left, at = [], 0
        for begin, end in self.pieces:
            if at + end - begin > ms:
                left.append((begin + max(0, ms - at), end))
            at += end - begin
        return left

    def sound(self, audio: np.ndarray) -> np.ndarray:
        return np.concatenate([audio[begin * _MS : end * _MS] for begin, end in self.pieces])

    def halves(self, audio: np.ndarray, from_ms: int) -> "tuple[Window, Window] | None":
        """What is left of it from a time on, cut where it is quietest near the middle; None where that is too short."""
        rest = Window(tuple(self.after(from_ms)))
        if rest.length_ms < _WORTH_HALVING_MS:
            return None
        first = rest.length_ms // 4
        cut = first + _quietest(rest.sound(audio)[first * _MS : (rest.length_ms - first) * _MS])
        after = rest.after(cut)
        before = [(begin, min(end, after[0][0])) for begin, end in rest.pieces if begin < after[0][0]]
        return Window(tuple(before)), Window(tuple(after))

    def place(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """When something heard in the window is heard in the recording; it neither begins nor ends in what was cut."""
        ends = list(accumulate(end - begin for begin, end in self.pieces))
        cuts = ends[:-1]
        first = bisect_right([cut - EDGE_MS for cut in cuts], start_ms)
        final = max(first, bisect_left([cut + EDGE_MS for cut in cuts], end_ms))
        begin = self.pieces[first][0] + max(0, start_ms - (ends[first - 1] if first else 0))
        end = min(self.pieces[final][0] + end_ms - (ends[final - 1] if final else 0), self.pieces[final][1])
        begin = min(begin, self.pieces[first][1] - 1)
        return begin, max(end, begin + 1)


def windows_of(audio: np.ndarray, spans: Sequence[tuple[int, int]]) -> list[Window]:
    """The stretches of speech in as few windows as their pauses allow."""
    windows: list[Window] = []
    pieces: list[tuple[int, int]] = []
    room = WINDOW_MS
    for begin, end in spans:
        while end - begin > room:
            cut = _cut(audio, begin, begin + room, must=end - begin > WINDOW_MS and not pieces)
            if cut is not None:
                pieces.append((begin, cut))
                begin = cut
            windows.append(Window(tuple(pieces)))
            pieces, room = [], WINDOW_MS
        pieces.append((begin, end))
        room -= end - begin
    if pieces:
        windows.append(Window(tuple(pieces)))
    return windows


def _thirds(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How loud each tenth of a second is, and each third of one that begins with it."""
    step = _STEP_MS * _MS
    tenths = np.abs(sound)[: sound.size // step * step].reshape(-1, step).mean(axis=1)
    return tenths, np.convolve(tenths, np.ones(3) / 3, mode="valid")


def _quietest(sound: np.ndarray) -> int:
    """The middle of the quietest third of a second, in ms."""
    return int(_thirds(sound)[1].argmin()) * _STEP_MS + 3 * _STEP_MS // 2


def _cut(audio: np.ndarray, begin: int, latest: int, *, must: bool) -> int | None:
    """The middle of the quietest third of a second between, in ms; None where it would cut a word and need not."""
    earliest = begin + _WORTH_CUTTING_MS if must else begin + _WORTH_CUTTING_MS // 4
    if latest - earliest < 2000:
        return None
    tenths, thirds = _thirds(audio[earliest * _MS : latest * _MS])
    # Of pauses that are quiet alike, the last: fuller windows are fewer windows.
    quiet = np.flatnonzero(thirds <= max(thirds.min() * 1.5, 1e-4))
    at = int(quiet[-1])
    if not must and thirds[at] > _PAUSE_SHARE * tenths.mean():
        return None
    return earliest + at * _STEP_MS + 3 * _STEP_MS // 2
