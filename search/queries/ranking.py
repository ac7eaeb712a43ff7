"""What stands first, and why. Pure: the same texts and the same question give the same order on every database.

A word of the question counts once for a lesson, where it stands most tellingly: in the title, in what the lesson
teaches, in its course's title, in what is said in it, in its further text. Each word weighs as much as it tells
(inverse document frequency). To that come the phrase as it was typed, the pairs and characters that question and text
share whatever the words are, and a little for what is fresh, of the learner's own track, and liked.

The numbers were set on the judged set (tests/search/judgements.yaml) without its held-out fifth: decision 0082.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from search.backends import analysis
from search.queries.understanding import Question, Word

# What a word is worth where it stands.
PLACES: Mapping[str, float] = {"title": 1.0, "teaches": 0.75, "says": 0.7, "course": 0.45, "text": 0.4}
# What comes to that, for all of it.
PHRASE: Mapping[str, float] = {"title": 0.3, "teaches": 0.2, "says": 0.2}
SHARED_PAIRS, SHARED_CHARACTERS, SHORT_TITLE = 0.25, 0.3, 0.1
FRESH, OWN_TRACK, LIKED = 0.03, 0.05, 0.03
# A lesson of the course in which the best one stands.
BESIDE = 0.05
# A word of which only some pairs are there.
PART = 0.5
# A word that only the line beside says, and the pairs of a question that a line holds.
NEIGHBOUR, LINE_PAIRS = 0.5, 0.2
# A moment answers about as well as the best one of its lesson.
MOMENT_SHARE = 0.6
# Below this share of the best one, a lesson may have to do with the question, and is said to no more than that.
SURE_SHARE = 0.35
# And none answers that holds less of what was asked.
LEAST_SURE = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of captions that was found, its text as analysis.normalised() left it."""

    number: int
    start_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What is known of a lesson when it is ranked; texts as analysis.normalised() leaves them."""

    title: str
    teaches: str = ""
    course: str = ""
    # Whether its further text (body, explanations) holds words of the question: those words.
    text: str = ""
    lines: Sequence[Line] = ()
    # 0 to 1 each.
    freshness: float = 0.0
    liking: float = 0.0
    is_own_track: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How well a lesson answers: what its score is made of, and its best lines, the best first."""

    score: float
    reasons: Mapping[str, float]
    moments: Sequence[Line] = ()


@dataclass(slots=True)
class _Sum:
    reasons: dict[str, float] = field(default_factory=dict)

    def add(self, reason: str, worth: float) -> None:
        if worth > 0:
            self.reasons[reason] = self.reasons.get(reason, 0.0) + worth


class Reader:
    """Reads texts with one question in mind; what can be done once for the question is done once."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.total = sum(word.weight for word in question.words) or 1.0
        self.words = [(word.weight, _forms(word)) for word in question.words]
        self.phrase = _phrase(question)
        self.pairs = [(term.text, term.weight) for term in question.terms if len(term.text) > 1]
        self.characters = [(term.text, term.weight) for term in question.terms if len(term.text) == 1]
        self.telling = [word.text for word in question.telling]

    def promise(self, *, title: str, teaches: str, course: str, says: Container[str], text: Container[str]) -> float:
        """About what stand() will give, from less: `says` and `text` are the words that are said and written there."""
        worth = 0.0
        for word, (weight, forms) in zip(self.question.words, self.words, strict=True):
            if any(form.text in title for form in forms):
                worth += weight * PLACES["title"]
            elif any(form.text in teaches for form in forms):
                worth += weight * PLACES["teaches"]
            elif word.text in says:
                worth += weight * PLACES["says"]
            elif any(form.text in course for form in forms):
                worth += weight * PLACES["course"]
            elif word.text in text:
                worth += weight * PLACES["text"]
        return worth / self.total + SHARED_PAIRS * _shared(self.pairs, title) + SHORT_TITLE * self._filled(title)

    def stand(self, texts: Texts, *, most_moments: int) -> Standing:
        """How well these texts answer the question."""
        found = _Sum()
        moments, said = self._moments(texts.lines, most_moments)
        places = {
            "title": texts.title,
            "teaches": texts.teaches,
            "course": texts.course,
            "text": texts.text,
            "says": said,
        }
        worths = [(place, PLACES[place], text) for place, text in places.items() if text]
        for weight, forms in self.words:
            place, worth = max(
                ((place, worth * _held(forms, text)) for place, worth, text in worths),
                key=itemgetter(1),
                default=("", 0.0),
            )
            found.add(place, worth * weight / self.total)
        for place, worth in PHRASE.items():
            if self.phrase and self.phrase in places[place].replace(" ", ""):
                found.add("phrase", worth)
                break
        everything = f"{texts.title} {texts.teaches} {moments[0].text if moments else ''}"
        found.add("pairs", SHARED_PAIRS * _shared(self.pairs, everything))
        found.add("characters", SHARED_CHARACTERS * _shared(self.characters, everything))
        if not found.reasons:
            return Standing(0.0, {})
        found.add("short", SHORT_TITLE * self._filled(texts.title))
        found.add("fresh", FRESH * texts.freshness)
        found.add("own track", OWN_TRACK * texts.is_own_track)
        found.add("liked", LIKED * texts.liking)
        return Standing(sum(found.reasons.values()), found.reasons, moments)

    def _moments(self, lines: Sequence[Line], most: int) -> tuple[list[Line], str]:
        """The best lines, no two of them neighbours, and all that they and their neighbours say."""
        if not lines:
            return [], ""
        worth = self._worths(lines)
        ranked = sorted(lines, key=lambda line: (-worth[line.number], line.number))
        best = worth[ranked[0].number]
        chosen: list[Line] = []
        for line in ranked:
            if len(chosen) == most or worth[line.number] < best * MOMENT_SHARE or best == 0:
                break
            if all(abs(line.number - each.number) > 2 for each in chosen):
                chosen.append(line)
        near = {number for line in chosen for number in (line.number - 1, line.number, line.number + 1)}
        return chosen, " ".join(line.text for line in lines if line.number in near)

    def answering(self, lines: Sequence[Line]) -> list[Line]:
        """Those of the lines of one recording that say about as much as the best of them, in their order.

        None, where the best one says less of what was asked than an answer does.
        """
        worth = self._worths(lines)
        best = max(worth.values(), default=0.0)
        if best < LEAST_SURE * self.total:
            return []
        return [line for line in lines if worth[line.number] >= best * MOMENT_SHARE]

    def _worths(self, lines: Sequence[Line]) -> dict[int, float]:
        """By number: how much of the question each line says."""
        own = {line.number: [_held(forms, line.text) for _weight, forms in self.words] for line in lines}
        return {line.number: self._worth(line, own) for line in lines}

    def _worth(self, line: Line, own: Mapping[int, Sequence[float]]) -> float:
        """How much of the question a line says, with what the lines beside it say."""
        beside = [own[number] for number in (line.number - 1, line.number + 1) if number in own]
        worth = 0.0
        for place, held in enumerate(own[line.number]):
            if held < NEIGHBOUR and beside:
                held = max(held, NEIGHBOUR * max(each[place] for each in beside))
            worth += self.words[place][0] * held
        return worth + LINE_PAIRS * sum(weight for pair, weight in self.pairs if pair in line.text)

    def _filled(self, title: str) -> float:
        """How much of the title the question's own words make up: a short title that is asked for is meant."""
        length = len(title.replace(" ", ""))
        return min(1.0, sum(len(word) for word in self.telling if word in title) / length) if length else 0.0


