"""What is suggested while somebody types: words of lessons and titles, only what she may open, quickly."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.enums import Access
from courses.models import CoursePage, LessonPage
from lms.people.models import Person
from search import views
from search.models import SearchTerm
from search.queries.suggesting import starting, suggestions
from tests.factories.learning import live_course, live_lesson
from tests.factories.people import PersonFactory
from tests.search.test_search import put_in_index, say

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
# Words; titles in the index, their lessons, what is above them; those shown.
QUERIES = 5


def called(title: str, course: CoursePage | None = None) -> LessonPage:
    lesson = live_lesson(course or live_course())
    lesson.title = title
    lesson.save()
    return lesson


def words(typed: str) -> list[str]:
    return suggestions(typed, person=AnonymousUser(), at=AT).words


def titles(typed: str, person: Person | AnonymousUser | None = None) -> list[LessonPage]:
    return suggestions(typed, person=person or AnonymousUser(), at=AT).lessons


@pytest.mark.parametrize("typed", ["直", "直播", "zhibo", "zhi bo", "zb", "ZB", "直播带", "zbd"])
def test_words_go_on_as_what_was_typed(typed: str) -> None:
    say(live_lesson(live_course(), teaches="直播带货"), "今天直播", "直播要稳")
    put_in_index()

    found = words(typed)

    assert ("直播带货" if "带" in typed or typed.endswith("d") else "直播") in found


def test_words_in_most_lines_come_first_and_gone_ones_never() -> None:
    SearchTerm.objects.bulk_create(
        SearchTerm(text=text, lines=lines, is_word=is_word, pinyin="x", initials="xx")
        for text, lines, is_word in [("丁一", 2, True), ("丁二", 9, True), ("丁三", 0, True), ("丁四", 99, False)]
    )

    assert words("丁") == ["丁二", "丁一"]


def test_titles_only_of_what_she_may_open() -> None:
    open_to_all = called("收割机怎么开")
    signed_in = called("收割机保养", live_course(access=Access.SIGNED_IN))
    for_elders = called("收割机安全", live_course(access=Access.AUDIENCE, audience=["elder"]))
    put_in_index()

    assert titles("收割") == [open_to_all]
    assert set(titles("收割", PersonFactory(kind="farmer"))) == {open_to_all, signed_in}
    assert set(titles("收割", PersonFactory(kind="elder"))) == {open_to_all, signed_in, for_elders}


def test_titles_of_what_is_not_live_are_not_suggested() -> None:
    lesson = called("收割机怎么开")
    put_in_index()
    CoursePage.objects.update(live=False)

    assert titles("收割") == []
    assert titles(lesson.title) == []


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_ask_the_same_number_of_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        called("收割机怎么开")
    put_in_index()
    titles("收割")

    with django_assert_num_queries(QUERIES):
        titles("收割")


@pytest.mark.parametrize("field", ["text", "pinyin", "initials"])
def test_prefixes_are_looked_up_in_an_index(field: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = SearchTerm.objects.filter(starting(field, "zb")).explain()

    assert "INDEX" in plan.upper()
    assert "SCAN SEARCH_TERM" not in plan.upper().replace("BITMAP ", "")


def test_answer_is_kept_for_a_minute_by_one_browser_alone(client: Client) -> None:
    lesson = called("收割机怎么开")
    put_in_index()

    response = client.get(reverse("search:suggest"), {"q": "收割"})

    assert response.json()["lessons"] == [{"title": lesson.title, "url": lesson.get_url()}]
    assert "private" in response["Cache-Control"] and "max-age=60" in response["Cache-Control"]


def test_who_asks_too_often_is_told_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(views, "SUGGESTIONS_A_MINUTE", 2)

    answers = [client.get(reverse("search:suggest"), {"q": "x"}).status_code for _ in range(4)]

    assert answers[:2] == [200, 200]
    assert 429 in answers
    cache.clear()
