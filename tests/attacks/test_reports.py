"""Forged watch reports over HTTP: none gains more than watching at top speed does.

Each attack prints the lesson seconds it gained in a real minute; `pytest -s` shows them.
"""

import json
from datetime import timedelta

import pytest
from django.test import Client

from courses.models import LessonPage
from lms.learning.domain.evidence import TOP_SPEED
from lms.learning.domain.watching import open_session
from lms.learning.models import CourseCompletion, LessonCompletion, PlaySession, Receipt, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

LESSON_SECONDS = 1800


class Forger:
    """A person with her phone's sign-in who sends what she likes."""

    def __init__(self, clock) -> None:
        self.clock, self.begun = clock, clock.now
        self.person = PersonFactory()
        self.client: Client = make.signed_in(self.person)

    def open(self, lesson: LessonPage | None = None) -> PlaySession:
        return open_session(self.person, lesson or make.lesson(seconds=LESSON_SECONDS), at=self.clock.now)

    def send(self, session: PlaySession, number: int, *stretches: tuple[int, int]):
        body = {"session": session.code, "number": number, "stretches": [list(pair) for pair in stretches]}
        return self.client.post("/learn/reports/", json.dumps(body), content_type="application/json")

    def check(self, attack: str) -> int:
        """Print what was gained, assert that it is no more than watching gains, and return it."""
        gained = sum(record.covered_seconds for record in WatchRecord.objects.filter(person=self.person))
        real = (self.clock.now - self.begun) / timedelta(seconds=1)
        print(
            f"{attack}: {gained} lesson seconds in {real:.0f} real seconds, {gained / max(real, 1) * 60:.0f} a minute"
        )
        assert gained <= TOP_SPEED * real
        return gained


@pytest.fixture
def forger(clock) -> Forger:
    return Forger(clock)


def test_a_heartbeat_replayed_a_hundred_times_counts_once(forger, clock):
    session = forger.open()
    clock.move(seconds=15)

    answers = [forger.send(session, 1, (0, 15)).json() for _time in range(100)]

    assert all(answer == answers[0] for answer in answers)
    assert Receipt.objects.count() == 1
    assert forger.check("heartbeat replayed") == 15


def test_a_heartbeat_with_new_numbers_counts_once(forger, clock):
    session = forger.open()
    clock.move(seconds=15)

    for number in range(1, 101):
        forger.send(session, number, (0, 15))

    assert forger.check("heartbeat renumbered") == 15


def test_a_jump_to_the_end_completes_nothing(forger, clock):
    session = forger.open()
    clock.move(seconds=5)

    answer = forger.send(session, 1, (0, LESSON_SECONDS)).json()

    assert answer["completed"] is False
    assert forger.check("jump to the end") == 10
    assert not LessonCompletion.objects.exists() and not CourseCompletion.objects.exists()


def test_999_999_seconds_are_no_part_of_any_lesson(forger, clock):
    session = forger.open()
    clock.move(seconds=5)

    assert forger.send(session, 1, (0, 999_999)).status_code == 422
    assert forger.check("999,999 seconds") == 0


def test_sixteen_times_the_speed_gains_no_more_than_top_speed(forger, clock):
    session = forger.open()

    for number in range(1, 9):
        clock.move(seconds=15)
        forger.send(session, number, ((number - 1) * 240, min(number * 240, LESSON_SECONDS)))

    assert forger.check("16 times the speed") <= 240
    assert not LessonCompletion.objects.exists()


@pytest.mark.parametrize("devices", [2, 10])
def test_many_tabs_of_one_lesson_are_one_person(forger, clock, devices):
    lesson = make.lesson(seconds=LESSON_SECONDS)
    sessions = [forger.open(lesson) for _device in range(devices)]
    clients = [make.signed_in(forger.person) for _device in range(devices)]

    for number in range(1, 5):
        clock.move(seconds=15)
        for place, session in enumerate(sessions):
            forger.client = clients[place]
            start = place * 150 + (number - 1) * 30
            forger.send(session, number, (start, start + 30))

    assert forger.check(f"{devices} tabs") == 120


@pytest.mark.parametrize("lessons", [2, 10])
def test_many_lessons_at_once_share_the_person_s_time(forger, clock, lessons):
    sessions = [forger.open() for _lesson in range(lessons)]

    for number in range(1, 5):
        clock.move(seconds=15)
        for session in sessions:
            forger.send(session, number, ((number - 1) * 30, number * 30))

    assert forger.check(f"{lessons} lessons") == 120


def test_a_new_session_for_each_report_brings_no_time_of_its_own(forger, clock):
    lesson = make.lesson(seconds=LESSON_SECONDS)

    for number in range(20):
        session = forger.open(lesson)
        clock.move(seconds=6)
        forger.send(session, 1, (number * 90, number * 90 + 90))

    assert forger.check("a session for each report") == 240


def test_a_session_left_open_overnight_pays_what_a_player_may_hold_back(forger, clock):
    session = forger.open()
    clock.move(hours=10)

    forger.send(session, 1, (0, LESSON_SECONDS))

    assert forger.check("overnight") == 1800


def test_heartbeats_saved_up_for_hours_pay_fifteen_minutes(forger, clock):
    session = forger.open(make.lesson(seconds=3 * 3600))
    for number in range(1, 37):
        clock.move(minutes=5)
        forger.send(session, number)

    answer = forger.send(session, 37, (0, 3 * 3600)).json()

    assert forger.check("saved up for three hours") == 1800
    assert answer["completed"] is False


def test_numbers_sent_backwards_bring_nothing_more(forger, clock):
    session = forger.open()
    clock.move(seconds=30)

    for number in range(60, 0, -1):
        forger.send(session, number, (number * 30 - 30, number * 30))

    assert forger.check("numbers backwards") == 60


@pytest.mark.parametrize(
    "claim", [{"at": "2030-01-01T00:00:00Z"}, {"percent": 100}, {"completed": True}, {"speed": 16}]
)
def test_what_a_phone_says_about_time_or_progress_is_not_read(forger, clock, claim):
    session = forger.open()
    clock.move(seconds=5)
    body = {"session": session.code, "number": 1, "stretches": [[0, 600]], **claim}

    answer = forger.client.post(
        "/learn/reports/", json.dumps(body), content_type="application/json", headers={"date": "Tue, 01 Jan 2030"}
    )

    assert (answer.json()["percent"], answer.json()["completed"]) == (0, False)
    assert forger.check(f"claims {next(iter(claim))}") == 10


def test_somebody_elses_session_cannot_be_used(forger, clock):
    victim = Forger(clock)
    session = victim.open()
    clock.move(seconds=60)

    answer = forger.send(session, 1, (0, 60))

    assert answer.status_code == 404
    assert victim.check("another person's session") == 0
    assert not Receipt.objects.exists()


def test_a_whole_track_claimed_in_steps_under_every_limit_takes_as_long_as_watching(forger, clock):
    course = make.live_course()
    lessons = [make.live_lesson(course, seconds=300) for _number in range(3)]
    make.published(*lessons)

    for lesson in lessons:
        session = forger.open(lesson)
        for number in range(1, 31):
            clock.move(seconds=2)
            forger.send(session, number, (number * 10 - 10, number * 10))

    assert forger.check("a track in steps") == 360
    assert not CourseCompletion.objects.exists()