def stand(question: Question, texts: Texts, *, most_moments: int) -> Standing:
    """How well these texts answer the question."""
    return Reader(question).stand(texts, most_moments=most_moments)


@dataclass(frozen=True, slots=True)
class _Form:
    """One way of saying a word: Chinese with its pairs of neighbours, anything else with its runs."""

    text: str
    worth: float
    is_han: bool
    pairs: tuple[str, ...]
    runs: tuple[str, ...]


def _forms(word: Word) -> list[_Form]:
    """The word itself, then its other ways by what they are worth."""
    return [
        _Form(
            text,
            worth,
            analysis.is_han(text),
            tuple(dict.fromkeys(analysis.pairs(text))) if analysis.is_han(text) and len(text) > 2 else (),
            () if analysis.is_han(text) else tuple(text.split()),
        )
        for text, worth in [(word.text, 1.0), *sorted(((o.text, o.worth) for o in word.others), key=lambda o: -o[1])]
    ]


def held(word: Word, text: str) -> float:
    """How much of a word a text holds: 1 for the word itself, less for another way of saying it or a part of it."""
    return _held(_forms(word), text)


def _held(forms: Iterable[_Form], text: str) -> float:
    best = 0.0
    for form in forms:
        if best >= form.worth:
            break
        if not form.is_han:
            best = max(best, form.worth * _has_runs(form.runs, text))
        elif form.text in text:
            best = form.worth
        elif form.pairs:
            best = max(best, form.worth * PART * sum(pair in text for pair in form.pairs) / len(form.pairs))
    return best


def _has_runs(runs: Sequence[str], text: str) -> bool:
    return bool(runs) and all(
        run in text if analysis.is_han(run) else analysis.stem(run) in _stems(text) for run in runs
    )


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(analysis.stem(run) for run in analysis.runs(text) if not analysis.is_han(run))


def _phrase(question: Question) -> str:
    """What was typed without the asking words at its ends, and without blanks; nothing where it is one character."""
    words = list(question.words)
    while words and words[0].is_asking:
        words.pop(0)
    while words and words[-1].is_asking:
        words.pop()
    phrase = "".join(word.text for word in words).replace(" ", "")
    return phrase if len(phrase) > 1 else ""


def _shared(terms: Sequence[tuple[str, float]], text: str) -> float:
    """The share, by weight, of a question's pairs or characters that the text holds."""
    total = sum(weight for _term, weight in terms)
    return sum(weight for term, weight in terms if term in text) / total if total else 0.0


def sure_from(scores: Iterable[float]) -> float:
    """The least score that answers, beside the best of these."""
    return max(LEAST_SURE, SURE_SHARE * max(scores, default=0.0))
