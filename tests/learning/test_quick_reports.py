"""The quick way of a watch report: with a good play token, without Django's handlers."""

import json
from datetime import UTC, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.test.client import ClientHandler

from lms.handlers import ShortWay
from lms.learning import pressure
from lms.learning.counters import counted
from lms.learning.domain import gathering, grouping
from lms.learning.domain.tokens import TOKEN_VALID, read_token
from lms.learning.models import PlaySession, Receipt, RefusedStretch, WatchRecord
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.quick import URL, Way, report, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def way() -> Way:
    cache.clear()
    return Way()


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def session(person, clock) -> PlaySession:
    session = make.play_session(person, make.lesson(), at=clock.now)
    clock.move(seconds=60)
    return session


def test_the_quick_way_answers_word_for_word_as_the_others_do(way, session, clock):
    class ReportClientHandler(ShortWay, ClientHandler):
        pass

    status, headers, answer = way.send(token_of(session, at=clock.now), report(session, 1, (0, 15), (20, 200)))
    client = Client()
    client.handler = ReportClientHandler()
    client.force_login(session.person)
    other = client.post(
        URL,
        json.dumps(report(session)),
        content_type="application/json",
        headers={"sec-fetch-site": "same-origin"},
        secure=True,
    )

    assert (status, answer) == (200, other.json())
    assert answer["refused"][0]["text"] and not way.others
    assert headers.items() >= {name: value for name, value in other.headers.items() if name != "Vary"}.items()


def test_opening_a_lesson_gives_a_token_that_needs_no_cookie(way, person, clock):
    client = make.signed_in(person)
    opened = client.post("/learn/sessions/", {"lesson": make.lesson().pk}, content_type="application/json").json()
    clock.move(seconds=15)

    body = {"session": opened["session"], "number": 1, "stretches": [[0, 15]]}
    status, _headers, answer = way.send(opened["token"], body)

    assert (status, answer["accepted"]) == (200, [[0, 15]])
    assert len(opened["token"]) == 76


def test_a_report_costs_seven_statements(way, session, clock, django_assert_num_queries):
    token = token_of(session, at=clock.now)

    with django_assert_num_queries(7):
        way.send(token, report(session))


def test_a_token_is_good_for_fifteen_minutes(way, session, clock):
    token = token_of(session, at=clock.now)
    clock.move(seconds=TOKEN_VALID.total_seconds() - 1)
    before = way.send(token, report(session, 1))[0]
    clock.move(seconds=1)
    after = way.send(token, report(session, 2))[0]

    assert (before, after) == (200, 299)


def test_a_report_with_an_old_token_and_a_good_cookie_brings_a_new_token(session, clock):
    client = make.signed_in(session.person)
    old = token_of(session, at=clock.now - timedelta(hours=1))

    answers = [
        client.post(URL, json.dumps(report(session)), content_type="application/json", headers=headers)
        for headers in ({"x-play-token": old}, {})
    ]

    assert read_token(answers[0]["X-Play-Token"], at=clock.now.astimezone(UTC)).session_id == session.pk
    assert "X-Play-Token" not in answers[1], "a player that shows none does not know what it is"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"heartbeat", {}),
        (b'{"session": "S", "number": NaN, "stretches": []}', {}),
        (b'{"reports": [], "session": "S", "number": 1, "stretches": []}', {}),
        (b'{"session": "S", "number": 1, "stretches": [[5, 0]]}', {}),
        (b"{}", {"REQUEST_METHOD": "GET"}),
        (b"{}", {"HTTP_SEC_FETCH_SITE": "cross-site"}),
        (b"{}", {"HTTP_X_PLAY_TOKEN": ""}),
        (b"{}", {"CONTENT_LENGTH": ""}),
        (b"{}", {"CONTENT_LENGTH": "4097"}),
        (b"{}", {"CONTENT_LENGTH": "-1"}),
    ],
)
def test_what_is_not_plain_goes_the_other_way_with_all_of_its_body(way, session, clock, body, headers):
    status, _headers, _answer = way.send(token_of(session, at=clock.now), body, **headers)

    assert status == 299
    assert way.others == [body]
    assert not Receipt.objects.exists()


def test_http_goes_the_other_way_where_https_is_asked_for(way, session, clock, settings):
    settings.SECURE_SSL_REDIRECT = True
    token = token_of(session, at=clock.now)

    assert way.send(token, report(session), **{"wsgi.url_scheme": "http"})[0] == 299
    assert way.send(token, report(session))[0] == 200


@pytest.mark.parametrize("pairs", [[(0, 999)], [(0, 9_999_999)]])
def test_what_the_lesson_does_not_have_is_refused_and_counted(way, session, clock, pairs):
    status, _headers, answer = way.send(token_of(session, at=clock.now), report(session, 1, *pairs))

    assert (status, answer["error"]) == (422, "beyond_lesson")
    assert counted("beyond_lesson", beijing_day(clock.now)) == 1
    assert not Receipt.objects.exists()


