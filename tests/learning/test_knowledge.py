"""A course's test before it and after it: for the person alone, once each, never in the way."""

from datetime import timedelta

import pytest

from courses.models import CoursePage
from lms.learning.domain.enrolling import enrol
from lms.learning.domain.knowledge import NotOffered, knowledge_of, offered, open_test, take_test, waiting_tests
from lms.learning.models import (
    CourseCompletion,
    CourseEnrolment,
    KnowledgeTest,
    LessonCompletion,
    QuizAttempt,
    QuizSitting,
)
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.papers import one_of_each, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person):
    return make.signed_in(person)


@pytest.fixture
def course(clock) -> CoursePage:
    """A course of one lesson with a bank of ten questions, four of which are asked."""
    made = make.live_course()
    bank = make.quiz_of(made.org, questions=10)
    bank.draw_count = 4
    bank.save()
    make.published(make.live_lesson(made))
    made.knowledge_test = bank
    made.save()
    return made


def address(course: CoursePage) -> str:
    return f"/learn/courses/{course.pk}/test/"


def complete(person, course, *, at) -> None:
    """As learning it would; the rules of completion are tried elsewhere."""
    lesson, enrolment = course.lessons().first(), enrol(person, course, at=at)
    outline = enrolment.outline_version
    LessonCompletion.objects.create(
        person=person, lesson_key=lesson.translation_key, page=lesson, outline_version=outline, rule="coverage",
        completed_at=at, decoded_seconds=600, round=enrolment.round,
    )  # fmt: skip
    CourseCompletion.objects.create(
        person=person, course_key=course.translation_key, page=course, outline_version=outline, completed_at=at,
        round=enrolment.round,
    )  # fmt: skip


def sent(test: KnowledgeTest, *, right_ones: int) -> dict[str, str]:
    return {f"q-{item['id']}": right(item) for item in test.paper[:right_ones]}


def test_before_and_after_stand_side_by_side_and_ask_different_questions(client, person, course, clock):
    client.get(address(course))
    client.post(address(course), sent(KnowledgeTest.objects.get(), right_ones=1))
    complete(person, course, at=clock.move(days=3))
    client.get(address(course))
    before, after = KnowledgeTest.objects.of(person)
    page = client.post(address(course), sent(after, right_ones=3), follow=True).content.decode()

    asked = [{item["question"] for item in test.paper} for test in (before, after)]
    assert [len(each) for each in asked] == [4, 4] and not asked[0] & asked[1]
    (knowledge,) = knowledge_of(person)
    assert (knowledge.course, knowledge.before, knowledge.after) == (course, 25, 75)
    assert "25%" in page and "75%" in page and page.count("badge-ok") == 3
    picture = client.get("/learn/self-assessment/result/").content.decode()
    assert course.title in picture and "25%" in picture and "75%" in picture


def test_it_counts_for_nothing_and_enrols_nobody(client, course):
    client.get(address(course))
    client.post(address(course), sent(KnowledgeTest.objects.get(), right_ones=4))

    assert KnowledgeTest.objects.get().percent == 100
    for model in (QuizAttempt, QuizSitting, CourseEnrolment, LessonCompletion, CourseCompletion):
        assert not model.objects.exists()


def test_what_is_left_open_is_not_right_and_nobody_need_guess(client, course):
    client.get(address(course))
    page = client.post(address(course), {}, follow=True).content.decode()

    assert KnowledgeTest.objects.get().percent == 0
    assert "4 道题答对了 0 道" in page
    assert "badge" not in page.split('class="compared"')[1], "before the course nothing is said about single questions"


def test_every_kind_can_be_answered_half_or_not_at_all(client, course):
    course.knowledge_test = one_of_each(course.org)
    course.save()
    client.get(address(course))
    test = KnowledgeTest.objects.get()
    order = next(item for item in test.paper if item["kind"] == "order")
    half = {f"q-{order['id']}-{order['options'][0]['id']}": "1"}

    assert client.post(address(course), half).status_code == 302
    test.refresh_from_db()
    assert (test.given, test.right_count) == ({}, 0)


def test_nonsense_is_told_and_leaves_nothing(client, course):
    client.get(address(course))
    test = KnowledgeTest.objects.get()
    nonsense = {f"q-{item['id']}": "x" for item in test.paper}

    assert client.post(address(course), nonsense).status_code == 422
    test.refresh_from_db()
    assert test.taken_at is None


