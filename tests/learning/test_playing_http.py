"""Opening lessons over HTTP, renewing addresses, adopting places."""

import json

import pytest
from django.test import Client

from courses.enums import Access
from lms.learning.models import PlaySession, WatchRecord
from media.models import Video
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person) -> Client:
    return make.signed_in(person)


def post(client: Client, address: str, body: object):
    return client.post(f"/learn/{address}", json.dumps(body), content_type="application/json")


def test_opening_a_lesson_tells_all_that_a_player_needs(client, person):
    lesson = make.lesson()

    answer = post(client, "sessions/", {"lesson": lesson.pk})

    told = answer.json()
    assert answer.status_code == 200
    assert told["session"] == PlaySession.objects.get(person=person).code
    assert told["addresses"]["master"].startswith("/files/v/")
    assert {name: told[name] for name in ("seconds", "resume_point", "percent", "covered", "completed")} == {
        "seconds": 600,
        "resume_point": 0,
        "percent": 0,
        "covered": [],
        "completed": False,
    }


@pytest.mark.parametrize("lesson", ["1", True, 1.0, None, -1, [], 10**20])
def test_opening_nonsense_is_answered(client, lesson):
    answer = post(client, "sessions/", {"lesson": lesson})

    assert (answer.status_code, answer.json()["error"]) == (400, "wrong_value")
    assert not PlaySession.objects.exists()


def test_opening_needs_sign_in_and_a_lesson_that_can_be_played(client):
    lesson = make.lesson()
    assert post(Client(), "sessions/", {"lesson": lesson.pk}).status_code == 401
    Video.objects.update(taken_down_at="2026-04-15T00:00Z")

    answer = post(client, "sessions/", {"lesson": lesson.pk})

    assert (answer.status_code, answer.json()["error"]) == (403, "cannot_play")
    assert post(client, "sessions/", {"lesson": 999_999}).json()["error"] == "cannot_play"
    assert not PlaySession.objects.exists()


def test_addresses_are_renewed_for_ones_own_session_only(client):
    code = post(client, "sessions/", {"lesson": make.lesson().pk}).json()["session"]
    stranger = make.signed_in(PersonFactory())

    assert "master" in post(client, f"sessions/{code}/addresses/", {}).json()["addresses"]
    assert post(stranger, f"sessions/{code}/addresses/", {}).status_code == 404


def test_addresses_are_not_renewed_after_a_takedown(client):
    code = post(client, "sessions/", {"lesson": make.lesson().pk}).json()["session"]
    Video.objects.update(taken_down_at="2026-04-15T00:00Z")

    assert post(client, f"sessions/{code}/addresses/", {}).status_code == 403


def test_public_lessons_have_addresses_without_an_account_and_others_do_not():
    public = make.lesson()
    course = make.live_course(access=Access.SIGNED_IN)
    members = make.published(make.live_lesson(course))

    assert "master" in post(Client(), "addresses/", {"lesson": public.pk}).json()["addresses"]
    assert post(Client(), "addresses/", {"lesson": members.pk}).status_code == 403


def test_places_reached_without_an_account_are_adopted_and_nothing_counts(client, person):
    lesson = make.lesson()
    gone = make.live_lesson()
    gone.unpublish()

    places = [{"lesson": lesson.pk, "position": 240}, {"lesson": gone.pk, "position": 5}]
    answer = post(client, "adopt/", {"places": places})

    record = WatchRecord.objects.get(person=person)
    assert answer.json() == {"adopted": 1}
    assert (record.resume_point, record.covered_seconds) == (240, 0)
    assert post(client, "sessions/", {"lesson": lesson.pk}).json()["resume_point"] == 240


@pytest.mark.parametrize("places", [None, {}, [1], [{"lesson": 1}], [{"lesson": 1, "position": -1}], [{}] * 51])
def test_nonsensical_places_are_answered(client, places):
    assert post(client, "adopt/", {"places": places}).status_code == 400


def test_the_lesson_page_holds_addresses_for_everybody_who_may_play(client):
    lesson = make.lesson()

    for browser in (client, Client()):
        assert b"/files/v/" in browser.get(lesson.url).content
