"""Lessons fetched to be watched without network, claimed over HTTP without being watched.

Each attack prints the lesson seconds it gained in a real minute; `pytest -s` shows them. None gains more than watching
at top speed does, and never more than four hours for each day in Beijing.
"""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client

from courses.models import LessonPage
from lms.learning.domain.evidence import OFFLINE_DAY_SECONDS, TOP_SPEED
from lms.learning.domain.packages import issue_package
from lms.learning.domain.watching import open_session
from lms.learning.models import CourseCompletion, LessonCompletion, PackageReceipt, WatchRecord
from lms.lib.durations import beijing_day
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

HOUR = 3600


class Forger:
    """A person who fetches lessons and claims what she likes."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.person = PersonFactory()
        self.client: Client = make.signed_in(self.person)
        self.begun: datetime = clock.now

    def fetch(self, lesson: LessonPage | None = None, *, seconds: int = 3 * HOUR) -> str:
        """The code of a package, fetched as a phone does."""
        lesson = lesson or make.lesson(seconds=seconds)
        if not lesson.video.renditions.exists():
            make.file_to_keep(lesson.video)
        answer = self.client.post(
            "/learn/packages/", json.dumps({"lesson": lesson.pk}), content_type="application/json"
        )
        return answer.json()["package"]

    def claim(self, code: str, number: int, *stretches: tuple[int, int], **more: object):
        body = {"package": code, "number": number, "stretches": [list(pair) for pair in stretches], **more}
        return self.client.post("/learn/reports/", json.dumps(body), content_type="application/json")

    def check(self, attack: str) -> int:
        """Print what was gained, assert that it is no more than watching gains, and return it."""
        gained = sum(record.covered_seconds for record in WatchRecord.objects.filter(person=self.person))
        real = (self.clock.now - self.begun) / timedelta(seconds=1)
        days = (beijing_day(self.clock.now) - beijing_day(self.begun)).days + 1
        print(
            f"{attack}: {gained} lesson seconds in {real:.0f} real seconds, {gained / max(real, 1) * 60:.1f} a minute"
        )
        assert gained <= TOP_SPEED * real
        assert gained <= OFFLINE_DAY_SECONDS * days
        return gained


@pytest.fixture
def forger(clock) -> Forger:
    return Forger(clock)


@pytest.mark.parametrize(
    ("wait", "gained"),
    [
        pytest.param(timedelta(0), 0, id="at once", marks=pytest.mark.slow),
        pytest.param(timedelta(minutes=1), 120, id="1 minute", marks=pytest.mark.slow),
        pytest.param(timedelta(hours=1), 2 * HOUR, id="1 hour", marks=[pytest.mark.slow, pytest.mark.any_database]),
        pytest.param(timedelta(hours=12), 4 * HOUR, id="12 hours", marks=pytest.mark.slow),
        pytest.param(timedelta(days=7), 8 * 4 * HOUR, id="7 days"),
        pytest.param(timedelta(days=7, seconds=1), 0, id="7 days and a second"),
    ],
)
def test_a_package_claimed_after_some_time_pays_what_law_three_says(forger, clock, wait, gained):
    codes = [forger.fetch() for _lesson in range(12)]
    clock.move(seconds=wait.total_seconds())

    for code in codes:
        forger.claim(code, 1, (0, 3 * HOUR))

    assert forger.check(f"12 packages claimed after {wait}") == gained


def test_a_package_claimed_twice_counts_once(forger, clock):
    code = forger.fetch()
    clock.move(hours=1)

    first = forger.claim(code, 1, (0, HOUR)).json()
    again = [forger.claim(code, number, (0, HOUR)).json() for number in (1, 2, 3)]

    assert again[0] == first
    assert all(answer["accepted"] == [[0, HOUR]] for answer in again)
    assert forger.check("a package claimed twice") == HOUR
    assert PackageReceipt.objects.count() == 3


def test_a_lesson_fetched_ten_times_is_one_person_s_lesson(forger, clock):
    lesson = make.lesson(seconds=3 * HOUR)
    codes = [forger.fetch(lesson) for _phone in range(10)]
    clock.move(minutes=10)

    for place, code in enumerate(codes):
        forger.claim(code, 1, (place * 1000, place * 1000 + 1000))

    assert forger.check("one lesson fetched ten times") == 1200


def test_a_package_and_a_session_share_the_person_s_time(forger, clock):
    session = open_session(forger.person, make.lesson(seconds=HOUR), at=clock.now)
    code = forger.fetch()
    for number in range(1, 21):
        clock.move(seconds=15)
        start = (number - 1) * 30
        body = {"session": session.code, "number": number, "stretches": [[start, start + 30]]}
        forger.client.post("/learn/reports/", json.dumps(body), content_type="application/json")

    answer = forger.claim(code, 1, (0, HOUR)).json()

    assert answer["accepted"] == []
    assert forger.check("a package beside a session at top speed") == 600


def test_a_package_fetched_after_the_other_does_not_pay_for_what_was_paid(forger, clock):
    """A chain of packages, each fetched when the last one was claimed, never gains a second more."""
    for _number in range(12):
        code = forger.fetch()
        clock.move(minutes=5)
        forger.claim(code, 1, (0, 3 * HOUR))

    assert forger.check("packages in a chain") == 7200


@pytest.mark.slow
@pytest.mark.any_database
def test_a_package_renewed_every_six_days_pays_four_hours_of_a_day(forger, clock):
    for _week in range(3):
        codes = [forger.fetch() for _lesson in range(12)]
        clock.move(days=6)
        for code in codes:
            forger.claim(code, 1, (0, 3 * HOUR))

    # 18 days touch 19 days of the calendar.
    assert forger.check("renewed every six days") == 19 * OFFLINE_DAY_SECONDS


@pytest.mark.parametrize(
    "claim",
    [
        {"at": "2030-01-01T00:00:00Z"},
        {"watched_at": [["2026-04-15T02:00:00Z", "2026-04-15T09:00:00Z"]]},
        {"valid_until": "2030-01-01T00:00:00Z"},
        {"percent": 100},
        {"completed": True},
        {"kind": "online"},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_what_a_phone_says_about_time_progress_or_evidence_is_not_read(forger, clock, claim):
    code = forger.fetch(seconds=600)
    clock.move(seconds=30)

    answer = forger.claim(code, 1, (0, 600), **claim).json()

    assert (answer["percent"], answer["completed"]) == (10, False)
    assert not WatchRecord.objects.get(person=forger.person).online
    assert forger.check(f"claims {next(iter(claim))}") == 60


def test_a_whole_course_fetched_and_claimed_at_once_takes_as_long_as_watching(forger, clock):
    course = make.live_course()
    lessons = [make.live_lesson(course, seconds=600) for _number in range(5)]
    make.published(*lessons)
    codes = [forger.fetch(lesson) for lesson in lessons]
    clock.move(minutes=10)

    for code in codes:
        forger.claim(code, 1, (0, 600))

    assert forger.check("a course claimed after ten minutes") == 1200
    assert LessonCompletion.objects.count() == 2
    assert not CourseCompletion.objects.exists()


def test_somebody_elses_package_cannot_be_used(forger, clock):
    victim = Forger(clock)
    code = victim.fetch()
    clock.move(hours=1)

    answer = forger.claim(code, 1, (0, HOUR))

    assert answer.status_code == 404
    assert victim.check("another person's package") == 0
    assert not PackageReceipt.objects.exists()


def test_a_package_s_code_is_no_session_and_a_session_s_code_no_package(forger, clock):
    session = open_session(forger.person, make.lesson(seconds=HOUR), at=clock.now)
    code = forger.fetch()
    clock.move(hours=10)

    as_session = {"session": code, "number": 1, "stretches": [[0, HOUR]]}
    answers = [
        forger.client.post("/learn/reports/", json.dumps(as_session), content_type="application/json"),
        forger.claim(session.code, 1, (0, HOUR)),
        forger.claim(code, 1, (0, HOUR), session=session.code),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 200]
    # The one that names both is a report of the session, and paid as one: 15 minutes at top speed.
    assert forger.check("a code of the other kind") == 1800


def test_two_accounts_that_become_one_have_one_clock_for_what_they_fetched(forger, clock):
    twin = Forger(clock)
    codes = [forger.fetch(), twin.fetch()]
    twin.person.merged_into, twin.person.is_active = forger.person, False
    twin.person.save()
    clock.move(hours=1)

    for code in codes:
        forger.claim(code, 1, (0, 3 * HOUR))

    gained = sum(WatchRecord.objects.values_list("covered_seconds", flat=True))
    print(f"two accounts merged: {gained} lesson seconds in {HOUR} real seconds")
    assert gained == 2 * HOUR


def test_a_package_issued_by_the_story_is_what_the_address_gives(forger, clock):
    """The attacks above go through the address; this one shows that it has no second door."""
    lesson = make.lesson(seconds=HOUR)
    code = issue_package(forger.person, lesson, at=clock.now).code
    clock.move(minutes=1)

    forger.claim(code, 1, (0, HOUR))

    assert forger.check("by the story") == 120
