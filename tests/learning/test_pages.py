"""My learning, the quiz without JavaScript, reading, and the template tags."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from lms.learning.domain.reading import least_seconds, opened_token
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion, QuizAttempt
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


def right_answers(lesson, wrong: int = 0) -> dict[str, int]:
    answers = {}
    for number, question in enumerate(lesson.quiz.questions.all()):
        choice = question.choices.filter(is_right=number >= wrong).first()
        answers[f"question-{question.pk}"] = choice.pk
    return answers


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


def test_quiz_page_works_without_javascript_and_holds_no_key(client):
    lesson = make.lesson(completion_rule="quiz", kind="practice")

    page = client.get(f"/learn/lessons/{lesson.pk}/quiz/").content.decode()

    assert page.count('type="radio"') == 9
    assert "is_right" not in page and "checked" not in page


def test_passing_the_quiz_completes_the_lesson(client, person):
    lesson = make.lesson(completion_rule="quiz", kind="practice")

    page = client.post(f"/learn/lessons/{lesson.pk}/quiz/", right_answers(lesson), follow=True)

    attempt, completion = QuizAttempt.objects.get(), LessonCompletion.objects.get()
    assert (attempt.right_count, attempt.question_count, attempt.passed) == (3, 3, True)
    assert (completion.person, completion.rule, completion.evidence["attempt"]) == (person, "quiz", attempt.pk)
    assert b'data-passed="yes"' in page.content


def test_failing_the_quiz_tells_what_was_wrong_and_asks_for_a_pause(client, clock):
    lesson = make.lesson(completion_rule="quiz", kind="practice")
    address = f"/learn/lessons/{lesson.pk}/quiz/"

    page = client.post(address, right_answers(lesson, wrong=2), follow=True)
    hurried = client.post(address, right_answers(lesson))
    clock.move(seconds=60)
    later = client.post(address, right_answers(lesson))

    assert [each.is_right for each in page.context["feedback"]] == [False, False, True]
    assert (hurried.status_code, later.status_code) == (422, 302)
    assert [attempt.passed for attempt in QuizAttempt.objects.order_by("number")] == [False, True]


@pytest.mark.parametrize("answers", [{}, {"question-0": "1"}, "foreign"])
def test_unanswered_or_foreign_choices_leave_no_attempt(client, answers):
    lesson = make.lesson(completion_rule="quiz", kind="practice")
    if answers == "foreign":
        other = make.lesson(completion_rule="quiz", kind="practice")
        foreign = other.quiz.questions.first().choices.first().pk
        answers = dict.fromkeys(right_answers(lesson), foreign)

    page = client.post(f"/learn/lessons/{lesson.pk}/quiz/", answers)

    assert page.status_code == 422
    assert not QuizAttempt.objects.exists()


def test_a_passed_quiz_does_not_complete_a_lesson_whose_rule_is_coverage(client):
    course = make.live_course()
    lesson = make.published(make.live_lesson(course, quiz=make.quiz_of(course.org)))

    client.post(f"/learn/lessons/{lesson.pk}/quiz/", right_answers(lesson))

    assert QuizAttempt.objects.get().passed
    assert not LessonCompletion.objects.exists()


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
