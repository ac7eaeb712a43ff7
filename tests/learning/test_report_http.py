"""POST /learn/reports/: what players send and are told."""

import json
from collections.abc import Iterable
from datetime import UTC
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.client import ClientHandler

from lms.handlers import ShortWay
from lms.learning.counters import counted
from lms.learning.enums import RefusalReason
from lms.learning.models import LessonCompletion, Receipt, RefusedStretch, WatchRecord
from lms.lib.durations import beijing_day
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

URL = "/learn/reports/"


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def session(person, clock):
    session = make.play_session(person, make.lesson(), at=clock.now)
    clock.move(seconds=60)
    return session


class ReportClientHandler(ShortWay, ClientHandler):
    """The short way as the test client calls it."""


class ByTheShortWay(Client):
    """Reports go as `lms.wsgi` sends them."""

    def request(self, **request):
        whole, self.handler = self.handler, self.short if request["PATH_INFO"] == URL else self.handler
        try:
            return super().request(**request)
        finally:
            self.handler = whole

    short = ReportClientHandler(enforce_csrf_checks=True)


@pytest.fixture(params=[Client, ByTheShortWay])
def client(person, request) -> Client:
    cache.clear()
    client = request.param()
    client.force_login(person)
    return client


def send(client: Client, body: object, **extra):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, data, content_type=extra.pop("content_type", "application/json"), **extra)


def test_an_unpublished_lesson_opens_for_nobody_and_open_sessions_keep_their_honest_minutes(client, session, clock):
    """Law 5: what was watched before, and what a player held back for the window of a report, is not dropped."""
    send(client, {"session": session.code, "number": 1, "stretches": [[0, 60]]})
    session.page.specific.unpublish()
    clock.move(minutes=14, seconds=30)

    opened = client.post("/learn/sessions/", {"lesson": session.page_id}, content_type="application/json")
    renewed = client.post(f"/learn/sessions/{session.code}/addresses/", {}, content_type="application/json")
    anyone = Client().post("/learn/addresses/", {"lesson": session.page_id}, content_type="application/json")
    held_back = send(client, {"session": session.code, "number": 2, "stretches": [[60, 600]]}).json()

    assert [answer.status_code for answer in (opened, renewed, anyone)] == [403, 403, 403]
    assert (held_back["accepted"], held_back["refused"], held_back["percent"]) == ([[60, 600]], [], 100)
    assert WatchRecord.objects.get().covered_seconds == 600
    assert LessonCompletion.objects.get().person == session.person
    assert not RefusedStretch.objects.exists()


def test_report_is_answered_with_its_receipt(client, session):
    answer = send(client, {"session": session.code, "number": 1, "stretches": [[0, 15], [20, 200]]})

    assert answer.status_code == 200
    assert answer.json() == {
        "session": session.code,
        "number": 1,
        "accepted": [[0, 15], [20, 125]],
        "refused": [
            {"from": 125, "to": 200, "reason": "clock", "text": str(RefusalReason.CLOCK.label)},
        ],
        "percent": 20,
        "resume_point": 200,
        "completed": False,
        "credit": None,
        "check_due": None,
    }


def test_a_report_costs_seven_statements_in_one_transaction(client, session, django_assert_num_queries):
    send(client, {"session": session.code, "number": 1, "stretches": [[0, 15]]})

    # sign-in, play session; savepoint, clock, what it is judged by, then record, clock, receipt; savepoint released
    with django_assert_num_queries(9):
        answer = send(client, {"session": session.code, "number": 2, "stretches": [[15, 30]]})

    assert answer.json()["accepted"] == [[15, 30]]


def test_beacon_sends_plain_text(client, session):
    body = {"session": session.code, "number": 1, "stretches": [[0, 15]]}

    answer = send(client, body, content_type="text/plain;charset=UTF-8", headers={"origin": "http://testserver"})

    assert answer.json()["accepted"] == [[0, 15]]


