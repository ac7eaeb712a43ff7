"""POST /learn/checks/<code>/: what a player is told about a presence check, and what never travels."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from courses.models import Choice
from lms.learning.domain.checks import PAUSE_AFTER_FAILING, due_after
from lms.learning.models import PlaySession, PresenceCheck, StudyClock, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(clock):
    cache.clear()
    return PersonFactory(cadre=True)


@pytest.fixture
def client(person) -> Client:
    return make.signed_in(person)


@pytest.fixture
def lesson():
    return make.credit_lesson()


@pytest.fixture
def opened(client, lesson) -> dict:
    return post(client, "sessions/", {"lesson": lesson.pk}).json()


@pytest.fixture
def due(client, opened, clock) -> dict:
    """What the receipt says by which a check is due."""
    for number in range(1, 14):
        clock.move(seconds=60)
        stretch = [(number - 1) * 60, number * 60]
        receipt = report(client, opened["session"], number, stretch)
        if receipt["check_due"]:
            return receipt
    raise AssertionError("No check fell due in 13 minutes.")


def post(client: Client, address: str, body: object):
    return client.post(f"/learn/{address}", json.dumps(body), content_type="application/json")


def report(client: Client, session: str, number: int, *stretches: list[int]) -> dict:
    return post(client, "reports/", {"session": session, "number": number, "stretches": stretches}).json()


def answer(client: Client, told: dict, *, right: bool, **more: object) -> dict:
    """Answer rightly or wrongly: the factory's right choice is called 对的."""
    choice = next(each["id"] for each in told["question"]["choices"] if (each["text"] == "对的") == right)
    body = {"number": told["question"]["number"], "choice": choice, **more}
    return post(client, f"checks/{told['check']}/", body).json()


def ask(client: Client, receipt: dict) -> dict:
    return post(client, f"checks/{receipt['check_due']['check']}/", {}).json()


def test_a_receipt_names_the_check_and_the_same_number_gets_the_same_receipt(client, opened, due):
    assert due["check_due"] == {
        "check": PresenceCheck.objects.get().code,
        "after": WatchRecord.objects.get().covered_seconds,
    }

    assert report(client, opened["session"], due["number"], [0, 10]) == due


def test_the_question_travels_without_its_key(client, due):
    told = ask(client, due)

    assert told["outcome"] == "open" and told["text"]
    assert set(told["question"]) == {"number", "text", "choices", "sounds"}
    assert all(set(choice) == {"id", "text"} for choice in told["question"]["choices"])
    keys = {str(pk) for pk in Choice.objects.values_list("pk", flat=True)}
    assert not keys & {choice["id"] for choice in told["question"]["choices"]}
    assert ask(client, due) == told


def test_the_same_choice_is_called_otherwise_in_every_check(client, lesson, opened, due, clock):
    lesson.presence_questions.questions.exclude(pk=lesson.presence_questions.questions.first().pk).delete()
    first = ask(client, due)
    second = answer(client, first, right=False)

    assert first["question"]["text"] == second["question"]["text"]
    assert not {each["id"] for each in first["question"]["choices"]} & {
        each["id"] for each in second["question"]["choices"]
    }


def test_a_right_answer_says_how_far_the_lesson_has_come(client, opened, due):
    told = answer(client, ask(client, due), right=True, session=opened["session"])

    assert (told["outcome"], told["question"], told["check_due"]) == ("passed", None, None)
    assert told["percent"] == due["number"] * 60 * 100 // 1200
    assert told["completed"] is False


def test_three_wrong_answers_name_the_next_check_which_comes_after_a_pause(client, due, clock):
    told = ask(client, due)
    for _time in range(3):
        told = answer(client, told, right=False)

    assert told["outcome"] == "failed"
    later = ask(client, told)
    assert (later["question"], later["wait_seconds"]) == (None, PAUSE_AFTER_FAILING.total_seconds())
    clock.move(minutes=8)
    assert ask(client, told)["question"]


def test_opening_a_lesson_says_that_a_check_waits(client, lesson, due):
    again = post(client, "sessions/", {"lesson": lesson.pk}).json()

    assert again["check_due"] == due["check_due"]
    plain = post(client, "sessions/", {"lesson": make.lesson().pk}).json()
    assert plain["check_due"] is None


def test_a_lesson_that_is_done_still_asks_what_fell_due_in_it(client, person, clock):
    """Hers is the last minute behind the check; watching the rest again has no checks."""
    lesson = make.credit_lesson(seconds=500)
    opened = post(client, "sessions/", {"lesson": lesson.pk}).json()
    ahead = StudyClock.objects.get(person=person)
    StudyClock.objects.update(unchecked_seconds=due_after(ahead.seed, 0) - 470)
    clock.move(seconds=500)
    receipt = report(client, opened["session"], 1, [0, 500])
    assert receipt["completed"] and receipt["waiting"] == [[470, 500]]

    again = post(client, "sessions/", {"lesson": lesson.pk}).json()

    assert PlaySession.objects.get(code=again["session"]).has_checks is False
    assert again["check_due"] == receipt["check_due"]
    assert answer(client, ask(client, again), right=True, session=again["session"])["percent"] == 100


def test_only_the_person_herself_may_ask_and_answer(client, due):
    address = f"checks/{due['check_due']['check']}/"
    stranger = make.signed_in(PersonFactory(cadre=True))

    assert post(Client(), address, {}).status_code == 401
    assert post(stranger, address, {}).status_code == 404
    assert post(stranger, address, {"number": 1, "choice": "x" * 16}).status_code == 404
    assert client.get(f"/learn/{address}").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        {"choice": 1, "number": 1},
        {"choice": None, "number": 1},
        {"choice": "x" * 16, "number": True},
        {"choice": "x" * 16, "number": 2},
        {"choice": "x" * 16},
        {"choice": ["x"], "number": 1},
        {"session": 7},
    ],
)
def test_nonsense_is_answered_and_changes_nothing(client, due, body):
    ask(client, due)

    assert post(client, f"checks/{due['check_due']['check']}/", body).status_code == 400
    assert PresenceCheck.objects.get().wrong_count == 0


@pytest.mark.slow
def test_asking_too_often_is_refused(client, due):
    answers = [post(client, f"checks/{due['check_due']['check']}/", {}).status_code for _time in range(310)]

    assert answers[0] == 200 and answers[-1] == 429


def test_my_learning_says_that_a_question_waits(client, due, django_assert_max_num_queries):
    page = client.get("/learn/")

    assert b"data-check-waits" in page.content
    answer(client, ask(client, due), right=True)
    assert b"data-check-waits" not in client.get("/learn/").content
