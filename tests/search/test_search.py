"""Search finds what the asker may open, in titles, teachings and approved captions, and never stumbles."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.enums import Access
from courses.models import LessonPage
from lms.people.models import Person
from media.enums import TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video
from search.queries import MAX_WORDS, find, words_of
from tests.factories.learning import live_course, live_lesson
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


def say(lesson: LessonPage, *lines: str, state: str = TranscriptState.APPROVED) -> None:
    transcript = Transcript.objects.create(
        video=lesson.video,
        language="zh",
        source=TranscriptSource.HAND,
        state=state,
        version=1,
        created_at=AT,
        approved_at=AT if state == TranscriptState.APPROVED else None,
    )
    for number, text in enumerate(lines, start=1):
        Cue.objects.create(
            transcript=transcript, number=number, start_ms=number * 1000, end_ms=number * 1000 + 900, text=text
        )


def found(text: str, person: Person | AnonymousUser | None = None) -> list[str]:
    """The codes of the lessons found, course by course."""
    entries = find(text, person=person or AnonymousUser(), at=AT)
    return [hit.lesson.code for entry in entries for hit in entry.lessons]


def test_find_by_title_teaching_and_english() -> None:
    lesson = live_lesson(title_en="Sound passwords", teaches="不用生日当密码")
    other = live_lesson(teaches="晚上看天气")

    assert found("密码") == found("PASSWORDS") == [lesson.code]
    assert found("天气") == [other.code]


def test_find_needs_every_word() -> None:
    lesson = live_lesson(title_en="Weather", teaches="看天气安排农活")
    live_lesson(teaches="看天气")

    assert found("天气　农活") == [lesson.code]


def test_find_groups_lessons_by_course_in_their_order() -> None:
    course, other = live_course(), live_course()
    first, second = (live_lesson(course, teaches="打包装箱") for _ in range(2))
    third = live_lesson(other, teaches="打包要快")

    entries = find("打包", person=AnonymousUser(), at=AT)

    assert [(entry.course, [hit.lesson for hit in entry.lessons]) for entry in entries] == [
        (course, [first, second]),
        (other, [third]),
    ]


def test_find_course_by_its_own_words() -> None:
    course = live_course(intro="给种苹果的人")

    assert [entry.course for entry in find("苹果", person=AnonymousUser(), at=AT)] == [course]


def test_find_in_approved_captions_with_their_lines() -> None:
    lesson = live_lesson()
    say(lesson, "大家好", "验证码谁要都不说", "链接不点", "验证码要紧", "验证码第三次")

    (entry,) = find("验证码", person=AnonymousUser(), at=AT)

    assert [line.text for line in entry.lessons[0].lines] == ["验证码谁要都不说", "验证码要紧"]


@pytest.mark.parametrize("state", [TranscriptState.DRAFT, TranscriptState.SUPERSEDED])
def test_unapproved_captions_are_not_searched(state: str) -> None:
    lesson = live_lesson()
    say(lesson, "机器听错的话", state=TranscriptState.APPROVED)
    Transcript.objects.update(state=state)

    assert found("机器听错") == []


def test_recording_taken_down_is_not_searched() -> None:
    lesson = live_lesson()
    say(lesson, "说过的话")
    Video.objects.update(taken_down_at=AT)

    assert found("说过的话") == []


@pytest.mark.parametrize("level", ["lesson", "course", "track"])
def test_what_is_not_live_is_not_found(level: str) -> None:
    lesson = live_lesson(teaches="种子农药辨真假")
    page = {"lesson": lesson, "course": lesson.course, "track": lesson.course.track}[level]
    type(page).objects.filter(pk=page.pk).update(live=False)

    assert found("种子") == []


def test_who_finds_what() -> None:
    open_to_all = live_lesson(live_course(), teaches="收割机")
    signed_in = live_lesson(live_course(access=Access.SIGNED_IN), teaches="收割机")
    for_elders = live_lesson(live_course(access=Access.AUDIENCE, audience=["elder"]), teaches="收割机")

    assert found("收割机") == [open_to_all.code]
    assert found("收割机", PersonFactory(kind="farmer")) == [open_to_all.code, signed_in.code]
    assert found("收割机", PersonFactory(kind="elder")) == [open_to_all.code, signed_in.code, for_elders.code]


ODD = ["", "   ", "\x00", "%", "_", "'", '"', "\\", "%' OR 1=1 --", "(", "*", "AND", "\u202e", "\u200b"]
ODD += ["😀", "a" * 5000, "字 " * 500]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_is_answered(client: Client, text: str) -> None:
    live_lesson(teaches="看天气")

    response = client.get(reverse("search:results"), {"q": text})

    assert response.status_code == 200
    assert response.context["found"] == []


@pytest.mark.parametrize("query", ["?q=%ff%fe", "?q=%00", "?q[]=1", "?q=a&q=b", "?q=%ed%a0%80", "?"])
def test_odd_addresses_are_answered(client: Client, query: str) -> None:
    assert client.get(reverse("search:results") + query).status_code == 200


def test_words_of_keeps_few_and_each_once() -> None:
    assert words_of("看 天气 看") == ["看", "天气"]
    assert len(words_of(" ".join(str(number) for number in range(40)))) == MAX_WORDS


def test_page_shows_lesson_line_and_words_safely(client: Client) -> None:
    lesson = live_lesson()
    say(lesson, "<b>验证码</b>不说")

    response = client.get(reverse("search:results"), {"q": "验证码"})

    content = response.content.decode()
    assert f'data-lesson="{lesson.code}"' in content
    assert "&lt;b&gt;验证码" in content


@pytest.mark.parametrize("count", [1, 3])
def test_find_asks_the_same_number_of_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(count):
        say(live_lesson(live_course(), teaches="看天气"), "天气预报")

    with django_assert_num_queries(4):
        entries = find("天气", person=AnonymousUser(), at=AT)
        assert [hit.lines[0].text for entry in entries for hit in entry.lessons] == ["天气预报"] * count