@pytest.mark.parametrize(
    ("headers", "content_type", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, "text/plain", 200),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, "application/json", 403),
        ({"sec-fetch-site": "same-site"}, "application/json", 403),
        ({"origin": "https://evil.example"}, "application/json", 403),
        ({"origin": "null"}, "text/plain", 403),
        ({}, "text/plain", 403),
        ({}, "application/json", 200),
    ],
)
def test_only_our_own_pages_are_answered(client, session, headers, content_type, status):
    body = {"session": session.code, "number": 1, "stretches": [[0, 15]]}

    assert send(client, body, headers=headers, content_type=content_type).status_code == status


MALFORMED = {
    "not json": (b"heartbeat", 400, "malformed"),
    "not utf-8": (b"\xff\xfe\x00", 400, "malformed"),
    "empty": (b"", 400, "malformed"),
    "a list": ([1, 2], 400, "malformed"),
    "not a number": ('{"session": "SESSION", "number": NaN, "stretches": []}', 400, "malformed"),
    "infinity": ('{"session": "SESSION", "number": 1, "stretches": [[0, Infinity]]}', 400, "malformed"),
    "deep": ('{"stretches": ' + "[" * 3000 + "]" * 1000 + "}", 400, "malformed"),
    "huge number": ('{"session": "SESSION", "number": 1' + "0" * 3000 + ', "stretches": []}', 400, "wrong_value"),
    "no session": ({"number": 1, "stretches": []}, 400, "wrong_value"),
    "session is a number": ({"session": 7, "number": 1, "stretches": []}, 400, "wrong_value"),
    "session is not ascii": ({"session": "课", "number": 1, "stretches": []}, 400, "wrong_value"),
    "number is text": ({"session": "SESSION", "number": "1", "stretches": []}, 400, "wrong_value"),
    "number is true": ({"session": "SESSION", "number": True, "stretches": []}, 400, "wrong_value"),
    "number is 1.0": ({"session": "SESSION", "number": 1.0, "stretches": []}, 400, "wrong_value"),
    "number is 0": ({"session": "SESSION", "number": 0, "stretches": []}, 400, "wrong_value"),
    "stretches missing": ({"session": "SESSION", "number": 1}, 400, "wrong_value"),
    "stretches is an object": ({"session": "SESSION", "number": 1, "stretches": {}}, 400, "wrong_value"),
    "stretch of one": ({"session": "SESSION", "number": 1, "stretches": [[1]]}, 400, "wrong_value"),
    "stretch of floats": ({"session": "SESSION", "number": 1, "stretches": [[0.0, 15.0]]}, 400, "wrong_value"),
    "stretch of bools": ({"session": "SESSION", "number": 1, "stretches": [[False, True]]}, 400, "wrong_value"),
    "stretch of text": ({"session": "SESSION", "number": 1, "stretches": [["0", "15"]]}, 400, "wrong_value"),
    "negative": ({"session": "SESSION", "number": 1, "stretches": [[-5, 15]]}, 400, "wrong_value"),
    "reversed": ({"session": "SESSION", "number": 1, "stretches": [[15, 0]]}, 400, "wrong_value"),
    "beyond the lesson": ({"session": "SESSION", "number": 1, "stretches": [[0, 999_999]]}, 422, "beyond_lesson"),
    "beyond everything": ({"session": "SESSION", "number": 1, "stretches": [[0, 10**30]]}, 422, "beyond_lesson"),
    "too many stretches": ({"session": "SESSION", "number": 1, "stretches": [[0, 1]] * 65}, 400, "too_many"),
    "oversized": ({"session": "SESSION", "number": 1, "stretches": [[0, 1]] * 1000}, 413, "too_large"),
    "enormous": (b"[" * 1_000_000, 413, "too_large"),
    "reports is empty": ({"reports": []}, 400, "wrong_value"),
    "too many reports": ({"reports": [1] * 33}, 400, "too_many"),
    "unknown session": ({"session": "x" * 22, "number": 1, "stretches": []}, 404, "unknown_session"),
    "claims a percentage": ({"session": "SESSION", "percent": 100, "completed": True}, 400, "wrong_value"),
}


# By the whole way one of each answer: the same view gives them.
TELLING = ["not json", "number is true", "beyond the lesson", "too many stretches", "oversized", "unknown session"]


