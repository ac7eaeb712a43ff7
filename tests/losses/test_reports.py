"""What networks do to honest reports: no second is lost. Each test plays ten minutes and prints what was lost."""

import json
import random
from datetime import timedelta

import pytest

from lms.learning.domain.watching import open_session
from lms.learning.models import LessonCompletion, Receipt, RefusedStretch, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

SECONDS, EVERY = 600, 15


class Phone:
    """An honest player: it knows what it played, numbers it, and keeps it until it is answered."""

    def __init__(self, clock, speed: float = 1.0) -> None:
        self.clock, self.speed = clock, speed
        self.person = PersonFactory()
        self.client = make.signed_in(self.person)
        self.session = open_session(self.person, make.lesson(seconds=SECONDS), at=clock.now)
        self.begun = clock.now
        self.kept: list[dict] = []
        self.number = 0

    def play(self, start: int, end: int) -> dict:
        """Play on; the report that says so is kept."""
        self.clock.move(seconds=(end - start) / self.speed)
        self.number += 1
        report = {"session": self.session.code, "number": self.number, "stretches": [[start, end]]}
        self.kept.append(report)
        return report

    def post(self, body: dict) -> dict:
        answer = self.client.post("/learn/reports/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(self, report: dict) -> dict:
        answer = self.post(report)
        self.kept = [each for each in self.kept if each["number"] != answer["number"]]
        return answer

    def send_all(self) -> None:
        """All that is kept, in batches."""
        while self.kept:
            answers = self.post({"reports": self.kept[:32]})["receipts"]
            answered = {answer["number"] for answer in answers if "error" not in answer}
            self.kept = [each for each in self.kept if each["number"] not in answered]

    def check(self, loss: str) -> None:
        counted = WatchRecord.objects.get(person=self.person).covered_seconds
        print(f"{loss}: {SECONDS - counted} honest seconds lost")
        assert counted == SECONDS
        assert not RefusedStretch.objects.exists()
        assert LessonCompletion.objects.filter(person=self.person).count() == 1


def steps() -> list[tuple[int, int]]:
    return [(start, start + EVERY) for start in range(0, SECONDS, EVERY)]


@pytest.mark.parametrize("speed", [1.0, 1.25, 1.5, 2.0])
def test_plain_watching_at_any_offered_speed(clock, speed):
    phone = Phone(clock, speed)

    for step in steps():
        phone.send(phone.play(*step))

    phone.check(f"plain watching at {speed}")


def test_an_answer_that_never_arrived(clock):
    phone = Phone(clock)

    for step in steps():
        report = phone.play(*step)
        phone.post(report)  # the server heard it; the answer was lost
        clock.move(seconds=3)
        phone.send(report)

    phone.check("answers lost")
    assert Receipt.objects.count() == len(steps())


def test_a_third_of_all_requests_lost_and_sent_again_one_by_one(clock):
    phone, chance = Phone(clock), random.Random(7)

    for step in steps():
        phone.play(*step)
        for report in list(phone.kept):
            if chance.random() < 0.3:
                break
            phone.send(report)
    for report in list(phone.kept):
        phone.send(report)

    phone.check("30 % lost")


@pytest.mark.parametrize("seed", range(5))
def test_reports_that_overtake_each_other(clock, seed):
    phone, chance = Phone(clock, 1.5), random.Random(seed)

    for step in steps():
        phone.play(*step)
        if len(phone.kept) >= 8:
            chance.shuffle(phone.kept)
            for report in phone.kept[:5]:
                phone.send(report)
    chance.shuffle(phone.kept)
    for report in list(phone.kept):
        phone.send(report)

    phone.check("overtaking")


@pytest.mark.parametrize("silence", [timedelta(0), timedelta(minutes=20), timedelta(hours=48)])
def test_ten_minutes_without_network_and_then_all_at_once(clock, silence):
    phone = Phone(clock)

    for step in steps():
        phone.play(*step)
    clock.move(seconds=silence.total_seconds())
    phone.send_all()

    phone.check(f"offline, then {silence} of silence")


def test_a_phone_that_switches_between_two_lessons_without_network(clock):
    phone = Phone(clock)
    other = open_session(phone.person, make.lesson(seconds=60), at=clock.now)

    for start, end in steps():
        phone.play(start, end)
        if start == 300:
            clock.move(seconds=60)
            phone.kept.append({"session": other.code, "number": phone.number + 1000, "stretches": [[0, 60]]})
    phone.send_all()

    assert WatchRecord.objects.get(pk=other.record_id).covered_seconds == 60
    assert WatchRecord.objects.get(pk=phone.session.record_id).covered_seconds == SECONDS


def test_over_midnight_of_new_year_s_eve_in_beijing(clock):
    clock.set(2026, 12, 31, 23, 55, 0)
    phone = Phone(clock)

    for step in steps():
        phone.send(phone.play(*step))

    phone.check("over midnight")
