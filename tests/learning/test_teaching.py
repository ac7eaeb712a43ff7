"""What trainers see of their lessons: counts alone, none about fewer than ten people."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import LessonPage
from lms.learning.domain.feedback import vote
from lms.learning.domain.teaching import Bin, Viewing, counts_of, failed_questions, viewing_of
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonProblem
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.papers import answer_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def lesson(cast: Cast) -> LessonPage:
    course = make.live_course(cast.orgs.provider)
    return make.published(make.live_lesson(course, seconds=100, quiz=make.quiz_of(cast.orgs.provider)))


def watch(lesson: LessonPage, clock: Clock, *, people: int, until: int) -> list[Person]:
    """So many people watch the lesson from the beginning up to this second."""
    watching = [PersonFactory() for _number in range(people)]
    for person in watching:
        session = open_session(person, lesson, at=clock.now)
        stretches = Stretches.of([(0, until)])
        accept_report(session, 1, stretches=stretches, at=clock.move(seconds=max(until, 60)))
    return watching


def answer(lesson: LessonPage, person: Person, clock: Clock, *, wrong: int) -> None:
    questions = lesson.quiz.questions.all()
    choices = {
        each.pk: each.choices.filter(is_right=number >= wrong).first().pk for number, each in enumerate(questions)
    }
    answer_quiz(person, lesson, answers=choices, at=clock.now)


def test_numbers_under_ten_are_not_counted_out(lesson: LessonPage, clock: Clock):
    people = watch(lesson, clock, people=9, until=100)
    for person in people:
        vote(person, lesson, understood=True, at=clock.now)
        answer(lesson, person, clock, wrong=1)

    counts = counts_of([lesson])[lesson.pk]

    assert (counts.started, counts.finished, counts.understood, counts.not_understood) == (None, None, None, None)
    assert counts.finished_percent is viewing_of(lesson) is None
    assert failed_questions(lesson) == []


def test_ten_and_more_are_counted_once_each(lesson: LessonPage, clock: Clock):
    people = watch(lesson, clock, people=10, until=100) + watch(lesson, clock, people=2, until=50)
    for person in people:
        vote(person, lesson, understood=person != people[0], at=clock.now)
        open_session(person, lesson, at=clock.move(minutes=11))

    counts = counts_of([lesson])[lesson.pk]

    assert (counts.started, counts.finished, counts.finished_percent) == (12, 10, 83)
    assert (counts.understood, counts.not_understood) == (11, None)


def test_two_accounts_of_one_person_count_once(lesson: LessonPage, clock: Clock):
    people = watch(lesson, clock, people=10, until=100)
    people[0].merged_into = people[1]
    people[0].save()

    assert counts_of([lesson])[lesson.pk].started is None


def test_whoever_only_tried_the_quiz_has_started(lesson: LessonPage, clock: Clock):
    watch(lesson, clock, people=9, until=50)
    answer(lesson, PersonFactory(), clock, wrong=1)

    assert counts_of([lesson])[lesson.pk].started == 10


def test_the_picture_shows_where_people_stop(lesson: LessonPage, clock: Clock):
    watch(lesson, clock, people=10, until=60)
    watch(lesson, clock, people=10, until=100)

    viewing = viewing_of(lesson)

    assert viewing is not None
    assert [each.viewers for each in viewing.bins] == [20] * 12 + [10] * 8
    assert (viewing.people, viewing.steepest.words, viewing.bins[-1].percent) == (20, "1:00–1:05", 50)


def test_a_part_that_fewer_than_ten_watched_is_not_counted_out(lesson: LessonPage, clock: Clock):
    watch(lesson, clock, people=10, until=60)
    watch(lesson, clock, people=1, until=100)

    viewing = viewing_of(lesson)

    assert [each.viewers for each in viewing.bins] == [11] * 12 + [None] * 8
    assert (viewing.steepest, viewing.bins[-1].percent) == (None, 0)


def test_a_place_where_one_person_stops_is_not_named():
    assert Viewing(12, [Bin(0, 5, 12, 100), Bin(5, 10, 11, 91)]).steepest is None


@pytest.mark.parametrize("seconds", [1, 7, 19, 20, 21, 341])
def test_the_parts_make_up_the_whole_recording(cast: Cast, clock: Clock, seconds: int):
    lesson = make.lesson(seconds=seconds)
    watch(lesson, clock, people=10, until=seconds)

    bins = viewing_of(lesson).bins

    assert [each.start for each in bins[1:]] == [each.end for each in bins[:-1]]
    assert (bins[0].start, bins[-1].end, {each.viewers for each in bins}) == (0, seconds, {10})


def test_the_question_most_often_wrong_at_the_first_try_comes_first(lesson: LessonPage, clock: Clock):
    people = [PersonFactory() for _number in range(20)]
    for number, person in enumerate(people):
        answer(lesson, person, clock, wrong=3 if number < 9 else 2 if number < 15 else 0)
        clock.move(minutes=2)
        answer(lesson, person, clock, wrong=0)

    found = failed_questions(lesson)

    assert [(each.text, each.wrong_percent, each.asked) for each in found] == [
        ("问题0", 75, 20),
        ("问题1", 75, 20),
        ("问题2", None, 20),
    ]


@pytest.mark.parametrize("how_many", [1, 3])
def test_counts_of_three_lessons_cost_what_one_costs(cast: Cast, how_many: int, django_assert_num_queries):
    lessons = [make.lesson() for _number in range(how_many)]

    with django_assert_num_queries(7):
        counts_of(lessons)


def test_the_pages_show_counts_and_no_person(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]
):
    people = watch(lesson, clock, people=10, until=100)
    LessonProblem.objects.create(page=lesson, reported_by=people[0], words="按钮名字变了", reported_at=clock.now)
    trainer = at_desk(cast.trainer)

    listed = trainer.get(reverse("teaching:lessons")).content.decode()
    shown = trainer.get(reverse("teaching:lesson", args=[lesson.pk])).content.decode()

    assert lesson.title in listed and "1 条错误等您回复" in listed
    assert "按钮名字变了" in shown and "data-histogram" in shown
    assert not any(person.name in listed + shown for person in people)


def test_a_trainer_answers_a_mistake(cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]):
    problem = LessonProblem.objects.create(page=lesson, reported_by=cast.learner, words="错", reported_at=clock.now)

    at_desk(cast.trainer).post(reverse("teaching:answer", args=[lesson.pk, problem.pk]), {"reply": "谢谢，改好了"})

    problem.refresh_from_db()
    assert (problem.reply, problem.replied_by, problem.replied_at) == ("谢谢，改好了", cast.trainer, clock.now)


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three(
    cast: Cast, at_desk: Callable[[Person], Client], how_many: int, django_assert_num_queries
):
    course = make.live_course(cast.orgs.provider)
    make.published(*[make.live_lesson(course) for _number in range(how_many)])
    trainer = at_desk(cast.trainer)
    trainer.get(reverse("teaching:lessons"))

    with django_assert_num_queries(QUERIES_OF_LESSONS):
        trainer.get(reverse("teaching:lessons"))


QUERIES_OF_LESSONS = 17


def test_the_editor_leads_to_the_learners_of_the_lesson(
    cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
):
    address = reverse("teaching:lesson", args=[lesson.pk])
    explorer = reverse("wagtailadmin_explore", args=[lesson.course.pk])
    editor = reverse("wagtailadmin_pages:edit", args=[lesson.pk])

    assert address in at_desk(cast.trainer).get(editor).content.decode()
    assert address in at_desk(cast.trainer).get(explorer).content.decode()
    assert address not in at_desk(cast.first_reviewer).get(editor).content.decode()
