"""Many reports in one request gain nothing over the same reports one by one, by cookie and by token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from lms.learning.models import PlaySession, Receipt, RefusedStretch, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.quick import URL, Way, report, token_of

pytestmark = pytest.mark.django_db

Answers = list[dict[str, Any]]
Send = Callable[[PlaySession, list[dict[str, Any]]], Answers]


def by_cookie(session: PlaySession, reports: list[dict[str, Any]]) -> Answers:
    client = make.signed_in(session.person)
    answer = client.post(URL, json.dumps({"reports": reports}), content_type="application/json")
    found: Answers = answer.json()["receipts"]
    return found


@pytest.fixture(params=["cookie", "token"])
def send(request, clock) -> Send:
    cache.clear()

    def by_token(session: PlaySession, reports: list[dict[str, Any]]) -> Answers:
        way = Way()
        status, _headers, answer = way.send(token_of(session, at=clock.now), {"reports": reports})
        assert (status, way.others) == (200, [])
        found: Answers = answer["receipts"]
        return found

    return by_cookie if request.param == "cookie" else by_token


@pytest.fixture
def session(clock) -> PlaySession:
    return make.play_session(PersonFactory(), make.lesson(seconds=3600), at=clock.now)


def gained(session: PlaySession) -> int:
    return WatchRecord.objects.get(pk=session.record_id).covered_seconds


def refused_seconds(session: PlaySession) -> list[bytes]:
    return [bytes(row.stretches) for row in RefusedStretch.objects.filter(person=session.person_id)]


def test_a_batch_brings_what_its_reports_bring_one_by_one(send, clock):
    lesson = make.lesson(seconds=3600)
    alone, together = (make.play_session(PersonFactory(), lesson, at=clock.now) for _way in range(2))
    stretches = [(place * 50, place * 50 + 60) for place in range(12)]
    clock.move(minutes=3)

    singly = [send(alone, [report(alone, number, pair)])[0] for number, pair in enumerate(stretches, start=1)]
    at_once = send(together, [report(together, number, pair) for number, pair in enumerate(stretches, start=1)])

    def words(answers: Answers) -> Answers:
        return [{name: value for name, value in answer.items() if name != "session"} for answer in answers]

    assert words(at_once) == words(singly)
    assert gained(together) == gained(alone) == 360, "three minutes at top speed"
    assert refused_seconds(together) == refused_seconds(alone) != []
    print(f"batch of {len(stretches)}: {gained(together)} lesson seconds in 180 real seconds")


def test_one_heartbeat_under_thirty_two_numbers_counts_once(send, session, clock):
    clock.move(seconds=15)

    send(session, [report(session, number, (0, 15)) for number in range(1, 33)])

    assert gained(session) == 15


def test_one_number_twice_in_a_batch_has_one_receipt(send, session, clock):
    clock.move(seconds=60)

    first, second = send(session, [report(session, 1, (0, 15)), report(session, 1, (15, 60))])

    assert first == second
    assert (gained(session), Receipt.objects.count()) == (15, 1)


def test_a_batch_sent_again_is_answered_again_and_changes_nothing(send, session, clock):
    clock.move(seconds=60)
    batch = [report(session, number, (number * 10, number * 10 + 10)) for number in (3, 1, 2)]

    first = send(session, batch)
    clock.move(hours=1)
    again = [send(session, batch) for _time in range(3)]

    assert again == [first] * 3
    assert (gained(session), Receipt.objects.count()) == (30, 3)


def test_each_report_of_a_batch_counts_for_the_rate_and_is_told_its_turn(send, session, clock):
    clock.move(seconds=60)
    numbers = range(1, 321)

    answers = [
        answer
        for start in range(0, 320, 32)
        for answer in send(session, [report(session, number, (0, 0)) for number in numbers[start : start + 32]])
    ]

    assert [answer.get("error") for answer in answers] == [None] * 300 + ["too_often"] * 20
    assert [answer["retry_after"] for answer in answers[300:]] == [2 * turn for turn in range(1, 21)]
    assert Receipt.objects.count() == 300
    clock.move(seconds=40)
    assert not any("error" in answer for answer in send(session, [report(session, n, (0, 0)) for n in range(301, 321)]))


def test_thirty_three_reports_are_refused_together(session, clock):
    clock.move(seconds=60)
    way = Way()

    status = way.send(token_of(session, at=clock.now), {"reports": [report(session, n, (0, 0)) for n in range(1, 34)]})

    assert status[0] == 299, "goes to where it is refused"
    assert not Receipt.objects.exists()


def test_what_is_wrong_in_a_batch_harms_no_neighbour(send, session, clock):
    clock.move(seconds=60)

    answers = send(session, [report(session, 1, (0, 15)), report(session, 2, (0, 9999)), report(session, 3, (15, 30))])

    assert [answer.get("error") for answer in answers] == [None, "beyond_lesson", None]
    assert gained(session) == 30


def test_a_batch_under_one_token_brings_nothing_to_another_session(session, clock):
    other = make.play_session(session.person, make.lesson(seconds=3600), at=clock.now)
    stranger = make.play_session(PersonFactory(), make.lesson(seconds=3600), at=clock.now)
    clock.move(seconds=60)
    way = Way()
    token = token_of(session, at=clock.now)

    mixed = [way.send(token, {"reports": [report(session, 1), report(each, 1)]})[0] for each in (other, stranger)]
    alone = way.send(token, {"reports": [report(stranger, 1), report(stranger, 2)]})[0]
    by_her_cookie = by_cookie(session, [report(session, 1), report(stranger, 1), report(other, 1)])

    assert [*mixed, alone] == [299] * 3
    assert [answer.get("error") for answer in by_her_cookie] == [None, "unknown_session", None]
    assert [gained(each) for each in (session, other, stranger)] == [15, 15, 0]


def test_batches_of_many_sessions_share_the_person_s_time(session, clock):
    others = [make.play_session(session.person, make.lesson(seconds=3600), at=clock.now) for _lesson in range(3)]
    clock.move(seconds=60)

    by_cookie(
        session, [report(each, number, (number * 30, number * 30 + 30)) for number in (1, 2, 3) for each in others]
    )

    assert sum(gained(each) for each in others) == 120
