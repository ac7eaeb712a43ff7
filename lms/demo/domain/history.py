"""What the people of the province learnt: sittings at moved times, through the same stories as anybody's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random

from django.db import transaction

from courses.enums import LessonKind
from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.moments import Moments
from lms.demo.domain.papers import answer_question_in_between, take_quiz
from lms.demo.domain.people import SEED, read_accounts
from lms.learning.domain.feedback import vote
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import CheckOutcome
from lms.learning.models import PlaySession
from lms.learning.queries import open_check
from lms.lib.stretches import Stretches
from lms.people.enums import LearnerCategory
from lms.people.models import Person

REACHING = ("gov-reach-notice", "gov-reach-absent", "gov-reach-offline", "gov-reach-feedback", "gov-reach-exam")
FIRST_SHOW = ("live-start-first", "live-start-account", "live-start-table", "live-start-talk")
SELLING = ("ecom-shop-photo", "ecom-ship-pack")
# Which lessons somebody takes in one go, with how many people out of a hundred do.
FOR_CADRES = ((REACHING, 55), (REACHING[:2], 20), (FIRST_SHOW, 15), (("phone-safe-fraud",), 30))
FOR_FARMERS = ((("phone-talk-video",), 35), (("phone-safe-fraud",), 40), (SELLING, 25), (FIRST_SHOW, 12))
# Every so manieth cadre learns all there is, in three evenings; then questions in between fall due. Every third of
# these answers in haste.
DILIGENT_EACH, HASTY_EACH = 17, 3
EVENINGS = (REACHING, FIRST_SHOW, (*SELLING, "phone-safe-fraud", "phone-talk-video"))
# Out of a hundred lessons: watched in part only; jumped to the end, which does not count.
IN_PART, JUMPED = 12, 3
# Out of a hundred: how many say whether they understood, how many of these did, how many take the quiz of a lesson.
SAY, UNDERSTOOD, TAKE_QUIZ = 30, 70, 25
# The share of a paper that people know.
KNOWN = (0.6, 0.8, 0.95)
BETWEEN_LESSONS = timedelta(seconds=40)


class Way(Enum):
    """How a lesson is watched."""

    WHOLE = auto()
    IN_PART = auto()
    # Reports the whole lesson after five seconds: what the clock cannot pay stays refused.
    JUMPED = auto()
    # At the fastest speed; half-way the phone's clock goes wrong, and the rest is reported too early.
    INTERRUPTED = auto()


@dataclass(frozen=True)
class Sitting:
    """One person sits down at a moment and takes these lessons.

    Whoever is `diligent` sees each to its end; whoever is `hasty` answers the first question in between wrongly.
    """

    person: Person
    codes: Sequence[str]
    at: datetime
    seed: int
    diligent: bool = False
    hasty: bool = False


def plan(moments: Moments) -> list[Sitting]:
    """Who sits down when: the same for every run, in the order of time. Some people never come.

    Staff and whoever registers in the running demo make their own history; the cast's is told by `cast_history`.
    """
    sittings = []
    cast = [account.person_id for account in read_accounts()]
    villagers = Person.objects.filter(joined_at=moments.settled).exclude(pk__in=cast)
    cadres = 0
    for number, person in enumerate(villagers.order_by("pk")):
        random = Random(SEED + number)  # noqa: S311  (fiction, no secret)
        is_cadre = person.kind == LearnerCategory.CADRE
        for codes, share in FOR_CADRES if is_cadre else FOR_FARMERS:
            days_ago, hour, minute = random.randint(1, 118), random.randint(7, 20), random.randint(0, 59)
            if random.randint(1, 100) <= share:
                sittings.append(
                    Sitting(person, codes, moments.day_at(days_ago, hour, minute), random.randint(0, 10**6))
                )
        cadres += is_cadre
        if is_cadre and cadres % DILIGENT_EACH == 0:
            sittings += _diligent(person, number, moments, hasty=cadres // DILIGENT_EACH % HASTY_EACH == 0)
    return sorted(sittings, key=lambda sitting: (sitting.at, sitting.person.pk))


def _diligent(person: Person, number: int, moments: Moments, *, hasty: bool) -> list[Sitting]:
    return [
        Sitting(person, codes, moments.day_at(40 - 9 * evening - number % 7, 21, number % 50), number, True, hasty)
        for evening, codes in enumerate(EVENINGS)
    ]


def lessons_by_code() -> dict[str, LessonPage]:
    """What can be taken on the phone."""
    pages = LessonPage.objects.live().exclude(kind=LessonKind.OFFLINE).select_related("video", "quiz")
    return {page.code: page for page in pages}


def live(sittings: Sequence[Sitting]) -> Iterator[int]:
    """Let everybody sit down in turn; yields how many have. What happened in an earlier run is passed over."""
    lessons = lessons_by_code()
    happened = set(PlaySession.objects.values_list("person_id", "opened_at"))
    for done, sitting in enumerate(sittings, start=1):
        if (sitting.person.pk, sitting.at) not in happened:
            with transaction.atomic():  # a sitting happens as a whole or not at all
                _sit(sitting, [lessons[code] for code in sitting.codes if code in lessons])
        yield done


def _sit(sitting: Sitting, lessons: Sequence[LessonPage]) -> None:
    random, at = Random(sitting.seed), sitting.at  # noqa: S311  (fiction, no secret)
    besides = Random(sitting.seed + 1)  # noqa: S311  (fiction, no secret)
    knows = besides.choice(KNOWN)
    for lesson in lessons:
        if lesson.kind == LessonKind.EXAM:
            at = take_quiz(sitting.person, lesson, besides, knows=knows, at=at) + BETWEEN_LESSONS
            continue
        way = Way.WHOLE if sitting.diligent else _way(random)
        at = watch(sitting.person, lesson, way, random, hasty=sitting.hasty, at=at)
        if besides.randint(1, 100) <= SAY:
            with moved_to(at):
                vote(sitting.person, lesson, understood=besides.randint(1, 100) <= UNDERSTOOD, at=at)
        if lesson.quiz and way == Way.WHOLE and besides.randint(1, 100) <= TAKE_QUIZ:
            at = take_quiz(sitting.person, lesson, besides, knows=knows, at=at)
        at += BETWEEN_LESSONS


def _way(random: Random) -> Way:
    chance = random.randint(1, 100)
    return Way.JUMPED if chance <= JUMPED else Way.IN_PART if chance <= JUMPED + IN_PART else Way.WHOLE


def watch(
    person: Person, lesson: LessonPage, way: Way, random: Random, *, at: datetime, hasty: bool = False
) -> datetime:
    """Watch one lesson from `at` on, and answer the question that falls due; returns when it ended."""
    seconds = lesson.decoded_seconds or 0
    with moved_to(at):
        session = open_session(person, lesson, at=at)
    half = seconds // 2
    match way:
        case Way.JUMPED:
            played, ends = [(0, seconds)], [5]
        case Way.IN_PART:
            part = seconds * random.randint(20, 70) // 100
            played, ends = [(0, part)], [part + 1]
        case Way.INTERRUPTED:
            played, ends = [(0, half), (half, seconds)], [half // 2 + 1, half // 2 + 6]
        case Way.WHOLE:
            played, ends = [(0, half), (half, seconds)], [half + 1, seconds + 2]
    answered_at = at
    for number, (stretch, end) in enumerate(zip(played, ends, strict=True), start=1):
        moment = max(at + timedelta(seconds=end), answered_at)
        with moved_to(moment):
            receipt = accept_report(session, number, stretches=Stretches.of([stretch]), at=moment)
        check = open_check(person.pk) if "check_due" in receipt.body else None
        if check:
            learnt = person.presence_checks.filter(outcome=CheckOutcome.FAILED).exists()
            answered_at = answer_question_in_between(check, rightly=not hasty or learnt, at=moment)
    return max(at + timedelta(seconds=ends[-1]), answered_at)
