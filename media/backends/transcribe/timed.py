"""A text of which each character knows when it was said and how sure that is, whatever is replaced in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from math import exp, log

from media.captions_text import width

from .engine import Segment, Word

# Word times are believed if they lie near those of their sentence, and few words are as short or as long as nobody
# says them: attention that lost its way heaps them up.
_NEAR_MS, _SHORTEST_WORD_MS, _LONGEST_CHARACTER_MS, _MOST_ODD = 500, 40, 900, 0.1


@dataclass(frozen=True)
class Timed:
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    chances: tuple[float, ...]

    def part(self, first: int, after: int) -> "Timed":
        return Timed(
            self.text[first:after], self.starts[first:after], self.ends[first:after], self.chances[first:after]
        )

    def stripped(self) -> "Timed":
        first = len(self.text) - len(self.text.lstrip())
        return self.part(first, max(first, len(self.text.rstrip())))

    def replaced(self, edits: Sequence[tuple[int, int, str]]) -> "Timed":
        """With spans (from, to) replaced by other text, in order and apart; what is new shares the time of the old."""
        parts: list[Timed] = []
        at = 0
        for first, after, text in edits:
            parts += [self.part(at, first), self._instead(first, after, text)]
            at = after
        parts.append(self.part(at, len(self.text)))
        return Timed(
            "".join(part.text for part in parts),
            tuple(start for part in parts for start in part.starts),
            tuple(end for part in parts for end in part.ends),
            tuple(chance for part in parts for chance in part.chances),
        )

    def with_found(self, pattern: re.Pattern[str], instead: Callable[[re.Match[str]], str | None]) -> "Timed":
        """With whatever the pattern finds replaced, where there is something instead of it."""
        found = ((match.start(), match.end(), instead(match)) for match in pattern.finditer(self.text))
        return self.replaced([(first, after, text) for first, after, text in found if text is not None])

    def _instead(self, first: int, after: int, text: str) -> "Timed":
        if first == after:  # inserted: it stands where the character before it ends
            when = self.ends[first - 1] if first else (self.starts[0] if self.starts else 0)
            return Timed(text, (when,) * len(text), (when,) * len(text), (1.0,) * len(text))
        start, end = self.starts[first], max(self.ends[after - 1], self.starts[first])
        return _shared(text, start, end, [min(self.chances[first:after])] * len(text))

    def becoming(self, text: str) -> "Timed":
        """The same said in other characters: what is equal keeps its time."""
        if len(text) == len(self.text):
            return Timed(text, self.starts, self.ends, self.chances)
        edits = [
            (a, b, text[c:d])
            for kind, a, b, c, d in SequenceMatcher(None, self.text, text, autojunk=False).get_opcodes()
            if kind != "equal"
        ]
        return self.replaced(edits)

    @property
    def confidence(self) -> float:
        """The geometric mean of what is known of its words; signs do not count."""
        known = [
            chance for chance, character in zip(self.chances, self.text, strict=True) if character.isalnum()
        ] or list(self.chances)
        return exp(sum(log(max(chance, 1e-6)) for chance in known) / len(known)) if known else 0.0


def timed(segment: Segment) -> Timed:
    """The text of a segment, by its words where their times can be believed, else evenly by the length of its parts."""
    if are_believable(segment.words, segment):
        # The sentence's own times are the surer ones.
        parts = [
            _shared(word.text, *segment.within(word.start_ms, word.end_ms), [word.probability] * len(word.text))
            for word in segment.words
        ]
        starts = _rising([start for part in parts for start in part.starts])
        ends = [end for part in parts for end in part.ends]
        chances = [chance for part in parts for chance in part.chances]
        return Timed(segment.text, tuple(starts), tuple(map(max, ends, starts)), tuple(chances)).stripped()
    chances = [segment.confidence] * len(segment.text)
    if "".join(word.text for word in segment.words) == segment.text:
        chances = [word.probability for word in segment.words for _character in word.text]
    even = _shared(segment.text, segment.start_ms, segment.end_ms, chances)
    return even.stripped()


def are_believable(words: Sequence[Word], segment: Segment) -> bool:
    """Whether the words are those of the segment, at times at which they can have been said."""
    if not words or "".join(word.text for word in words) != segment.text:
        return False
    told, length = words[-1].end_ms - words[0].start_ms, segment.end_ms - segment.start_ms
    return (
        all(one.start_ms <= two.start_ms for one, two in pairwise(words))
        and sum(_is_odd(word) for word in words) <= max(1, _MOST_ODD * len(words))
        and words[0].start_ms >= segment.start_ms - _NEAR_MS
        and words[-1].end_ms <= segment.end_ms + _NEAR_MS
        and 2 * told >= length
    )


def _is_odd(word: Word) -> bool:
    longest = _LONGEST_CHARACTER_MS * max(1, width(word.text.strip()))
    return not _SHORTEST_WORD_MS <= word.end_ms - word.start_ms <= longest


def _shared(text: str, start_ms: int, end_ms: int, chances: Sequence[float]) -> Timed:
    """The time shared by how wide the characters are."""
    total = sum(width(character) for character in text) or 1.0
    edges, done = [start_ms], 0.0
    for character in text:
        done += width(character)
        edges.append(start_ms + round((end_ms - start_ms) * done / total))
    return Timed(text, tuple(edges[:-1]), tuple(edges[1:]), tuple(chances))


def _rising(times: list[int]) -> list[int]:
    """Never earlier than the one before."""
    highest, rising = 0, []
    for time in times:
        highest = max(highest, time)
        rising.append(highest)
    return rising
