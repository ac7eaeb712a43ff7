"""From sound to cues: find speech, hear it two windows at a time, write it as people read it, say what is doubtful.

The same for every engine. Windows that were heard are put on the shelf, so that a worker that was killed loses at most
two of thirty seconds.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .base import NO_SHELF, NO_WORDING, SAMPLE_RATE, Correction, CueDraft, Progress, Shelf, Wording
from .chinese import simplified, with_full_signs
from .chinese_numbers import in_figures
from .correcting import corrected
from .doubts import doubts_of_cue, doubts_of_sentence
from .engine import Engine, Segment
from .reading import Line, parts_of, readable
from .timed import timed
from .voice import EDGE_MS, Speech, find_speech
from .windows import Window, windows_of

logger = logging.getLogger(__name__)

# Below this peak (-60 dB) nobody hears anything.
AUDIBLE = 0.001
# Speech that is left when a window was understood up to a point only: less is not worth another look.
_REST_MS = 400
# Windows that are heard together. They are put on the shelf together, so a killed worker loses at most a minute.
_AT_ONCE = 2
# Raised whenever what a window gives changes, so that nothing older is taken for it.
_RECIPE = 3
# Of the time that recognition takes, so much goes into finding speech.
_FINDING = 0.02


@dataclass(frozen=True)
class _Origin:
    """Of what a line was made: how sure it is, and what the whole sentence gave cause for."""

    confidence: float
    flags: frozenset[str]
    corrections: tuple[Correction, ...]


class Recogniser:
    """An engine with all that is around it; recognitions of one process take turns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn = threading.Lock()

    def __str__(self) -> str:
        return self.engine.name

    def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: str,
        on_progress: Progress,
        wording: Wording = NO_WORDING,
        shelf: Shelf = NO_SHELF,
    ) -> list[CueDraft]:
        """Cues with times, confidence and flags.

        The confidence of a cue is the mean probability of its words, lowered with that of its window: where the
        recogniser was not sure that anybody speaks, or repeated itself.
        """
        if audio.size == 0 or max(audio.max(), -audio.min()) < AUDIBLE:
            return []
        with self._turn:
            speech = find_speech(audio, on_beat=lambda: on_progress(0.0))
            windows = windows_of(audio, speech.spans)
            if not windows:
                return []
            on_progress(_FINDING)
            segments = self._heard(audio, windows, speech, language, wording, shelf, on_progress)
        on_progress(1.0)
        return cues_of(segments, audio, speech, language, wording)

    def _heard(
        self,
        audio: np.ndarray,
        windows: Sequence[Window],
        speech: Speech,
        language: str,
        wording: Wording,
        shelf: Shelf,
        on_progress: Progress,
    ) -> list[Segment]:
        """The segments of all windows, from the shelf where they lie there, at times of the recording."""
        terms = wording.told
        whole, done = sum(window.length_ms for window in windows), 0
        segments: list[Segment] = []
        keys = [self._key(audio, window, language, terms) for window in windows]
        if before := sum(shelf.get(key) is not None for key in keys):
            logger.info("%s of %s windows were recognised before.", before, len(windows))
        for first in range(0, len(windows), _AT_ONCE):
            batch = range(first, min(first + _AT_ONCE, len(windows)))
            plain: list[Any] = [shelf.get(keys[at]) for at in batch]
            if None in plain:
                beat = partial(on_progress, _FINDING + (1 - _FINDING) * done / whole)
                self.engine.load(beat)
                heard = self._hear(audio, [windows[at] for at in batch], speech, language, terms, beat)
                plain = [[segment.to_plain() for segment in found] for found in heard]
                for at, found in zip(batch, plain, strict=True):
                    shelf.put(keys[at], found)
            segments += [Segment.from_plain(item) for found in plain for item in found]
            done += sum(windows[at].length_ms for at in batch)
            on_progress(_FINDING + (1 - _FINDING) * done / whole)
        return segments

    def _key(self, audio: np.ndarray, window: Window, language: str, terms: Sequence[str]) -> str:
        """The same only where the same would be heard."""
        asked = repr((_RECIPE, self.engine.name, language, terms, window.pieces)).encode()
        return hashlib.sha256(asked + window.sound(audio).tobytes()).hexdigest()

    def _hear(
        self,
        audio: np.ndarray,
        windows: Sequence[Window],
        speech: Speech,
        language: str,
        terms: Sequence[str],
        on_beat: Callable[[], None],
    ) -> list[list[Segment]]:
        """Windows, looked at again from where they were not understood any more, as long as there is speech.

        Where the engine lost the place, the rest of the window is heard in halves.
        """
        segments: list[list[Segment]] = [[] for _window in windows]
        left = dict.fromkeys(range(len(windows)), 0)  # the windows that are not done, and from when on
        while left:
            sounds = [windows[at].sound(audio)[from_ms * SAMPLE_RATE // 1000 :] for at, from_ms in left.items()]
            found = self.engine.hear(sounds, language=language, terms=terms, on_beat=on_beat)
            for (at, from_ms), heard in zip(list(left.items()), found, strict=True):
                if heard.is_lost and (halves := windows[at].halves(audio, from_ms)):
                    for again in self._hear(audio, halves, speech, language, terms, on_beat):
                        segments[at] += again
                    del left[at]
                    continue
                place = partial(_place, windows[at], from_ms)
                segments[at] += [segment.moved(place) for segment in heard.segments if segment.text.strip()]
                left[at] = from_ms + (heard.until_ms or 0)
                if not heard.until_ms or not _is_speech_left(windows[at].after(left[at]), speech):
                    del left[at]
        return segments


def _is_speech_left(rest: Sequence[tuple[int, int]], speech: Speech) -> bool:
    """Whether these pieces are worth another look: edges only are not, with which the detector was generous."""
    return sum(speech.within(*piece) for piece in rest) - EDGE_MS * len(rest) >= _REST_MS


def _place(window: Window, at: int, start_ms: int, end_ms: int) -> tuple[int, int]:
    return window.place(at + start_ms, at + end_ms)


def cues_of(
    segments: Sequence[Segment], audio: np.ndarray, speech: Speech, language: str, wording: Wording
) -> list[CueDraft]:
    """Segments in order of time as readable cues."""
    lines: list[Line] = []
    before = ""
    for segment in segments:
        said = timed(segment)
        if language == "zh":
            said = in_figures(with_full_signs(simplified(said)))
        checked = corrected(said, wording.terms)
        said = checked.said
        if not said.text:
            continue
        loudness = loudness_db(audio[_sample(segment.start_ms) : _sample(segment.end_ms)])
        flags = doubts_of_sentence(said.text, same_as_before=said.text == before, loudness_db=loudness)
        for first, after in parts_of(said, language, whole=tuple((a, b) for a, b, _change in checked.spans)):
            part = said.part(first, after)
            sure = part.confidence * min(1.0, segment.confidence / max(_mean(said.chances), 1e-6))
            origin = _Origin(sure, frozenset(flags), checked.corrections(first, after))
            lines.append(Line(part.starts[0], max(part.ends), part.text, (origin,)))
        before = said.text
    names = [term.text for term in wording.terms]
    length_ms = audio.size * 1000 // SAMPLE_RATE
    return [
        _draft(line, language, speech, names, wording.sensitive)
        for line in readable(lines, language, length_ms=length_ms)
    ]


def _draft(line: Line, language: str, speech: Speech, names: Sequence[str], sensitive: Sequence[str]) -> CueDraft:
    flags = {flag for origin in line.origins for flag in origin.flags} | doubts_of_cue(
        line.start_ms, line.end_ms, line.text, language, speech=speech, names=names, sensitive=sensitive
    )
    confidence = min(origin.confidence for origin in line.origins)
    changes = tuple(change for origin in line.origins for change in origin.corrections)
    order = tuple(sorted(str(flag) for flag in flags))
    return CueDraft(line.start_ms, line.end_ms, line.text, round(min(confidence, 1.0), 3), order, changes)


def loudness_db(audio: np.ndarray) -> float:
    """The loudest fifth of a second, in decibels below full scale."""
    step = SAMPLE_RATE // 5
    power = max(float(np.mean(np.square(audio[at : at + step]))) for at in range(0, max(1, audio.size), step))
    return 10 * float(np.log10(max(power, 1e-12)))


def _sample(ms: int) -> int:
    return ms * SAMPLE_RATE // 1000


def _mean(chances: Sequence[float]) -> float:
    return float(np.exp(np.mean(np.log(np.maximum(chances, 1e-6)))))