def test_over_rate_reports_are_told_when_to_come_again_in_the_language_of_the_person(way, session, clock):
    token = token_of(session, at=clock.now)
    for number in range(1, 301):
        assert way.send(token, report(session, number, (0, 0)))[0] == 200

    status, headers, answer = way.send(token, report(session, 301), HTTP_COOKIE="django_language=en")

    assert (status, answer["error"], headers["Retry-After"]) == (429, "too_often", "2")
    assert answer["message"] == "Too many requests. Please wait a moment."
    assert counted("too_often", beijing_day(clock.now)) == 1


def test_past_capacity_reports_are_sent_away_at_once_and_counted(way, session, clock, monkeypatch, settings):
    monkeypatch.setattr(pressure, "waiting", lambda: settings.REPORTS_WAITING + 1)
    monkeypatch.setattr(gathering.GROUP, "underway", pressure.UNDERWAY)
    client = make.signed_in(session.person)

    status, headers, answer = way.send(token_of(session, at=clock.now), report(session))
    by_cookie = client.post(URL, json.dumps(report(session)), content_type="application/json")

    assert (status, answer["error"]) == (by_cookie.status_code, by_cookie.json()["error"]) == (503, "busy")
    assert 2 <= int(headers["Retry-After"]) <= 10 and 2 <= int(by_cookie["Retry-After"]) <= 10
    assert counted("busy", beijing_day(clock.now)) == 2
    assert not Receipt.objects.exists()


def test_a_crowd_that_does_not_go_away_does_not_stop_the_work(way, session, clock, monkeypatch, settings):
    monkeypatch.setattr(pressure, "waiting", lambda: settings.REPORTS_WAITING * 10)

    assert gathering.GROUP.underway == 0
    assert way.send(token_of(session, at=clock.now), report(session))[0] == 200
    assert gathering.GROUP.underway == 0


def test_a_database_that_does_not_serve_is_no_receipt_and_passes(way, session, clock, monkeypatch):
    def locked(*arguments):
        raise OperationalError("database is locked")

    token = token_of(session, at=clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(grouping, "_accept_together", locked)
        status, _headers, answer = way.send(token, report(session))
    later = way.send(token, report(session))

    assert (status, answer["error"]) == (503, "busy")
    assert later[2]["accepted"] == [[0, 15]]


def test_a_fault_of_ours_goes_the_other_way(way, session, clock, monkeypatch):
    monkeypatch.setattr(grouping, "_accept_together", lambda reports: 1 / 0)
    monkeypatch.setattr(grouping, "accept_report", lambda *a, **k: 1 / 0)

    assert way.send(token_of(session, at=clock.now), report(session))[0] == 299


def test_a_batch_of_kept_reports_costs_as_many_statements_as_one(way, session, clock, django_assert_num_queries):
    token = token_of(session, at=clock.now)
    batch = [report(session, number, (number, number + 1)) for number in range(1, 33)]

    with django_assert_num_queries(7):
        status, _headers, answer = way.send(token, {"reports": batch})

    assert (status, way.others) == (200, [])
    assert [each["accepted"] for each in answer["receipts"]] == [[[number, number + 1]] for number in range(1, 33)]


def test_a_batch_that_is_partly_refused_keeps_that_once(way, session, clock):
    batch = [report(session, number, (number * 15, number * 15 + 15)) for number in range(1, 33)]

    way.send(token_of(session, at=clock.now), {"reports": batch})

    # sixty seconds pay for 120; the rest of 480 is kept in one row
    assert Stretches.from_bytes(RefusedStretch.objects.get().stretches).pairs == [(135, 495)]


def test_a_token_stands_for_her_even_where_somebody_else_has_signed_in_on_the_same_phone(way, session, clock):
    """She signed out with a report waiting: for the token's fifteen minutes the phone may hand it in for her."""
    his = make.signed_in(PersonFactory()).cookies[settings.SESSION_COOKIE_NAME].value

    cookie = f"{settings.SESSION_COOKIE_NAME}={his}"
    status, _headers, answer = way.send(token_of(session, at=clock.now), report(session), HTTP_COOKIE=cookie)

    assert (status, answer["accepted"]) == (200, [[0, 15]])
    assert WatchRecord.objects.get().person == session.person


def test_a_batch_with_an_old_token_and_a_good_cookie_brings_a_new_token(session, clock):
    client = make.signed_in(session.person)
    old = token_of(session, at=clock.now - timedelta(hours=1))
    other = make.play_session(session.person, make.lesson(), at=clock.now)

    answers = [
        client.post(URL, json.dumps({"reports": batch}), content_type="application/json", headers={"x-play-token": old})
        for batch in ([report(session, 1), report(session, 2)], [report(session, 3), report(other)])
    ]

    assert read_token(answers[0]["X-Play-Token"], at=clock.now.astimezone(UTC)).session_id == session.pk
    assert "X-Play-Token" not in answers[1]
