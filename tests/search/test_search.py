"""Search finds what the asker may open, in titles, teachings and approved captions, and never stumbles."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.enums import Access
from courses.models import CoursePage, LessonPage
from lms.people.models import Person
from media.enums import TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video
from search.domain.indexing import index_page, index_transcript
from search.queries.finding import find
from search.queries.understanding import forget_synonyms
from tests.factories.learning import live_course, live_lesson
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
# Counts, synonyms and their counts; pages and recordings that hold all of it, then those that hold some part; courses
# and tracks that answer, their lessons; lessons by either, what is above them; lines; where little was found, counts of
# what the best say, pages and recordings that say it too, lessons by either; lessons, courses and cues.
QUERIES = 20
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_synonyms() -> None:
    forget_synonyms()


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
    index_transcript(transcript.pk)


def put_in_index() -> None:
    """What the workers would have done by now."""
    for page in (*LessonPage.objects.all(), *CoursePage.objects.all()):
        index_page(page.pk)


def found(text: str, person: Person | AnonymousUser | None = None) -> list[str]:
    """The codes of the lessons found, course by course."""
    put_in_index()
    entries = find(text, person=person or AnonymousUser(), at=AT).courses
    return [hit.lesson.code for entry in entries for hit in entry.lessons]


def test_find_by_title_teaching_and_english() -> None:
    lesson = live_lesson(title_en="Sound passwords", teaches="不用生日当密码")
    other = live_lesson(teaches="晚上看天气")

    assert found("密码") == found("PASSWORDS") == [lesson.code]
    assert found("天气") == [other.code]


def test_what_holds_every_word_comes_before_what_holds_one() -> None:
    course = live_course()
    less = live_lesson(course, teaches="看天气")
    lesson = live_lesson(course, title_en="Weather", teaches="看天气安排农活")

    assert found("天气　农活") == [lesson.code, less.code]


def test_find_groups_lessons_by_course_in_their_order() -> None:
    course, other = live_course(), live_course()
    first, second = (live_lesson(course, teaches="打包装箱") for _ in range(2))
    third = live_lesson(other, teaches="打包要快")

    put_in_index()
    entries = find("打包", person=AnonymousUser(), at=AT).courses

    assert [(entry.course, [hit.lesson for hit in entry.lessons]) for entry in entries] == [
        (course, [first, second]),
        (other, [third]),
    ]


def test_find_course_by_its_own_words() -> None:
    course = live_course(intro="给种苹果的人")

    put_in_index()

    assert [entry.course for entry in find("苹果", person=AnonymousUser(), at=AT).courses] == [course]


def test_find_in_approved_captions_with_their_lines() -> None:
    lesson = live_lesson()
    say(lesson, "大家好", "验证码谁要都不说", "链接不点", "验证码要紧", "验证码第三次")

    (hit,) = find("验证码", person=AnonymousUser(), at=AT).lessons

    assert [(moment.seconds, moment.text) for moment in hit.moments] == [(2, "验证码谁要都不说"), (5, "验证码第三次")]


def test_two_lessons_with_one_recording_both_show_where_it_is_said() -> None:
    first = live_lesson(teaches="验证码")
    second = live_lesson(first.course)
    LessonPage.objects.filter(pk=second.pk).update(video=first.video)
    say(first, "验证码谁要都不说")
    put_in_index()

    hits = find("验证码", person=AnonymousUser(), at=AT).lessons

    assert {hit.lesson: [moment.text for moment in hit.moments] for hit in hits} == {
        first: ["验证码谁要都不说"],
        second: ["验证码谁要都不说"],
    }


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
    assert response.context["found"].courses == []


@pytest.mark.parametrize("query", ["?q=%ff%fe", "?q=%00", "?q[]=1", "?q=a&q=b", "?q=%ed%a0%80", "?"])
def test_odd_addresses_are_answered(client: Client, query: str) -> None:
    assert client.get(reverse("search:results") + query).status_code == 200


def test_page_shows_lesson_line_and_words_safely(client: Client) -> None:
    lesson = live_lesson()
    say(lesson, "<b>验证码</b>不说")

    response = client.get(reverse("search:results"), {"q": "验证码"})

    content = response.content.decode()
    assert f'data-lesson="{lesson.code}"' in content
    assert "&lt;b&gt;<mark>验证码</mark>&lt;/b&gt;" in content


@pytest.mark.parametrize("count", [1, 3])
def test_find_asks_the_same_number_of_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(count):
        say(live_lesson(live_course(), teaches="看天气"), "天气预报")

    put_in_index()

    with django_assert_num_queries(QUERIES):
        hits = find("天气", person=AnonymousUser(), at=AT).lessons
        assert [hit.moments[0].text for hit in hits] == ["天气预报"] * count
