"""A course is judged by the outline pinned at enrolment, whatever is edited later; and it can be taken again."""

from datetime import UTC, datetime, timedelta

import pytest

from courses.domain.outlines import write_outline
from lms.learning.domain import retaking
from lms.learning.domain.completing import complete_missing_courses
from lms.learning.domain.retaking import CannotRetake, register_round_opener, retake
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import CourseCompletion, CourseEnrolment, LessonCompletion
from lms.learning.queries import CourseState, Progress
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


@pytest.fixture
def person():
    return PersonFactory()


def course_of(count: int, **fields):
    """A published course of so many lessons of a minute each."""
    course = make.live_course(**fields)
    lessons = [make.live_lesson(course, seconds=60) for _number in range(count)]
    make.published(*lessons)
    return course, lessons


def watch(person, lesson, at: datetime) -> datetime:
    """The person watches the whole lesson in real time; returns when she ended."""
    session = open_session(person, lesson, at=at)
    accept_report(session, 1, stretches=Stretches.of([(0, 60)]), at=at + timedelta(seconds=60))
    return at + timedelta(seconds=60)


def state(person, course) -> CourseState:
    found = Progress(person).course(course)
    assert found is not None
    return found


def withdraw(lesson, at: datetime) -> None:
    lesson.unpublish()
    write_outline(lesson.course, at)


def test_a_withdrawn_lesson_that_was_done_still_counts_so_that_the_percentage_does_not_fall(person):
    course, (one, two) = course_of(2)
    at = watch(person, one, AT)
    before = state(person, course)

    withdraw(one, at)

    assert (before.percent, state(person, course).percent) == (50, 50)
    watch(person, two, at)
    assert CourseCompletion.objects.get().evidence["waived"] == []


@pytest.mark.parametrize("edit", ["add", "withdraw undone", "withdraw done", "make elective", "longer recording"])
def test_no_edit_lowers_a_percentage(person, edit):
    course, (one, two, _three) = course_of(3)
    at = watch(person, one, AT)
    before = state(person, course)

    if edit == "add":
        make.live_lesson(course, seconds=60)
    elif edit == "withdraw undone":
        two.unpublish()
    elif edit == "withdraw done":
        one.unpublish()
    elif edit == "make elective":
        one.course_type = "elective"
        one.save()
    else:
        one.video = make.ready_video(one.org, seconds=900)
        one.save()
    write_outline(course, at)
    complete_missing_courses(at=at)

    assert state(person, course).percent >= before.percent == 33
    assert Progress(person).lesson(one).is_done


@pytest.mark.parametrize("edit", ["add", "withdraw", "ask for more"])
def test_no_edit_withdraws_a_completion(person, edit):
    course, (one,) = course_of(1)
    at = watch(person, one, AT)
    completion = CourseCompletion.objects.get()

    if edit == "add":
        make.live_lesson(course, seconds=60)
    elif edit == "withdraw":
        one.unpublish()
    else:
        one.coverage_percent = 100
        one.save()
    write_outline(course, at)
    complete_missing_courses(at=at)

    assert state(person, course).is_done
    assert list(CourseCompletion.objects.all()) == [completion]
    assert LessonCompletion.objects.count() == 1


def test_what_is_missing_is_said_in_one_sentence_that_names_the_lessons(person):
    course, lessons = course_of(5)
    at = watch(person, lessons[0], AT)
    titles = "》、《".join(lesson.title for lesson in lessons[1:4])

    assert state(person, course).sentence == f"还差 4 课：《{titles}》等。"
    for lesson in lessons[1:3]:
        at = watch(person, lesson, at)
    assert state(person, course).sentence == f"还差 2 课：《{lessons[3].title}》、《{lessons[4].title}》。"
    for lesson in lessons[3:]:
        withdraw(lesson, at)
    assert state(person, course).sentence == "要学的都学了，这门课很快会显示为学完。"
    complete_missing_courses(at=at)
    assert state(person, course).sentence == ""


def test_a_course_of_which_nothing_is_offered_says_so(person):
    course, (one,) = course_of(1)
    open_session(person, one, at=AT)

    withdraw(one, AT)

    assert state(person, course).sentence == "这门课目前没有可学的内容，您学过的都还在。"


@pytest.fixture
def every_course_again(monkeypatch):
    monkeypatch.setattr(retaking, "_openers", [])
    register_round_opener(lambda person, done, at: {each.course_key for each in done})


def test_without_a_rule_nobody_takes_a_course_again(person, monkeypatch):
    monkeypatch.setattr(retaking, "_openers", [])
    course, (one,) = course_of(1)
    at = watch(person, one, AT)

    with pytest.raises(CannotRetake):
        retake(person, course, at=at)

    assert CourseEnrolment.objects.count() == 1


@pytest.mark.usefixtures("every_course_again")
def test_a_course_that_is_not_complete_is_not_taken_again(person):
    course, (one, _two) = course_of(2)
    at = watch(person, one, AT)

    with pytest.raises(CannotRetake):
        retake(person, course, at=at)


@pytest.mark.usefixtures("every_course_again")
def test_a_course_taken_again_begins_anew_and_is_completed_a_second_time(person):
    course, (one, two) = course_of(2)
    at = watch(person, two, watch(person, one, AT))

    second = retake(person, course, at=at)
    again = retake(person, course, at=at)
    begun = state(person, course)
    lesson = Progress(person).lesson(one)
    at = watch(person, one, at)
    half = state(person, course)
    watch(person, two, at)

    assert (again, second.round) == (second, 2)
    assert (begun.percent, begun.is_done, lesson.state) == (0, False, "new")
    assert (half.percent, half.is_done) == (50, False)
    assert sorted(CourseCompletion.objects.values_list("round", flat=True)) == [1, 2]
    assert sorted(LessonCompletion.objects.values_list("round", flat=True)) == [1, 1, 2, 2]


@pytest.mark.usefixtures("every_course_again")
def test_a_player_still_open_from_the_first_round_does_not_count_for_the_second(person):
    course, (one,) = course_of(1)
    old = open_session(person, one, at=AT)
    at = watch(person, one, AT)
    retake(person, course, at=at)

    accept_report(old, 1, stretches=Stretches.of([(0, 60)]), at=at + timedelta(seconds=60))

    assert state(person, course).percent == 0


@pytest.mark.usefixtures("every_course_again")
def test_the_second_round_pins_the_outline_of_its_own_day(person):
    course, (one,) = course_of(1)
    at = watch(person, one, AT)
    make.live_lesson(course, seconds=60)
    newer = write_outline(course, at)

    assert retake(person, course, at=at).outline_version == newer


@pytest.mark.usefixtures("every_course_again")
def test_the_course_page_and_my_learning_offer_to_take_it_again(person):
    course, (one,) = course_of(1)
    watch(person, one, AT)
    client = make.signed_in(person)

    assert b"data-take-again" in client.get("/learn/").content
    assert b"data-take-again" in client.get(course.url).content
    client.post(f"/learn/courses/{course.pk}/again/")

    assert CourseEnrolment.objects.filter(person=person, round=2).exists()
    assert b"data-take-again" not in client.get("/learn/").content
