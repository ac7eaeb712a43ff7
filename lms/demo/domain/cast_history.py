"""What the cast's learners did before a newcomer becomes them: enough on every page to see what it is for.

The cadre has all lessons of his own track before him, so that hours can be earned, and a question in between is near.
The farmer's husband has done nothing yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from django.db import transaction

from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.history import BETWEEN_LESSONS, FIRST_SHOW, Way, lessons_by_code, watch
from lms.demo.domain.moments import Moments
from lms.demo.domain.papers import take_quiz
from lms.demo.domain.people import SEED, person_of
from lms.demo.domain.voices import appeal_as, assess_self, settle_as, tell_trainer
from lms.learning.domain.feedback import vote
from lms.learning.enums import SettlementOutcome
from lms.learning.models import PlaySession, RefusedStretch, WatchRecord
from lms.people.models import Person


@dataclass(frozen=True)
class Evening:
    """The lessons of one evening, so many days ago; of the last one the second half was reported too early."""

    days_ago: int
    codes: Sequence[str]
    interrupted: bool = False


FARMER = (Evening(26, ["phone-talk-video"]), Evening(12, ["phone-safe-fraud"]))
CADRE = (
    Evening(21, FIRST_SHOW),
    Evening(14, ["phone-talk-video", "phone-safe-fraud"], interrupted=True),
    Evening(3, ["ecom-shop-photo", "ecom-ship-pack"], interrupted=True),
)


def tell_cast_history(moments: Moments) -> None:
    """Let the farmer and the cadre learn; whoever has begun already, here or by hand, is left alone."""
    for key, tell in (("farmer", _tell_farmer), ("cadre", _tell_cadre)):
        person = person_of(key)
        if not PlaySession.objects.filter(person=person).exists():
            with transaction.atomic():
                tell(person, Random(SEED), moments)  # noqa: S311  (fiction, no secret)


def _tell_farmer(person: Person, random: Random, moments: Moments) -> None:
    assess_self(person, random, ability=1, at=moments.day_at(29, 20))
    for evening in FARMER:
        _spend(person, evening, random, moments)
    record = WatchRecord.objects.get(person=person, page__code="phone-talk-video")
    words, reply = "手机侧边上面那个键，我的手机在左边。", "各家手机不一样，左边右边都有。这句下次改成“侧边的长键”。"
    tell_trainer(record, words, reply, now=moments.now)
    assess_self(person, random, ability=2, at=moments.day_at(5, 20))


def _tell_cadre(person: Person, random: Random, moments: Moments) -> None:
    for evening in CADRE:
        _spend(person, evening, random, moments)
    settled, waits = RefusedStretch.objects.filter(person=person).order_by("last_at")
    words = "那天晚上村里停电断了网，后半截我是接着看完的。"
    made = appeal_as(settled, words, at=moments.day_at(13, 9))
    settle_as(made, by=person_of("officer"), outcome=SettlementOutcome.GRANTED, number=0, now=moments.now)
    appeal_as(waits, "看到一半来了电话，接完电话接着看的，后面没算上。", at=moments.day_at(2, 8))


def _spend(person: Person, evening: Evening, random: Random, moments: Moments) -> None:
    at, lessons = moments.day_at(evening.days_ago, 19, 30), lessons_by_code()
    found: list[LessonPage] = [lessons[code] for code in evening.codes if code in lessons]
    for lesson in found:
        is_cut_short = evening.interrupted and lesson == found[-1]
        at = watch(person, lesson, Way.INTERRUPTED if is_cut_short else Way.WHOLE, random, at=at)
        with moved_to(at):
            vote(person, lesson, understood=True, at=at)
        if lesson.quiz and not is_cut_short:
            at = take_quiz(person, lesson, random, knows=0.9, at=at)
        at += BETWEEN_LESSONS