def by_both_ways(cases: Iterable[str]) -> Any:
    """Each case by the short way, as `lms.wsgi` sends reports; by the whole way a few at a keyboard."""
    return [
        pytest.param(way, case, marks=pytest.mark.slow if way is Client and case not in TELLING else [])
        for way, case in product((Client, ByTheShortWay), cases)
    ]


@pytest.mark.parametrize(("client", "case"), by_both_ways(MALFORMED), indirect=["client"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_bad_report_gets_a_clear_answer_a_counter_and_no_row(client, session, clock, case, language):
    body, status, code = MALFORMED[case]
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).replace("SESSION", session.code)
    client.cookies["django_language"] = language

    answer = send(client, body, headers={"sec-fetch-site": "same-origin"})

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["message"]
    assert counted(code, beijing_day(clock.now)) == 1
    assert not Receipt.objects.exists() and not RefusedStretch.objects.exists()
    assert WatchRecord.objects.get().covered_seconds == 0


def test_a_stranger_cannot_report_on_somebody_elses_session(session):
    stranger = make.signed_in(PersonFactory())

    answer = send(stranger, {"session": session.code, "number": 1, "stretches": [[0, 15]]})

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_session")
    assert not Receipt.objects.exists()


def test_without_sign_in_the_player_is_told_to_keep_its_evidence(session):
    answer = send(Client(), {"session": session.code, "number": 1, "stretches": [[0, 15]]})

    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in")


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "changed"}])
def test_a_suspended_person_or_an_outdated_sign_in_cannot_report(client, session, person, change):
    for name, value in change.items():
        setattr(person, name, value)
    person.save()

    answer = send(client, {"session": session.code, "number": 1, "stretches": [[0, 15]]})

    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in")


def test_get_is_not_answered(client):
    answer = client.get(URL)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("client", [pytest.param(Client, marks=pytest.mark.slow), ByTheShortWay], indirect=True)
def test_over_rate_reports_are_told_when_to_come_again(client, session):
    for number in range(1, 301):
        send(client, {"session": session.code, "number": number, "stretches": []})

    answer = send(client, {"session": session.code, "number": 301, "stretches": [[0, 1]]})

    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (429, "too_often", "2")
    assert Receipt.objects.count() == 300


def test_each_report_of_a_batch_is_answered_on_its_own(client, session):
    reports = [
        {"session": session.code, "number": 1, "stretches": [[0, 15]]},
        {"session": "x" * 22, "number": 2, "stretches": [[0, 15]]},
        "nonsense",
        {"session": session.code, "number": 3, "stretches": [[15, 30]]},
    ]

    receipts = send(client, {"reports": reports}).json()["receipts"]

    assert [each.get("error") for each in receipts] == [None, "unknown_session", "malformed", None]
    assert (receipts[1]["session"], receipts[1]["number"]) == ("x" * 22, 2)
    assert receipts[3]["accepted"] == [[15, 30]]


def test_the_last_report_of_a_lesson_says_that_it_is_complete(client, person, clock):
    session = make.play_session(person, make.lesson(seconds=20), at=clock.now)
    clock.move(seconds=20)

    answer = send(client, {"session": session.code, "number": 1, "stretches": [[0, 20]]})

    assert answer.json()["completed"] is True
    assert LessonCompletion.objects.get().completed_at == clock.now.astimezone(UTC)


def test_the_short_way_answers_with_the_same_headers(person, session):
    answers = []
    for kind in (Client, ByTheShortWay):
        client = kind()
        client.force_login(person)
        answers.append(send(client, {"session": session.code, "number": 1, "stretches": [[0, 5]]}, secure=True))

    whole, short = answers
    assert whole.json() == short.json()
    missing = set(whole.headers) - set(short.headers)
    not_for_json = {"X-Frame-Options", "Content-Security-Policy", "Content-Length", "Vary"}
    assert missing <= not_for_json, "none that a JSON answer needs"
    assert {name: short.headers[name] for name in short.headers} == {
        name: whole.headers[name] for name in short.headers
    }
