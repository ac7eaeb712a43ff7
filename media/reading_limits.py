"""What can be read in time: how wide, how fast, how long and how close together captions may be.

After Netflix' Timed Text Style Guides: Simplified Chinese (16 characters a line, 2 lines, 9 characters a second) and
English (42 characters a line, 2 lines, 20 characters a second); general requirements: at most 7 seconds, 2 frames
between captions, no caption that flashes by (we say 0.8 s). Recognition keeps to them, the desk shows what does not.
"""

import re
from dataclasses import dataclass

from media.captions_text import width


@dataclass(frozen=True)
class ReadingLimits:
    """Widths are counted in Chinese characters; a Latin one takes half."""

    line_width: float
    per_second: float
    lines: int = 2
    shortest_ms: int = 800
    longest_ms: int = 7000
    gap_ms: int = 80

    @property
    def cue_width(self) -> float:
        return self.line_width * self.lines

    def reading_ms(self, text: str) -> int:
        """How long the text must stand to be read, between the shortest and the longest time."""
        return round(min(max(width(text) * 1000 / self.per_second, self.shortest_ms), self.longest_ms))

    def is_too_fast(self, text: str, duration_ms: int) -> bool:
        """Whether more stands there than can be read in the time; a tenth more is still called readable."""
        return width(text) * 1000 > 1.1 * self.per_second * duration_ms


CHINESE = ReadingLimits(line_width=16, per_second=9)
ENGLISH = ReadingLimits(line_width=21, per_second=10)


def limits_for(language: str) -> ReadingLimits:
    """The limits of a language; those of Chinese where none are known."""
    return ENGLISH if language.startswith("en") else CHINESE


# How good a place is to end a line or a caption, from best to worst.
SENTENCE, PART, WORD, PARTICLE, INSIDE, NEVER = range(6)
_SENTENCE_ENDS, _PART_ENDS = "。！？!?…", "；;：:，,、"
_CLOSING, _OPENING = "”’」』）)》】\"'", "“‘「『（(《【"
# A break before these tears them from what they belong to.
_PARTICLES = frozenset("的了着过吗呢吧啊呀嘛们地得个些")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:%'’@/_+-]*[A-Za-z0-9%]|[A-Za-z0-9]+")


def breaks(text: str, *, whole: tuple[tuple[int, int], ...] = ()) -> list[int]:
    """How good each place in the text is to break it: item `at` is the place before character `at`.

    `whole` are spans that are kept in one piece, such as terms of the glossary.
    """
    places = [INSIDE] * (len(text) + 1)
    for edge in _word_edges(text):
        places[edge] = PARTICLE if edge < len(text) and text[edge] in _PARTICLES else WORD
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        if before in _SENTENCE_ENDS or (before in _CLOSING and at > 1 and text[at - 2] in _SENTENCE_ENDS):
            places[at] = SENTENCE
        elif before in _PART_ENDS:
            places[at] = PART
        elif before.isspace():
            places[at] = WORD if text[max(0, at - 2)].isascii() else PART
        if after in _SENTENCE_ENDS + _PART_ENDS + _CLOSING or after.isspace() or before in _OPENING:
            places[at] = NEVER
    for found in _TOKEN.finditer(text):
        places[found.start() + 1 : found.end()] = [NEVER] * (found.end() - found.start() - 1)
    for begin, end in whole:
        places[begin + 1 : end] = [NEVER] * (end - begin - 1)
    return places


def _word_edges(text: str) -> list[int]:
    import rjieba  # loads its dictionary

    edges, at = [0], 0
    for word in rjieba.cut(text):
        at += len(word)
        edges.append(at)
    return edges


def in_lines(text: str, language: str) -> str:
    """The text as it is shown: in two lines, broken where it reads best, if it is too wide for one.

    A text that somebody broken into lines already, or that is too wide for its lines anyhow, is left as it is.
    """
    limits = limits_for(language)
    if "\n" in text or not limits.line_width < width(text) <= limits.cue_width:
        return text
    places = breaks(text)

    def badness(at: int) -> float:
        above, below = width(text[:at].rstrip()), width(text[at:].lstrip())
        too_wide = max(above, below) > limits.line_width
        return (
            1000 * too_wide + 4 * places[at] + 12 * abs(above - below) / limits.cue_width + 40 * (places[at] == NEVER)
        )

    at = min(range(1, len(text)), key=badness)
    return f"{text[:at].rstrip()}\n{text[at:].lstrip()}"
