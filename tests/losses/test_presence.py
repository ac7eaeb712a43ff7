"""Honest watching through presence checks loses no second, however late the answer and the reports come."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from courses.models import Choice
from lms.learning.domain.checking import answer_check, ask_check, choice_code
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion, PresenceCheck, RefusedStretch, WatchRecord
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)
SECONDS = 2400
STEP = 15


def answer_rightly(person: Person, at: datetime) -> None:
    """Answer every check that is open."""
    while check := PresenceCheck.objects.filter(person=person, outcome="open").first():
        check = ask_check(person, check.code, at=at)
        right = Choice.objects.get(question_id=check.asked[-1]["question"], is_right=True)
        answer_check(person, check.code, len(check.asked), choice_code(check, right.pk), at=at)


@pytest.mark.parametrize(
    "late", [0, 600, 48 * 3600, *(pytest.param(late, marks=pytest.mark.slow) for late in (60, 3600))]
)
@pytest.mark.parametrize("held_back", [pytest.param(0, marks=pytest.mark.slow), 600])
def test_answers_that_come_late_lose_nothing(late: int, held_back: int) -> None:
    """Reports come shuffled, in batches, up to `held_back` seconds late; checks are answered `late` seconds late."""
    person, dice = PersonFactory(cadre=True), random.Random(late + held_back)
    session, at, due_since = open_session(person, make.credit_lesson(seconds=SECONDS), at=AT), AT, None
    batch: list[tuple[int, int]] = []

    for number, begin in enumerate(range(0, SECONDS, STEP), start=1):
        at += timedelta(seconds=STEP)
        batch.append((number, begin))
        if len(batch) * STEP > held_back or begin + STEP == SECONDS:
            dice.shuffle(batch)
            for each, start in batch:
                accept_report(session, each, stretches=Stretches.of([(start, start + STEP)]), at=at)
            batch.clear()
        if PresenceCheck.objects.filter(outcome="open").exists():
            due_since = due_since or at
            if at >= due_since + timedelta(seconds=late):
                answer_rightly(person, at)
                due_since = None
    answer_rightly(person, at + timedelta(seconds=late))

    lost = SECONDS - WatchRecord.objects.get().covered_seconds
    print(f"answers {late} s late, reports {held_back} s: {lost} honest seconds lost")
    assert lost == 0
    assert not RefusedStretch.objects.exists()
    assert LessonCompletion.objects.get().person == person
    assert rebuild_watch_records() == []
