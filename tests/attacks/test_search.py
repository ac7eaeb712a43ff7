"""Whoever writes captions, titles or questions to break the search, or to see what is not hers, gets nothing by it."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from courses.enums import Access
from search import views
from search.models import SearchMiss
from tests.factories.learning import live_course, live_lesson
from tests.search.test_search import put_in_index, say
from tests.search.test_suggesting import called

pytestmark = pytest.mark.django_db
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 9) Chrome/80.0 Mobile Safari/537.36"}
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<mark>",
    "</title><script>",
    "{{7*7}}",
    "%(asked)s",
]
SYNTAX = ['"', "'", "''", '" OR "', "a* NEAR/2 b", "NOT a", "a AND (", "title:a", "{title} : a", "-a", "^a", "a & | !b"]
SYNTAX += [
    "' OR 1=1 --",
    "'; DROP TABLE search_line; --",
    "%",
    "_",
    "\\",
    "$1",
    "?",
    "a:*B",
    "\x00",
    "a\x00b",
    "\u202e\u2066",
]
SYNTAX += ["\ud800", "收款码\udfff", "😀👨‍👩‍👧", "a" * 10_000, "收款码" * 3_400, "\u0301" * 500, "一" * 100, "（" * 100]


def get(client: Client, name: str, text: str) -> Any:
    cache.clear()
    return client.get(reverse(name) + "?q=" + quoted(text), **PHONE)


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("text", SYNTAX + MARKUP)
@pytest.mark.parametrize("name", ["search:results", "search:suggest"])
def test_whatever_is_asked_is_answered(client: Client, name: str, text: str) -> None:
    say(live_lesson(teaches="收款码"), "收款码")
    put_in_index()

    assert get(client, name, text).status_code == 200
    assert all("\x00" not in miss.asked and len(miss.asked) <= 100 for miss in SearchMiss.objects.all())


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_question_stays_text(client: Client, text: str) -> None:
    content = get(client, "search:results", text).content.decode()

    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert "</title><script>" not in content


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_captions_titles_and_teachings_stays_text(client: Client, text: str) -> None:
    lesson = called(f"收款码{text}"[:100])
    say(lesson, f"收款码{text}")
    put_in_index()

    content = get(client, "search:results", "收款码").content.decode()
    told = get(client, "search:suggest", "收款码")

    assert "<mark>收款码</mark>" in content
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert told["Content-Type"] == "application/json"
    assert json.loads(told.content)["lessons"][0]["title"] == lesson.title


def test_courses_of_others_are_nowhere(client: Client) -> None:
    hidden = called("收款码安全", live_course(access=Access.SIGNED_IN))
    say(hidden, "收款码要贴好")
    put_in_index()

    results = get(client, "search:results", "收款码").content.decode()

    assert hidden.code not in results
    assert hidden.title not in results
    assert json.loads(get(client, "search:suggest", "收款码").content)["lessons"] == []


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("name", ["search:results", "search:suggest"])
def test_nothing_is_changed_by_asking(client: Client, name: str, method: str) -> None:
    assert getattr(client, method)(reverse(name)).status_code == 405


def test_a_forged_address_gives_no_new_turn(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(views, "SUGGESTIONS_A_MINUTE", 2)

    answers = [
        client.get(reverse("search:suggest"), {"q": "x"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}").status_code
        for number in range(6)
    ]

    assert answers.count(429) >= 2
    cache.clear()
