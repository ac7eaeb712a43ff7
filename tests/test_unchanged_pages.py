"""A public page that has not changed is not sent again, and what a browser kept of it still works."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from courses.models import LessonPage
from lms.people.models import Person
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(db: None) -> LessonPage:
    return published(live_lesson(live_course()))


def token_in(body: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    assert found is not None
    return found[1].decode()


def test_a_page_is_sent_once_and_again_only_when_it_says_something_else(client: Client, lesson: LessonPage):
    address = lesson.get_url()
    first = client.get(address)

    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]
    assert "no-cache" in again["Cache-Control"]
    assert "private" in again["Cache-Control"]

    LessonPage.objects.filter(pk=lesson.pk).update(teaches="看天气预报。")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_form_of_the_page_that_was_kept_is_still_accepted(lesson: LessonPage):
    client = Client(enforce_csrf_checks=True)
    first = client.get(lesson.get_url())
    assert client.get(lesson.get_url(), headers={"if-none-match": first["ETag"]}).status_code == 304

    sent = {"language": "en", "next": "/", "csrfmiddlewaretoken": token_in(first.content)}

    assert client.post("/i18n/setlang/", sent).status_code == 302


def test_a_form_without_cookies_says_what_to_do(db: None):
    answer = Client(enforce_csrf_checks=True).post("/account/sign-in/", {"phone": "13800000000"})

    assert answer.status_code == 403
    assert "换手机自带的浏览器打开" in answer.content.decode()


def test_another_visitor_and_another_choice_have_another_mark(client: Client, lesson: LessonPage):
    address = lesson.get_url()
    mark = client.get(address)["ETag"]

    assert Client().get(address, headers={"if-none-match": mark}).status_code == 200
    client.cookies["elder_mode"] = "largest"
    assert client.get(address, headers={"if-none-match": mark}).status_code == 200


def test_whoever_is_signed_in_gets_every_page_whole(
    cast: Cast, signed_in: Callable[[Person], Client], lesson: LessonPage
):
    client = signed_in(cast.learner)

    answer = client.get(lesson.get_url(), headers={"if-none-match": "*"})

    assert answer.status_code == 200
    assert not answer.has_header("ETag")
