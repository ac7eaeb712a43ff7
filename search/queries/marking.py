"""Where in a text the words stand that somebody asked for, so that she sees why it was found."""

from collections.abc import Iterator

from search.backends import analysis
from search.queries.understanding import Question, Word

Span = tuple[int, int]


def found_in(text: str, question: Question) -> list[Span]:
    """From and to of each place that answers, in order and apart; none where nothing of the question stands there.

    A word stands for itself and for what means or sounds the same; where none of that stands there as it is, for the
    pairs of characters by which the index found it.
    """
    read = _read_as_asked(text)
    spans = [span for word in question.telling for span in _spans(read, word)]
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def _read_as_asked(text: str) -> str:
    """The text as the index reads it, as far as its characters keep their places: 收款碼 does, 三百 does not."""
    return next((read for read in (analysis.normalised(text), text.casefold()) if len(read) == len(text)), text)


def _spans(text: str, word: Word) -> Iterator[Span]:
    ways = (word.text, *(other.text for other in word.others))
    whole = [span for way in ways for span in _places(text, way)]
    if whole:
        yield from whole
        return
    for way in ways:
        for term in analysis.word_terms(way) if analysis.is_han(way) else ():
            yield from _places(text, term)


def _places(text: str, way: str) -> Iterator[Span]:
    if not analysis.is_han(way):
        yield from _words_like(text, way)
        return
    place = text.find(way)
    while place >= 0:
        yield place, place + len(way)
        place = text.find(way, place + len(way))


def _words_like(text: str, word: str) -> Iterator[Span]:
    """Runs of letters and digits of the same stem: passwords for password."""
    stem, place = analysis.stem(word), 0
    for run in analysis.runs(text):
        place = text.find(run, place)
        if not analysis.is_han(run) and analysis.stem(run) == stem:
            yield place, place + len(run)
        place += len(run)