def test_handed_in_twice_the_first_stays(person, course, clock):
    test = open_test(person, course, at=clock.now)
    take_test(test, given={}, at=clock.now)

    again = take_test(test, given={item["id"]: right(item) for item in test.paper}, at=clock.move(minutes=1))

    assert again.right_count == 0
    with pytest.raises(NotOffered):
        open_test(person, course, at=clock.now)


def test_loading_again_shows_the_same_paper_and_no_key(client, course):
    pages = [client.get(address(course)) for _time in range(2)]
    test = KnowledgeTest.objects.get()

    assert pages[0].context["form"].items == pages[1].context["form"].items
    for item in test.paper:
        assert item["source"] not in pages[0].content.decode()
    assert "is_right" not in pages[0].content.decode()


def test_before_is_over_once_a_lesson_is_done_also_for_an_open_paper(person, course, clock):
    test = open_test(person, course, at=clock.now)
    lesson, enrolment = course.lessons().first(), enrol(person, course, at=clock.now)
    LessonCompletion.objects.create(
        person=person, lesson_key=lesson.translation_key, page=lesson, outline_version=enrolment.outline_version,
        rule="coverage", completed_at=clock.now, decoded_seconds=600,
    )  # fmt: skip

    assert offered(person, course, at=clock.now) is None
    with pytest.raises(NotOffered):
        take_test(test, given={}, at=clock.now)


def test_a_small_bank_asks_again_what_it_must(person, course, clock):
    course.knowledge_test.questions.filter(sort_order__gte=6).delete()
    take_test(open_test(person, course, at=clock.now), given={}, at=clock.now)
    complete(person, course, at=clock.move(days=1))

    after = open_test(person, course, at=clock.now)

    before = KnowledgeTest.objects.of(person).first()
    fresh = {item["question"] for item in after.paper} - {item["question"] for item in before.paper}
    assert (len(after.paper), len(fresh)) == (4, 2)


def test_the_course_page_and_my_learning_offer_it_when_its_time_has_come(client, person, course, clock):
    assert b'data-course-test="pre_test"' in client.get(course.url).content
    take_test(open_test(person, course, at=clock.now), given={}, at=clock.now)
    assert b"data-course-test" not in client.get(course.url).content
    complete(person, course, at=clock.move(days=1))

    assert b'data-course-test="post_test"' in client.get(course.url).content
    assert address(course) in client.get("/learn/").content.decode()
    assert waiting_tests(person, [(course, 1)]) == {course.pk}
    take_test(open_test(person, course, at=clock.now), given={}, at=clock.now)
    assert address(course) not in client.get("/learn/").content.decode()
    client.logout()
    assert b"data-course-test" not in client.get(course.url).content


def test_courses_that_the_person_may_not_enter_test_nobody(client, course):
    course.access = "audience"
    course.save()

    assert client.get(address(course)).status_code == 302
    assert not KnowledgeTest.objects.exists()


def test_nobody_sees_the_result_or_the_pictures_of_another(client, person, course, clock):
    test = open_test(person, course, at=clock.now)
    take_test(test, given={}, at=clock.move(hours=1))
    other = make.signed_in(PersonFactory())

    assert client.get(f"{address(course)}result/").status_code == 200
    assert other.get(f"{address(course)}result/").status_code == 302
    assert other.get(f"/learn/sittings/{test.code}/{test.paper[0]['id']}/picture/").status_code == 404
    assert knowledge_of(PersonFactory()) == []


def test_a_course_of_the_cast_is_known_before_and_after_over_merged_accounts(person, course, clock):
    old = PersonFactory(merged_into=person)
    KnowledgeTest.objects.create(
        person=old, course_key=course.translation_key, page=course, question_set=course.knowledge_test,
        phase="pre_test", paper=[{}] * 4, right_count=1, opened_at=clock.now - timedelta(days=9),
        taken_at=clock.now - timedelta(days=9),
    )  # fmt: skip

    assert offered(person, course, at=clock.now) is None
    assert [each.before for each in knowledge_of(person)] == [25]


@pytest.mark.parametrize("count", [1, 3])
def test_the_picture_costs_the_same_for_one_course_and_for_many(
    client, person, clock, count, django_assert_num_queries
):
    for _number in range(count):
        made = make.live_course()
        KnowledgeTest.objects.create(
            person=person, course_key=made.translation_key, page=made, question_set=make.quiz_of(made.org),
            phase="pre_test", paper=[{}], opened_at=clock.now, taken_at=clock.now,
        )  # fmt: skip
    client.get("/learn/self-assessment/result/")

    with django_assert_num_queries(5):
        client.get("/learn/self-assessment/result/")
