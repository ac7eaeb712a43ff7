"""Long silence is taken out before recognition and put back into the times afterwards.

A recogniser that hears seconds of nothing invents text, misses the beginning of what follows, and costs as much as for
speech. What stays of such a pause is as long as one between two sentences.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from .base import SAMPLE_RATE

# Quieter than the room in most recordings, so that a noisy room is left alone.
SILENT_DB = -50.0
LONG_PAUSE_MS = 1000
KEPT_MS = 300
_FRAME_MS = 20
_MS = SAMPLE_RATE // 1000


@dataclass(frozen=True)
class Shortened:
    """Sound without its long silences, and where each piece of it (from, to, in ms) stood in the whole."""

    audio: np.ndarray
    pieces: list[tuple[int, int]]

    def place(self, start_ms: int, end_ms: int) -> dict[str, Any]:
        """When something heard here is heard in the whole recording; it neither begins nor ends in a cut pause."""
        ends = list(accumulate(end - begin for begin, end in self.pieces))
        cuts = ends[:-1]
        first = bisect_right([cut - KEPT_MS for cut in cuts], start_ms)
        final = max(first, bisect_left([cut + KEPT_MS for cut in cuts], end_ms))
        begin = self.pieces[first][0] + max(0, start_ms - (ends[first - 1] if first else 0))
        end = min(self.pieces[final][0] + end_ms - (ends[final - 1] if final else 0), self.pieces[final][1])
        return {"start_ms": begin, "end_ms": max(end, begin + 1)}


def without_long_silences(audio: np.ndarray) -> Shortened:
    frame = _FRAME_MS * _MS
    frames = audio[: audio.size // frame * frame].reshape(-1, frame)
    power = np.einsum("ij,ij->i", frames, frames) / frame  # without a copy of the sound
    silent = power < 10 ** (SILENT_DB / 10)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False])).astype(np.int8)))
    whole_ms, begin, pieces = audio.size // _MS, 0, []
    for first, after in edges.reshape(-1, 2) * _FRAME_MS:
        if after - first >= LONG_PAUSE_MS:
            pieces.append((begin, int(first) + KEPT_MS))
            begin = int(after) - KEPT_MS
    pieces.append((begin, whole_ms))
    if len(pieces) == 1:
        return Shortened(audio, pieces)
    return Shortened(np.concatenate([audio[a * _MS : b * _MS] for a, b in pieces]), pieces)
