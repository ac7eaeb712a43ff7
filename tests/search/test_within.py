"""Where in one lesson something is said, also where nobody says it as it was typed."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.enums import Access
from courses.models import LessonPage
from media.enums import TranscriptState
from media.models import Transcript
from search import views
from search.models import SynonymGroup
from search.queries.within import starts_within
from tests.factories.learning import live_course, live_lesson
from tests.factories.people import PersonFactory
from tests.search.test_search import put_in_index, say

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
LINES = ["大家好", "手机支付先绑卡", "收款码这样弄", "打印出来贴好", "每天看一眼收款码"]
# The lesson, its course, the words of the question as they are and as they sound, its lines.
QUERIES = 7


@pytest.fixture
def lesson() -> LessonPage:
    lesson = live_lesson(live_course())
    say(lesson, *LINES)
    put_in_index()
    return lesson


def said(lesson: LessonPage, asked: str) -> list[str]:
    starts = starts_within(lesson.pk, asked, person=AnonymousUser(), at=AT)
    assert starts is not None
    known = {cue.start_ms: cue.text for cue in Transcript.objects.get(video=lesson.video).cues.all()}
    return [known[start] for start in starts]


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ("收款马", ["收款码这样弄", "每天看一眼收款码"]),
        ("shoukuanma", ["收款码这样弄", "每天看一眼收款码"]),
        ("skm", ["收款码这样弄", "每天看一眼收款码"]),
        ("收款碼", ["收款码这样弄", "每天看一眼收款码"]),
        ("怎么打印收款码", ["收款码这样弄", "打印出来贴好"]),
        ("无人机植保", []),
        ("", []),
        ("的", []),
        ("'\"() OR *", []),
    ],
)
def test_lines_are_found_by_what_is_meant(lesson: LessonPage, asked: str, lines: list[str]) -> None:
    assert set(lines) <= set(said(lesson, asked))
    assert bool(lines) == bool(said(lesson, asked))


def test_what_means_the_same_is_found(lesson: LessonPage) -> None:
    SynonymGroup.objects.create(words="收款码\n付钱的牌子")
    cache.clear()

    assert "收款码这样弄" in said(lesson, "付钱的牌子")


def test_only_who_may_open_the_lesson_is_told_and_of_approved_captions_alone() -> None:
    lesson = live_lesson(live_course(access=Access.SIGNED_IN))
    say(lesson, *LINES)
    put_in_index()

    assert starts_within(lesson.pk, "收款马", person=AnonymousUser(), at=AT) is None
    assert starts_within(lesson.pk + 1000, "收款马", person=AnonymousUser(), at=AT) is None
    learner = PersonFactory(kind="farmer")
    assert starts_within(lesson.pk, "收款马", person=learner, at=AT)
    Transcript.objects.update(state=TranscriptState.DRAFT)
    assert starts_within(lesson.pk, "收款马", person=learner, at=AT) == []


def test_the_page_asks_and_who_asks_too_often_waits(
    lesson: LessonPage,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    address = reverse("search:within", args=[lesson.pk])

    with django_assert_max_num_queries(QUERIES):
        told = client.get(address, {"q": "收款马"})

    assert told.json() == {"starts": starts_within(lesson.pk, "收款马", person=AnonymousUser(), at=AT)}
    assert "private" in told["Cache-Control"]
    assert client.get(reverse("search:within", args=[lesson.pk + 1000]), {"q": "收款马"}).status_code == 404
    assert client.post(address, {"q": "收款马"}).status_code == 405
    cache.clear()
    monkeypatch.setattr(views, "SUGGESTIONS_A_MINUTE", 1)
    assert [client.get(address, {"q": "收款马"}).status_code for _time in range(2)] == [200, 429]
