"""How well a search finds what was judged: measures, and the judged set with its checks. No database, no clock."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

JUDGEMENTS_FILE = Path(__file__).resolve().parent / "judgements.yaml"
DEPTH = 10
"""How far down people look; where a measure has an @, it is this."""
MEANT = 3
"""The grade of a lesson that is what was asked for; 2 answers a part, 1 says something on it."""
KINDS = frozenset(
    [
        "plain",
        "colloquial",
        "multiword",
        "question",
        "mistyped",
        "traditional",
        "full_width",
        "pinyin",
        "spaced_pinyin",
        "initials",
        "english",
        "mixed",
        "numbers",
        "synonym",
        "app",
    ]
)
EVERY_HELD_OUT = 5
"""Every so manieth query is held out."""
RIGHT_SECONDS = 1.0
"""A player starts at whole seconds: so far off, it still starts where it is said."""


class JudgementsFileError(ValueError):
    """The judged set contradicts itself or the library; the message lists every place."""


@dataclass(frozen=True)
class Moment:
    """From where to where in a recording something is said, in seconds."""

    lesson: str
    from_seconds: float
    to_seconds: float

    def distance(self, second: float) -> float:
        """How many seconds lie between this second and the moment; 0 within it."""
        return max(self.from_seconds - second, second - self.to_seconds, 0.0)


@dataclass(frozen=True)
class Judgement:
    """A query, the grades of all lessons relevant to it, and where the recorded ones say it."""

    query: str
    kind: str
    lessons: Mapping[str, int]
    moments: tuple[Moment, ...] = ()
    held_out: bool = False


@dataclass(frozen=True)
class JudgedSet:
    """All judgements, and the pairs of words that a trainer would have entered as synonyms."""

    judgements: tuple[Judgement, ...]
    synonyms: tuple[tuple[str, str], ...]

    def to_tune_on(self) -> list[Judgement]:
        return [one for one in self.judgements if not one.held_out]

    def held_out(self) -> list[Judgement]:
        return [one for one in self.judgements if one.held_out]


@dataclass(frozen=True)
class Found:
    """One line of results: the code of a lesson, and the second at which it is to be played; None: no such second."""

    lesson: str
    second: float | None = None


Engine = Callable[[str], list[Found]]
"""What is measured: a query in, results out, best first."""


def first_lessons(found: Iterable[Found], depth: int = DEPTH) -> list[Found]:
    """The first results, each lesson once, where it stands highest."""
    once: dict[str, Found] = {}
    for one in found:
        once.setdefault(one.lesson, one)
    return list(once.values())[:depth]


def recall(found: Iterable[Found], judgement: Judgement, depth: int = DEPTH) -> float:
    """The share of relevant lessons among the first ones, from 0 to 1.

    Capped: where more than `depth` lessons are relevant, `depth` of them are all that can be shown, and all there is to
    ask for (Thakur et al., BEIR, NeurIPS 2021, "capped Recall@k").
    """
    hits = sum(one.lesson in judgement.lessons for one in first_lessons(found, depth))
    return hits / min(depth, len(judgement.lessons))


def ndcg(found: Iterable[Found], judgement: Judgement, depth: int = DEPTH) -> float:
    """How good the order is, from 0 to 1: normalised discounted cumulative gain.

    DCG = Σ (2^grade − 1) / log2(rank + 1) over the first ranks, from 1; divided by that of the best possible order
    (Järvelin and Kekäläinen, ACM TOIS 20(4), 2002; the gain as in Burges et al., ICML 2005).
    """
    gained = _dcg(judgement.lessons.get(one.lesson, 0) for one in first_lessons(found, depth))
    return gained / _dcg(sorted(judgement.lessons.values(), reverse=True)[:depth])


def _dcg(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def reciprocal_rank(found: Iterable[Found], judgement: Judgement, depth: int = DEPTH) -> float:
    """1 / the rank of the first lesson that was meant (grade 3); 0 where none is among the first ones."""
    for rank, one in enumerate(first_lessons(found, depth), start=1):
        if judgement.lessons.get(one.lesson) == MEANT:
            return 1 / rank
    return 0.0


def moment_error(found: Iterable[Found], judgement: Judgement, depth: int = DEPTH) -> float | None:
    """How many seconds the player would start beside the place where it is said; 0 within it.

    Asked of the first result whose lesson says it: the distance from its second to the nearest of that lesson's
    moments. None where no such lesson is among the first ones, or it comes without a second.
    """
    for one in first_lessons(found, depth):
        moments = [moment for moment in judgement.moments if moment.lesson == one.lesson]
        if moments:
            return None if one.second is None else min(moment.distance(one.second) for moment in moments)
    return None


@dataclass(frozen=True)
class Outcome:
    """What an engine made of one query."""

    judgement: Judgement
    found: tuple[Found, ...]
    recall: float
    ndcg: float
    reciprocal_rank: float
    moment_error: float | None


@dataclass(frozen=True)
class Figures:
    """Means over some queries. Shares lie between 0 and 1, seconds are seconds of the recording.

    `timed` is the number of queries whose answer is said in a recording: of these, `moments_given` is the share for
    which a second was given in a lesson that says it, `moments_right` the share for which it is right to a second.
    Errors are over the seconds given, None where none was.
    """

    queries: int
    recall: float
    ndcg: float
    mrr: float
    timed: int
    moments_given: float
    moments_right: float
    median_error: float | None
    worst_error: float | None


@dataclass(frozen=True)
class Report:
    """What an engine made of the judged set."""

    outcomes: tuple[Outcome, ...]

    @property
    def overall(self) -> Figures:
        return figures(self.outcomes)

    @property
    def by_kind(self) -> dict[str, Figures]:
        kinds: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            kinds[outcome.judgement.kind].append(outcome)
        return {kind: figures(outcomes) for kind, outcomes in kinds.items()}

    def only(self, *, held_out: bool) -> "Report":
        """The part that is held out, or the part to tune on."""
        return Report(tuple(one for one in self.outcomes if one.judgement.held_out == held_out))


def measure(engine: Engine, judgements: Iterable[Judgement]) -> Report:
    """Ask the engine every query once."""
    return Report(tuple(judge(judgement, engine(judgement.query)) for judgement in judgements))


def judge(judgement: Judgement, found: Sequence[Found]) -> Outcome:
    return Outcome(
        judgement,
        tuple(first_lessons(found)),
        recall(found, judgement),
        ndcg(found, judgement),
        reciprocal_rank(found, judgement),
        moment_error(found, judgement),
    )


def figures(outcomes: Collection[Outcome]) -> Figures:
    """Means over the outcomes, each query counting the same. Raises statistics.StatisticsError where there are none."""
    timed = [one for one in outcomes if one.judgement.moments]
    errors = [one.moment_error for one in timed if one.moment_error is not None]
    return Figures(
        queries=len(outcomes),
        recall=statistics.fmean(one.recall for one in outcomes),
        ndcg=statistics.fmean(one.ndcg for one in outcomes),
        mrr=statistics.fmean(one.reciprocal_rank for one in outcomes),
        timed=len(timed),
        moments_given=len(errors) / len(timed) if timed else 0.0,
        moments_right=sum(error <= RIGHT_SECONDS for error in errors) / len(timed) if timed else 0.0,
        median_error=statistics.median(errors) if errors else None,
        worst_error=max(errors, default=None),
    )


def load_judgements(lengths: Mapping[str, float | None], path: Path = JUDGEMENTS_FILE) -> JudgedSet:
    """The judged set; `lengths` are the lessons there are, in seconds, None for those without a recording.

    Raises JudgementsFileError with everything that is wrong: a lesson that is not there, a moment outside its lesson,
    a recorded lesson without a moment, a query judged twice or without a lesson that was meant.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    judgements = tuple(_judgement(row) for row in content["queries"])
    synonyms = tuple(tuple(pair) for pair in content["synonyms"])
    wrong = [f"synonyms: {pair} is no pair" for pair in synonyms if len(set(pair)) != 2]
    seen: set[str] = set()
    for number, judgement in enumerate(judgements, start=1):
        faults = _faults(judgement, lengths)
        if judgement.query in seen:
            faults.append("is judged twice")
        if judgement.held_out != (number % EVERY_HELD_OUT == 0):
            faults.append(f"is number {number}: every {EVERY_HELD_OUT}th query is held out, and no other")
        seen.add(judgement.query)
        wrong += [f"{judgement.query}: {fault}" for fault in faults]
    if wrong:
        raise JudgementsFileError("\n".join(wrong))
    return JudgedSet(judgements, synonyms)


