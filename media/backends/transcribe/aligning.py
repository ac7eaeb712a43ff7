"""When each word was said, from where a Whisper decoder looked while it wrote.

Its attention to the sound is a picture, tokens by time; the cheapest way through it from the beginning to the end says
when each token was heard. This is what openai-whisper does with `word_timestamps`, but computed with numpy: its own
version compiles itself for seconds in every process.
"""

from collections.abc import Callable, Sequence

import numpy as np

from .engine import TOKEN_MS, Word

# These belong to the word after or before them.
_OPENING = frozenset("\"'“‘¿([{《「『（【-")
_CLOSING = frozenset("\"'.。,，!！?？:：;；”’)]}、》」』）】…")

Splitter = Callable[[list[int]], tuple[list[str], list[list[int]]]]


def cheapest_way(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dynamic time warping: the rows and columns of the cheapest monotone way through the costs.

    A row at once: what a place costs is the sum along the row up to it, and the cheapest of all ways into the row so
    far, each less the sum up to where it enters.
    """
    rows, columns = cost.shape
    cost = cost.astype(np.float64)
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for row in range(rows):
        along = np.cumsum(cost[row])
        enter = np.minimum(total[row, :-1], total[row, 1:]) - (along - cost[row])
        total[row + 1, 1:] = along + np.minimum.accumulate(enter)
    path = []
    at, when = rows, columns
    while at > 0 and when > 0:
        path.append((at - 1, when - 1))
        before = (total[at - 1, when - 1], total[at - 1, when], total[at, when - 1])
        step = before.index(min(before))
        at, when = at - (step != 2), when - (step != 1)
    found = np.array(path[::-1])
    return found[:, 0], found[:, 1]


def starts_along(rows: np.ndarray, columns: np.ndarray) -> list[int]:
    """When each token begins, in ms, from a way through: one for each row."""
    jumps = np.pad(np.diff(rows), (1, 0), constant_values=1).astype(bool)
    return [int(column) * TOKEN_MS for column in columns[jumps]]


def words_at(starts: Sequence[int], tokens: list[int], chances: Sequence[float], split: Splitter) -> list[Word]:
    """The words of the tokens, punctuation joined to them; `starts` has one more, where the last token ends."""
    words: list[Word] = []
    first = 0
    for text, group in zip(*split(tokens), strict=True):
        after = first + len(group)
        if group and after < len(starts):
            words.append(Word(starts[first], starts[after], text, float(np.mean(chances[first:after]))))
        first = after
    return with_punctuation(words)


def with_punctuation(words: Sequence[Word]) -> list[Word]:
    """Signs and blanks joined to the word they belong to; its times stay those of the word."""
    joined: list[Word] = []
    opening = ""
    for word in words:
        sign = word.text.strip()
        if sign and all(character in _OPENING for character in sign) and word.text != sign:
            opening += word.text
        elif joined and not opening and all(character in _CLOSING for character in sign):
            before = joined.pop()
            joined.append(Word(before.start_ms, before.end_ms, before.text + word.text, before.probability))
        else:
            joined.append(Word(word.start_ms, word.end_ms, opening + word.text, word.probability))
            opening = ""
    if opening and joined:
        last = joined.pop()
        joined.append(Word(last.start_ms, last.end_ms, last.text + opening, last.probability))
    return joined
