"""Two versions of captions side by side: which lines differ, and in which words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from media.models import Cue

# Latin words and numbers whole, everything else by the character: a changed Chinese word shows as what changed in it.
_PIECES = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
# A lone character between two changes is taken into them: a word torn in two is hard to read.
_LONE = 1


@dataclass(frozen=True)
class Piece:
    """A stretch of words: in both, only in the older (gone), or only in the newer (new)."""

    kind: str
    text: str


@dataclass
class Difference:
    """A line that differs: in the older version, in the newer, or in both; `pieces` are its words, marked."""

    before: Cue | None
    after: Cue | None
    pieces: list[Piece]

    @property
    def moved(self) -> bool:
        """Whether it stands at another time."""
        return bool(
            self.before
            and self.after
            and (self.before.start_ms, self.before.end_ms) != (self.after.start_ms, self.after.end_ms)
        )


def compare(older: Sequence[Cue], newer: Sequence[Cue]) -> list[Difference]:
    """The lines that differ, in the order of the newer version; both in order of time.

    A line is the same line where it kept its key, else where it fills the same time. The cost is linear in lines.
    """
    partners = _partners(older, newer)
    found: list[Difference] = []
    rest = iter(sorted(set(range(len(older))) - set(partners.values())))
    gone = next(rest, None)
    for at, after in enumerate(newer):
        while gone is not None and older[gone].start_ms < after.start_ms:
            found.append(Difference(older[gone], None, [Piece("gone", older[gone].text)]))
            gone = next(rest, None)
        before = older[partners[at]] if at in partners else None
        if before is None:
            found.append(Difference(None, after, [Piece("new", after.text)]))
        elif (before.start_ms, before.end_ms, before.text) != (after.start_ms, after.end_ms, after.text):
            found.append(Difference(before, after, list(words_between(before.text, after.text))))
    while gone is not None:
        found.append(Difference(older[gone], None, [Piece("gone", older[gone].text)]))
        gone = next(rest, None)
    return found


def _partners(older: Sequence[Cue], newer: Sequence[Cue]) -> dict[int, int]:
    """Positions in the newer version with those of the same line in the older one."""
    by_key = {cue.key: at for at, cue in enumerate(older)}
    partners = {at: by_key[cue.key] for at, cue in enumerate(newer) if cue.key in by_key}
    taken = set(partners.values())
    place = 0
    for at, after in enumerate(newer):
        if at in partners:
            continue
        while place < len(older) and older[place].end_ms <= after.start_ms:
            place += 1
        for other in range(place, min(place + 4, len(older))):
            before = older[other]
            shared = min(before.end_ms, after.end_ms) - max(before.start_ms, after.start_ms)
            if other not in taken and shared * 2 >= min(_length(before), _length(after)):
                partners[at] = other
                taken.add(other)
                break
    return partners


def _length(cue: Cue) -> int:
    return cue.end_ms - cue.start_ms


def words_between(older: str, newer: str) -> Iterator[Piece]:
    """The words of both, marked: same, gone, new."""
    before, after = _PIECES.findall(older), _PIECES.findall(newer)
    gone, new = "", ""
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(codes):
        lone = kind == "equal" and b - a <= _LONE and 0 < number < len(codes) - 1 and before[a].isalnum()
        if kind == "equal" and not lone:
            yield from _changed(gone, new)
            gone = new = ""
            yield Piece("same", "".join(before[a:b]))
        else:
            gone, new = gone + "".join(before[a:b]), new + "".join(after[c:d])
    yield from _changed(gone, new)


def _changed(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", gone)
    if new:
        yield Piece("new", new)
