"""Days in the life of honest people, and of those who are not, under a moved clock and over HTTP."""

import json

import pytest

from courses.domain.outlines import write_outline
from courses.models import LessonPage
from lms.learning.domain.packages import issue_package
from lms.learning.domain.watching import open_session
from lms.learning.enums import EvidenceKind
from lms.learning.models import LessonCompletion, OfflinePackage, PlaySession, RefusedStretch, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

HOUR = 3600


class Phone:
    """One phone of a person: what it could not hand in yet lies in `kept`."""

    def __init__(self, clock, person) -> None:
        self.clock, self.person = clock, person
        self.client = make.signed_in(person)
        self.kept: list[dict] = []

    def fetch(self, lesson: LessonPage) -> OfflinePackage:
        return issue_package(self.person, lesson, at=self.clock.now)

    def open(self, lesson: LessonPage) -> PlaySession:
        return open_session(self.person, lesson, at=self.clock.now)

    def play(self, right: PlaySession | OfflinePackage, start: int, end: int, *, speed: float = 1.0, step: int = 15):
        """Play a part, a report for every `step` seconds of it; sending them is another matter."""
        name = "package" if isinstance(right, OfflinePackage) else "session"
        for begin in range(start, end, step):
            until = min(begin + step, end)
            self.clock.move(seconds=(until - begin) / speed)
            number = 1 + max((each["number"] for each in self.kept if each.get(name) == right.code), default=0)
            self.kept.append({name: right.code, "number": number, "stretches": [[begin, until]]})

    def sync(self) -> list[dict]:
        """Hand in all that is kept, in batches; nothing is dropped before it was answered."""
        answers = []
        for place in range(0, len(self.kept), 32):
            body = {"reports": self.kept[place : place + 32]}
            answer = self.client.post("/learn/reports/", json.dumps(body), content_type="application/json")
            assert answer.status_code == 200, answer.content
            answers += answer.json()["receipts"]
        return answers


def covered(lesson: LessonPage) -> dict[str, list]:
    record = WatchRecord.objects.get(lesson_key=lesson.translation_key)
    return {kind: record.coverage(kind).pairs for kind in (EvidenceKind.ONLINE, EvidenceKind.OFFLINE)}


def test_offline_on_monday_online_on_tuesday_on_another_phone_synced_on_wednesday(clock):
    clock.set(2026, 4, 13, 9, 0, 0)
    person, lesson = PersonFactory(), make.lesson(seconds=1800)
    old, new = Phone(clock, person), Phone(clock, person)
    package = old.fetch(lesson)
    clock.move(hours=1)
    old.play(package, 0, 1200)  # Monday, no network

    clock.set(2026, 4, 14, 20, 0, 0)
    session = new.open(lesson)
    new.play(session, 900, 1800)  # Tuesday, with network
    tuesday = new.sync()
    clock.set(2026, 4, 15, 12, 0, 0)
    wednesday = old.sync()

    assert not any(answer["refused"] for answer in tuesday + wednesday)
    assert covered(lesson) == {"online": [(900, 1800)], "offline": [(0, 1200)]}
    assert wednesday[-1]["percent"] == 100
    assert LessonCompletion.objects.get().completed_at == clock.now
    assert not RefusedStretch.objects.exists()


def test_the_same_phone_watches_three_lessons_on_the_bus_and_one_more_at_home(clock):
    person = PersonFactory()
    phone = Phone(clock, person)
    bus = [make.lesson(seconds=1200) for _number in range(3)]
    home = make.lesson(seconds=1200)
    packages = [phone.fetch(lesson) for lesson in bus]
    for package in packages:
        phone.play(package, 0, 1200, speed=2.0, step=60)
    at_home = Phone(clock, person)
    session = at_home.open(home)
    for start in range(0, 1200, 60):
        at_home.play(session, start, start + 60, speed=2.0, step=60)
        at_home.sync()

    receipts = phone.sync()

    assert not any(answer["refused"] for answer in receipts)
    assert LessonCompletion.objects.count() == 4
    assert not RefusedStretch.objects.exists()


def test_at_double_speed_a_session_and_then_a_package_on_a_bus_without_network(clock):
    """What a player may hold back of a session goes first: a package finds other time, a session only this."""
    person = PersonFactory()
    phone, later = Phone(clock, person), Phone(clock, person)
    buffered, fetched = make.lesson(seconds=1680), make.lesson(seconds=720)
    session, package = phone.open(buffered), phone.fetch(fetched)
    phone.play(session, 0, 1680, speed=2.0, step=60)
    later.play(package, 0, 720, speed=2.0, step=60)

    receipts = phone.sync() + later.sync()

    assert not any(answer["refused"] for answer in receipts)
    assert LessonCompletion.objects.count() == 2


@pytest.mark.slow
@pytest.mark.any_database
def test_two_hours_without_network_on_each_day_of_a_week_lose_nothing(clock):
    clock.set(2026, 4, 13, 6, 0, 0)
    phone = Phone(clock, PersonFactory())
    lessons = [make.lesson(seconds=2 * HOUR) for _day in range(6)]
    packages = [phone.fetch(lesson) for lesson in lessons]
    for day, package in enumerate(packages):
        clock.set(2026, 4, 13 + day, 19, 0, 0)
        phone.play(package, 0, 2 * HOUR, step=180)
    clock.set(2026, 4, 19, 8, 0, 0)

    refused = sync_slowly(phone)  # the village has network again on Sunday

    assert refused == 0
    assert LessonCompletion.objects.count() == 6


