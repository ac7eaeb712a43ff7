"""What was said as cues that can be read in time (media/reading_limits.py), ended where it reads best."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from media.captions_text import width
from media.reading_limits import INSIDE, NEVER, PART, PARTICLE, SENTENCE, WORD, ReadingLimits, breaks, limits_for

from .timed import Timed

# What it costs to end a cue at each kind of place, and a cue itself: few cues, ended well.
_COST = {SENTENCE: 0.0, PART: 1.0, WORD: 6.0, PARTICLE: 12.0, INSIDE: 40.0, NEVER: 400.0}
_CUE = 2.5
# A pause of this length makes a place better by one.
_PAUSE_MS = 150
# A cue may stand this much longer than its words, to be read, and begin this much before them, to be seen.
_AFTER_MS, _BEFORE_MS = 1500, 300
# Two cues so far apart are never joined.
_APART_MS = 1000


@dataclass(frozen=True)
class Line:
    """A cue to be: its times, its text, and what it was made from (the caller's)."""

    start_ms: int
    end_ms: int
    text: str
    origins: tuple[Any, ...] = ()

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


def parts_of(said: Timed, language: str, *, whole: tuple[tuple[int, int], ...] = ()) -> list[tuple[int, int]]:
    """Where to cut a sentence into cues, as (from, to) in characters; blanks at the cuts belong to no cue.

    The cheapest way from the beginning to the end, over all places where a cue may end.
    """
    limits, text = limits_for(language), said.text
    places = breaks(text, whole=whole)
    widths = [0.0, *accumulate(width(character) for character in text)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for after in range(1, len(text) + 1):
        ending = _ending(said, after, places[after]) if after < len(text) else 0.0
        found = (float("inf"), after - 1)
        for first in range(after - 1, -1, -1):
            wide = widths[after] - widths[first]
            if wide > 2 * limits.cue_width and found[0] < float("inf"):
                break
            found = min(found, (best[first][0] + ending + _badness(said, first, after, wide, limits), first))
        best.append(found)
    cuts = [len(text)]
    while cuts[-1] > 0:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [span for span in (_trimmed(text, a, b) for a, b in pairwise(cuts)) if span[0] < span[1]]


def _ending(said: Timed, at: int, place: int) -> float:
    pause = max(0, said.starts[at] - said.ends[at - 1])
    return max(0.0, _COST[place] - min(pause / _PAUSE_MS, 4.0))


def _badness(said: Timed, first: int, after: int, wide: float, limits: ReadingLimits) -> float:
    """How bad these characters would be as one cue: too wide, too long, too short."""
    until = said.starts[after] if after < len(said.text) else said.ends[-1] + _AFTER_MS
    lasts, stands = said.ends[after - 1] - said.starts[first], until - said.starts[first]
    # The square makes halves cheaper than a long and a short part.
    badness = _CUE + 2 * (wide / limits.cue_width) ** 2 + 2 * (wide < limits.line_width / 4)
    if wide > limits.cue_width:
        badness += 1000 + 100 * (wide - limits.cue_width)
    if lasts > limits.longest_ms:
        badness += 60 + (lasts - limits.longest_ms) / 20
    if stands < limits.shortest_ms:
        badness += 30
    return badness


def _trimmed(text: str, first: int, after: int) -> tuple[int, int]:
    while first < after and text[first].isspace():
        first += 1
    while after > first and text[after - 1].isspace():
        after -= 1
    return first, after


def readable(lines: Sequence[Line], language: str, *, length_ms: int) -> list[Line]:
    """The lines with times at which they can be read: in order, apart, neither too short nor too long where they can.

    A line that stays too short is joined with its nearer neighbour, if both fit one cue.
    """
    limits = limits_for(language)
    kept = _in_order(lines, length_ms)
    joined = True
    while joined:
        joined = False
        fitted = _fitted(kept, limits, length_ms)
        for at, line in enumerate(fitted):
            if line.duration_ms < limits.shortest_ms and (other := _neighbour(kept, at, limits, language)) is not None:
                first, second = kept[min(at, other)], kept[max(at, other)]
                kept[min(at, other) : max(at, other) + 1] = [_joined(first, second, language)]
                joined = True
                break
    # With nobody to join, better seen early than too short to be read.
    return _fitted(kept, limits, length_ms, before_ms=limits.shortest_ms)


def _in_order(lines: Sequence[Line], length_ms: int) -> list[Line]:
    """Each begins when the one before has ended, and ends before the recording does."""
    ordered: list[Line] = []
    for line in lines:
        earliest = ordered[-1].end_ms if ordered else 0
        start = min(max(line.start_ms, earliest), max(length_ms - 1, earliest))
        end = max(min(line.end_ms, max(length_ms, start + 1)), start + 1)
        ordered.append(replace(line, start_ms=start, end_ms=end))
    return ordered


def _fitted(lines: Sequence[Line], limits: ReadingLimits, length_ms: int, *, before_ms: int = _BEFORE_MS) -> list[Line]:
    """Ends drawn out into the pause that follows, beginnings into the one before, a gap kept between."""
    fitted: list[Line] = []
    for at, line in enumerate(lines):
        last = at + 1 == len(lines)
        limit = length_ms if last else lines[at + 1].start_ms
        latest = max(limit - limits.gap_ms * (not last), min(line.start_ms + limits.shortest_ms, limit))
        end = min(line.end_ms + _AFTER_MS, line.start_ms + limits.reading_ms(line.text))
        end = min(max(line.end_ms, end), max(latest, line.start_ms + 1), line.start_ms + limits.longest_ms)
        earliest = fitted[-1].end_ms + limits.gap_ms if fitted else 0
        start = line.start_ms
        if end - start < limits.shortest_ms:
            start = max(min(start, earliest), start - before_ms, end - limits.shortest_ms)
        fitted.append(replace(line, start_ms=start, end_ms=end))
    return fitted


def _neighbour(lines: Sequence[Line], at: int, limits: ReadingLimits, language: str) -> int | None:
    """The nearer of the lines before and after with which this one fits one cue."""
    near: list[tuple[int, int]] = []
    for other in (at - 1, at + 1):
        if 0 <= other < len(lines):
            first, second = lines[min(at, other)], lines[max(at, other)]
            apart = second.start_ms - first.end_ms
            both = _joined(first, second, language)
            if apart <= _APART_MS and width(both.text) <= limits.cue_width and both.duration_ms <= limits.longest_ms:
                near.append((apart, other))
    return min(near)[1] if near else None


def _joined(first: Line, second: Line, language: str) -> Line:
    # A pause without a sign stays to be seen.
    blank = " " if (first.text[-1:].isalnum() and second.text[:1].isalnum()) or language.startswith("en") else ""
    return Line(first.start_ms, second.end_ms, first.text + blank + second.text, first.origins + second.origins)