def _judgement(row: Mapping[str, Any]) -> Judgement:
    unknown = set(row) - {"query", "kind", "lessons", "moments", "held_out"}
    if unknown:
        raise JudgementsFileError(f"{row.get('query')}: unknown {', '.join(sorted(unknown))}")
    moments = tuple(
        Moment(moment["lesson"], float(moment["from"]), float(moment["to"])) for moment in row.get("moments", [])
    )
    return Judgement(row["query"], row["kind"], dict(row["lessons"]), moments, row.get("held_out", False))


def _faults(judgement: Judgement, lengths: Mapping[str, float | None]) -> list[str]:
    faults = [f"there is no lesson {code}" for code in judgement.lessons if code not in lengths]
    faults += [f"{code} has grade {grade}" for code, grade in judgement.lessons.items() if grade not in (1, 2, 3)]
    if judgement.kind not in KINDS:
        faults.append(f"is of no known kind: {judgement.kind}")
    if not judgement.query.strip():
        faults.append("asks nothing")
    if MEANT not in judgement.lessons.values():
        faults.append("has no lesson that was meant")
    said_in = {moment.lesson for moment in judgement.moments}
    recorded = {code for code in judgement.lessons if lengths.get(code) is not None}
    faults += [f"where does {code} say it?" for code in sorted(recorded - said_in)]
    faults += [f"{code} is not among its recorded lessons" for code in sorted(said_in - recorded)]
    for moment in judgement.moments:
        length = lengths.get(moment.lesson)
        if length is not None and not 0 <= moment.from_seconds < moment.to_seconds <= length:
            faults.append(f"{moment.lesson} lasts {length} s: {moment.from_seconds} to {moment.to_seconds} is no part")
    return faults