def sync_slowly(phone: Phone) -> int:
    """Hand in hundreds of reports as a phone does: when it is told to wait, it waits. Returns the seconds refused."""
    waiting, refused = list(phone.kept), 0
    while waiting:
        phone.kept = waiting
        answers = phone.sync()
        refused += sum(each["to"] - each["from"] for answer in answers for each in answer.get("refused", []))
        waiting = [report for report, answer in zip(waiting, answers, strict=True) if "error" in answer]
        phone.clock.move(minutes=5)
    return refused


def test_a_session_left_open_overnight_pays_what_a_player_may_hold_back(clock):
    phone = Phone(clock, PersonFactory())
    lesson = make.lesson(seconds=3 * HOUR)
    session = phone.open(lesson)
    clock.move(hours=10)
    phone.kept = [{"session": session.code, "number": 1, "stretches": [[0, 3 * HOUR]]}]

    (receipt,) = phone.sync()

    assert receipt["accepted"] == [[0, 1800]]
    assert receipt["refused"][0]["reason"] == "clock"


def test_a_package_fetched_once_and_a_week_claimed_at_once(clock):
    """Seven times 24 hours touch eight days of the calendar; each pays four hours: 32 of the 36 that are claimed."""
    phone = Phone(clock, PersonFactory())
    lessons = [make.lesson(seconds=3 * HOUR) for _number in range(12)]
    phone.kept = [
        {"package": phone.fetch(lesson).code, "number": 1, "stretches": [[0, 3 * HOUR]]} for lesson in lessons
    ]
    clock.move(days=7)

    receipts = phone.sync()

    paid = [sum(end - start for start, end in receipt["accepted"]) for receipt in receipts]
    assert paid == [3 * HOUR] * 10 + [2 * HOUR, 0]
    assert receipts[10]["refused"][0]["reason"] == "day_full"


def test_a_package_claimed_twice_from_two_backups_of_one_phone(clock):
    phone = Phone(clock, PersonFactory())
    package = phone.fetch(make.lesson(seconds=600))
    phone.play(package, 0, 600)
    backup = Phone(clock, phone.person)
    backup.kept = list(phone.kept)

    first, second = phone.sync(), backup.sync()

    assert first == second
    assert WatchRecord.objects.get().covered_seconds == 600


def test_the_recording_is_replaced_while_a_phone_is_in_the_fields(clock):
    """What was fetched counts for what it was; the new recording begins anew, and completes nothing twice."""
    phone = Phone(clock, PersonFactory())
    lesson = make.lesson(seconds=600)
    package = phone.fetch(lesson)
    session = phone.open(lesson)
    phone.play(package, 0, 600)
    lesson.video = make.ready_video(lesson.org, seconds=100)
    lesson.save()
    write_outline(lesson.course, clock.now)
    clock.move(days=1)
    phone.kept.append({"session": session.code, "number": 1, "stretches": [[0, 10]]})

    receipts = phone.sync()

    assert (receipts[-2]["percent"], receipts[-2]["completed"]) == (100, True)
    assert receipts[-1]["accepted"] == [[0, 10]]
    fresh = phone.open(lesson)
    assert (fresh.record.decoded_seconds, fresh.record.covered_seconds) == (100, 0)
    assert LessonCompletion.objects.get().decoded_seconds == 600


def test_a_suspended_person_loses_nothing_that_her_phone_keeps(clock):
    phone = Phone(clock, PersonFactory())
    package = phone.fetch(make.lesson(seconds=600))
    phone.play(package, 0, 600)
    phone.person.is_active = False
    phone.person.save()
    refused = phone.client.post(
        "/learn/reports/", json.dumps({"reports": phone.kept[:32]}), content_type="application/json"
    )
    clock.move(days=2)
    phone.person.is_active = True
    phone.person.save()
    again = Phone(clock, phone.person)
    again.kept = phone.kept

    again.sync()

    assert {answer["error"] for answer in refused.json()["receipts"]} == {"sign_in"}
    assert WatchRecord.objects.get().covered_seconds == 600


def test_two_accounts_merged_while_one_phone_is_in_the_fields(clock):
    """The phone signs in as the account that stays; what the other one fetched is handed in by it."""
    gone, stays = Phone(clock, PersonFactory()), Phone(clock, PersonFactory())
    package = gone.fetch(make.lesson(seconds=600))
    gone.play(package, 0, 600)
    gone.person.merged_into, gone.person.is_active = stays.person, False
    gone.person.save()
    clock.move(days=1)
    stays.kept = gone.kept

    receipts = stays.sync()

    assert receipts[-1]["completed"] is True
    assert list(LessonCompletion.objects.of(stays.person)) == [LessonCompletion.objects.get()]


def test_a_package_and_a_session_that_race_for_the_last_second(clock):
    """One real second is left: whoever comes first has it, the other is told why."""
    person, lesson = PersonFactory(), make.lesson(seconds=600)
    one, other = Phone(clock, person), Phone(clock, person)
    package, session = one.fetch(lesson), other.open(lesson)
    clock.move(seconds=1)
    one.kept = [{"package": package.code, "number": 1, "stretches": [[0, 2]]}]
    other.kept = [{"session": session.code, "number": 1, "stretches": [[10, 12]]}]

    (first,), (second,) = one.sync(), other.sync()

    assert first["accepted"] == [[0, 2]]
    assert second["refused"][0]["reason"] == "clock"
    assert WatchRecord.objects.get().covered_seconds == 2
