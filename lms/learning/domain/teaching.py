"""What trainers are told about the learners of their lessons: counts and shares, none about fewer than ten people."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from courses.models import LessonPage, Question
from lms.learning.enums import EvidenceKind
from lms.learning.models import (
    LessonCompletion,
    LessonProblem,
    QuizAttempt,
    UnderstandingVote,
    VideoAnswer,
    WatchRecord,
)
from lms.lib.durations import format_seconds
from lms.lib.stretches import Stretches
from lms.people.policies import shown_count

BINS = 20
# So many of the newest rows are read, so that a page about a lesson of a million learners opens as well.
NEWEST = 5000

# Accounts of one person count once.
_HUMAN = Coalesce(F("person__merged_into"), F("person"))


@dataclass(frozen=True, slots=True)
class LessonCounts:
    """People, counted once each; None where they are too few to show. Mistakes are counted whoever reported them."""

    started: int | None
    finished: int | None
    understood: int | None
    not_understood: int | None
    open_problems: int

    @property
    def finished_percent(self) -> int | None:
        return _share(self.finished, self.started) if self.finished and self.started else None


def counts_of(lessons: Iterable[LessonPage]) -> dict[int, LessonCounts]:
    """The counts of each lesson, by page id; in seven queries however many lessons there are.

    Started has who opened the recording, tried the quiz or finished; finished has who completed it in any round.
    """
    ids = [lesson.pk for lesson in lessons]
    same = {"page": OuterRef("page"), "person": OuterRef("person")}
    records, finished = WatchRecord.objects.filter(page__in=ids), LessonCompletion.objects.filter(page__in=ids)
    opened = WatchRecord.objects.filter(**same)
    done_unopened = finished.filter(~Exists(opened))
    tried = QuizAttempt.objects.filter(~Exists(opened), ~Exists(LessonCompletion.objects.filter(**same)), page__in=ids)
    started: Counter[int] = Counter()
    for rows in (records, done_unopened, tried):
        started.update(_people_by_page(rows))
    completed = _people_by_page(finished)
    votes = UnderstandingVote.objects.filter(page__in=ids)
    yes, no = (_people_by_page(votes.filter(understood=understood)) for understood in (True, False))
    problems = LessonProblem.objects.filter(page__in=ids, replied_at=None).values_list("page").order_by("page")
    waiting: dict[int, int] = dict(problems.annotate(count=Count("pk")))
    return {
        pk: LessonCounts(
            shown_count(started[pk]),
            shown_count(completed.get(pk, 0)),
            shown_count(yes.get(pk, 0)),
            shown_count(no.get(pk, 0)),
            waiting.get(pk, 0),
        )
        for pk in ids
    }


def _people_by_page(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by("page").values_list("page").annotate(count=Count(_HUMAN, distinct=True)))


@dataclass(frozen=True, slots=True)
class Bin:
    """A twentieth of the recording: how many watched at least half of it, None where too few to show."""

    start: int
    end: int
    viewers: int | None
    percent: int

    @property
    def gap(self) -> int:
        """What is left above its bar."""
        return 100 - self.percent

    @property
    def words(self) -> str:
        return f"{format_seconds(self.start)}–{format_seconds(self.end)}"


@dataclass(frozen=True, slots=True)
class Viewing:
    """How a recording was watched by the newest `people`, from beginning to end."""

    people: int
    bins: list[Bin]

    @property
    def steepest(self) -> Bin | None:
        """The part before which most people stopped; None where fewer than ten did at any one place."""
        drops = [
            (before.viewers - after.viewers, after)
            for before, after in zip(self.bins, self.bins[1:], strict=False)
            if before.viewers is not None and after.viewers is not None
        ]
        lost, where = max(drops, key=lambda drop: drop[0], default=(0, None))
        return where if shown_count(lost) else None


def viewing_of(lesson: LessonPage) -> Viewing | None:
    """Where people stop, by the coverage of the recording shown now; None where fewer than ten began it."""
    length = lesson.decoded_seconds
    if not length:
        return None
    records = WatchRecord.objects.filter(page=lesson, video=lesson.video_id, covered_seconds__gt=0)
    newest = records.annotate(human=_HUMAN).order_by("-last_watched_at").only(*EvidenceKind.values)[:NEWEST]
    covered: dict[int, Stretches] = defaultdict(Stretches)
    for record in newest:
        covered[record.human] |= record.covered
    people = len(covered)
    if shown_count(people) is None:
        return None
    bins = []
    parts = min(BINS, length)
    for number in range(parts):
        start, end = number * length // parts, (number + 1) * length // parts
        part = Stretches.of([(start, end)])
        watched = sum(2 * (each & part).seconds >= end - start for each in covered.values())
        viewers = shown_count(watched)
        bins.append(Bin(start, end, viewers, viewers * 100 // people if viewers else 0))
    return Viewing(people, bins)


@dataclass(frozen=True, slots=True)
class FailedQuestion:
    """A question of the lesson's quiz or video, and how many percent of those asked were wrong at their first try.

    The share is None where fewer than ten got it wrong: together with those asked it would tell how many.
    """

    text: str
    wrong_percent: int | None
    asked: int


def failed_questions(lesson: LessonPage) -> list[FailedQuestion]:
    """The questions that ten people or more answered, most often wrong first."""
    first_tries = QuizAttempt.objects.filter(page=lesson, number=1, round=1).order_by("-pk")
    answers = _answers(first_tries.values_list("answers", flat=True)[:NEWEST])
    return _failed((answer["question"], answer["right"]) for answer in answers)


def failed_in_video(lesson: LessonPage) -> list[FailedQuestion]:
    """The same for the questions in the lesson's video."""
    first = VideoAnswer.objects.filter(page=lesson).order_by("-pk").values_list("question", "is_right")
    return _failed(first[:NEWEST])


def _failed(answers: Iterable[tuple[int, bool]]) -> list[FailedQuestion]:
    asked: Counter[int] = Counter()
    wrong: Counter[int] = Counter()
    for question, is_right in answers:
        asked[question] += 1
        wrong[question] += not is_right
    many = sorted(question for question, count in asked.items() if shown_count(count))
    texts = dict(Question.objects.filter(pk__in=many).values_list("pk", "text"))
    found = [FailedQuestion(texts[pk], _share(wrong[pk], asked[pk]), asked[pk]) for pk in many if pk in texts]
    return sorted(found, key=lambda question: -(question.wrong_percent or 0))


def _share(part: int, whole: int) -> int | None:
    return None if shown_count(part) is None else part * 100 // whole


def _answers(tries: Iterable[list[dict]]) -> Iterable[dict]:
    return (answer for answers in tries for answer in answers if "question" in answer and "right" in answer)
