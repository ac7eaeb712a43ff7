"""The start page of whoever is signed in: what comes next, what is new, and a calm word where nothing waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import CoursePage, LessonPage
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.queries import Progress, next_lessons, unfinished
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.clock import Clock
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return PersonFactory()


@pytest.fixture
def client(person: Person) -> Client:
    return make.signed_in(person)


@pytest.fixture
def lessons() -> list[LessonPage]:
    """A course of three lessons of ten seconds; a class in person stands between them."""
    course = make.live_course()
    made = [make.live_lesson(course, seconds=10)]
    made.append(make.live_lesson(course, kind="offline", completion_rule="offline"))
    made += [make.live_lesson(course, seconds=10) for _each in range(2)]
    make.published(*made)
    return made


def watch(person: Person, lesson: LessonPage, clock: Clock, *, seconds: int = 10) -> None:
    session = open_session(person, lesson, at=clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, seconds)]), at=clock.move(seconds=20))


def test_after_a_lesson_comes_the_next_that_can_be_watched(
    person: Person, client: Client, lessons: list[LessonPage], clock: Clock
) -> None:
    watch(person, lessons[0], clock)

    assert next_lessons(Progress(person)) == [lessons[2]]
    page = client.get("/").content.decode()
    assert 'data-section="coming"' in page and lessons[2].title in page and "接下来学" in page


def test_a_lesson_half_watched_comes_before_any_other_of_its_course(
    person: Person, lessons: list[LessonPage], clock: Clock
) -> None:
    watch(person, lessons[0], clock)
    watch(person, lessons[2], clock, seconds=3)

    assert next_lessons(Progress(person)) == []
    assert [lesson for lesson, _state in unfinished(Progress(person))] == [lessons[2]]


def test_many_courses_take_the_queries_of_one(
    person: Person, lessons: list[LessonPage], clock: Clock, django_assert_num_queries: Any
) -> None:
    watch(person, lessons[0], clock)
    progress = Progress(person)
    with django_assert_num_queries(1):
        next_lessons(progress)
    for _each in range(3):
        course = make.live_course()
        more = [make.live_lesson(course, seconds=10) for _number in range(2)]
        make.published(*more)
        watch(person, more[0], clock)
    progress = Progress(person)

    with django_assert_num_queries(1):
        assert len(next_lessons(progress)) == 3


def test_where_nothing_waits_the_page_says_so_calmly(client: Client, lessons: list[LessonPage]) -> None:
    page = client.get("/").content.decode()

    assert "今天没有要做的" in page
    assert "今天没有要做的" not in Client().get("/").content.decode()


def test_in_season_its_courses_come_to_the_front_and_afterwards_do_not(client: Client, clock: Clock) -> None:
    sowing = make.live_lesson(make.live_course(season="spring")).get_parent()
    make.live_lesson()

    spring = client.get("/").content.decode()
    clock.set(2026, 10, 1, 9)
    autumn = client.get("/").content.decode()

    assert "春耕春播" in spring and spring.index("春耕春播") < spring.index(sowing.title) < spring.index(
        "想学点什么？</h2>"
    )
    assert "春耕春播" not in autumn


def test_new_courses_are_shown_to_whoever_is_signed_in(client: Client, lessons: list[LessonPage]) -> None:
    fresh = make.live_lesson().get_parent()
    CoursePage.objects.update(first_published_at=timezone.now() - timedelta(days=90))
    CoursePage.objects.filter(pk=fresh.pk).update(first_published_at=timezone.now())

    page = client.get("/").content.decode()

    assert 'id="fresh"' in page and 'id="fresh"' not in Client().get("/").content.decode()
