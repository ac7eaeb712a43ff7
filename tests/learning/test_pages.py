"""My learning, reading, and the template tags."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from lms.learning.domain.reading import least_seconds, opened_token
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person):
    return make.signed_in(person)


def test_my_learning_asks_strangers_to_sign_in(client):
    client.logout()

    assert client.get("/learn/").status_code == 302


def test_my_learning_shows_what_is_unfinished_done_and_not_counted(client, person, clock):
    one = make.lesson(seconds=100)
    session = open_session(person, one, at=clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, 50)]), at=clock.move(seconds=10))
    done = open_session(person, make.lesson(seconds=10), at=clock.now)
    accept_report(done, 1, stretches=Stretches.of([(0, 10)]), at=clock.move(seconds=10))

    page = client.get("/learn/")

    assert [lesson for lesson, _state in page.context["unfinished"]] == [one]
    assert [completion.page for completion in page.context["done"]] == [done.page]
    (unpaid,) = page.context["unpaid"]
    assert (unpaid.stretches.pairs, unpaid.parts) == ([(20, 50)], "0:20–0:50")
    assert b'data-section="unpaid"' in page.content


def test_what_was_watched_again_is_no_longer_shown_as_not_counted(client, person, clock):
    session = open_session(person, make.lesson(seconds=100), at=clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, 50)]), at=clock.move(seconds=10))
    accept_report(session, 2, stretches=Stretches.of([(20, 50)]), at=clock.move(seconds=30))

    assert client.get("/learn/").context["unpaid"] == []


READING = [("paragraph", "<p>" + "读" * 300 + "</p>")]


def test_reading_to_the_end_completes_the_lesson_and_not_before(client, person, clock):
    lesson = make.lesson(completion_rule="reading", kind="reading", body=READING)
    opened = opened_token(person, lesson, at=clock.now)
    address = f"/learn/lessons/{lesson.pk}/read/"

    clock.move(seconds=least_seconds(lesson) - 1)
    client.post(address, {"opened": opened})
    assert not LessonCompletion.objects.exists()
    clock.move(seconds=1)
    client.post(address, {"opened": opened})
    client.post(address, {"opened": opened})

    assert LessonCompletion.objects.get().evidence == {"read_seconds": least_seconds(lesson)}
    assert least_seconds(lesson) == 20


@pytest.mark.parametrize("opened", ["", "forged", "stranger", "stale"])
def test_reading_needs_ones_own_fresh_opening(client, person, clock, opened):
    lesson = make.lesson(completion_rule="reading", kind="reading", body=READING)
    if opened == "stranger":
        opened = opened_token(PersonFactory(), lesson, at=clock.now)
        clock.move(hours=1)
    if opened == "stale":
        opened = opened_token(person, lesson, at=clock.now)
        clock.move(days=8)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    client.post(f"/learn/lessons/{lesson.pk}/read/", {"opened": opened})

    assert not LessonCompletion.objects.exists()


def test_a_video_lesson_cannot_be_completed_by_saying_that_one_read_it(client, person, clock):
    lesson = make.lesson()
    opened = opened_token(person, lesson, at=clock.now)
    clock.move(hours=1)

    client.post(f"/learn/lessons/{lesson.pk}/read/", {"opened": opened})

    assert not LessonCompletion.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_states_of_lessons_and_courses_cost_the_same_for_one_and_for_three(
    person, clock, count, django_assert_num_queries
):
    course = make.live_course()
    lessons = [make.live_lesson(course, seconds=100) for _number in range(count)]
    make.published(*lessons)
    for lesson in lessons:
        session = open_session(person, lesson, at=clock.now)
        accept_report(session, 1, stretches=Stretches.of([(0, 50)]), at=clock.move(seconds=50))
    request = RequestFactory().get("/")
    request.user = person
    page = Template(
        "{% load learning_tags %}{% course_progress course %}"
        "{% for each in lessons %}{% lesson_state each %}{% endfor %}"
    )

    with django_assert_num_queries(6):
        shown = page.render(Context({"request": request, "course": course, "lessons": lessons}))

    assert shown.count('data-lesson-state="started"') == count
    assert 'data-course-state="begun"' in shown


def test_states_are_nothing_without_sign_in():
    lesson = make.lesson()
    page = Template("{% load learning_tags %}{% lesson_state lesson %}{% course_progress lesson.course %}")

    assert page.render(Context({"lesson": lesson})).strip() == ""
