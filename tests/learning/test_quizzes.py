"""Sitting down to a quiz and handing it in, without JavaScript."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image as Picture
from wagtail.images.models import Image

from courses.models import CoursePage, Question
from lms.learning.domain.answering import hand_in
from lms.learning.domain.reading import least_seconds, opened_token
from lms.learning.domain.sitting import NotNow, TooSoon, open_sitting, pause_after
from lms.learning.models import CourseCompletion, LessonCompletion, QuizAttempt, QuizSitting
from tests.factories import learning as make
from tests.factories.people import OrgFactory, PersonFactory
from tests.learning.papers import answers, one_of_each, right, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person):
    return make.signed_in(person)


@pytest.fixture
def lesson():
    return make.lesson(completion_rule="quiz", kind="practice")


@pytest.fixture
def every_kind():
    course = make.live_course()
    return make.published(
        make.live_lesson(course, completion_rule="quiz", kind="practice", quiz=one_of_each(course.org))
    )


def address(lesson) -> str:
    return f"/learn/lessons/{lesson.pk}/quiz/"


def opened(client, lesson) -> QuizSitting:
    client.get(address(lesson))
    return QuizSitting.objects.get(closed_at=None, lesson_key=lesson.translation_key)


def test_quiz_page_works_without_javascript_for_every_kind(client, every_kind):
    page = client.get(address(every_kind)).content.decode()

    assert page.count('type="radio"') == 3 + 2
    assert page.count('type="checkbox"') == 3
    assert page.count("<select") == 3 + 2
    assert page.count("<legend>") == 6
    assert page.count("<label") >= 6


def test_page_source_holds_no_key_and_no_name_of_the_bank(client, every_kind):
    page = client.get(address(every_kind)).content.decode()
    sitting = QuizSitting.objects.get()

    assert "is_right" not in page and "checked" not in page
    assert page.count("selected") == page.count('value="" selected') == 5
    assert "一一零" not in page
    for item in sitting.paper:
        assert item["source"] not in page
        assert f"question-{item['question']}" not in page


def test_loading_again_shows_the_same_questions_in_the_same_order(client, every_kind):
    first = client.get(address(every_kind)).context["form"].items
    again = client.get(address(every_kind)).context["form"].items

    assert first == again
    assert QuizSitting.objects.count() == 1


def test_passing_the_quiz_completes_the_lesson(client, person, every_kind):
    page = client.post(address(every_kind), answers(opened(client, every_kind)), follow=True)

    attempt, completion = QuizAttempt.objects.get(), LessonCompletion.objects.get()
    assert (attempt.right_count, attempt.question_count, attempt.passed) == (6, 6, True)
    assert (completion.person, completion.rule, completion.evidence["attempt"]) == (person, "quiz", attempt.pk)
    assert b'data-passed="yes"' in page.content


def test_what_somebody_wrote_is_not_kept_for_ever(client, every_kind):
    client.post(address(every_kind), answers(opened(client, every_kind)))

    assert all(answer.keys() <= {"question", "right", "choice"} for answer in QuizAttempt.objects.get().answers)
    assert set(QuizSitting.objects.get().given) == {item["id"] for item in QuizSitting.objects.get().paper}


def test_failing_the_quiz_tells_what_was_wrong_and_asks_for_a_pause(client, lesson, clock):
    page = client.post(address(lesson), answers(opened(client, lesson), wrong_ones=2), follow=True)
    hurried = client.get(address(lesson))
    clock.move(seconds=60)
    client.post(address(lesson), answers(opened(client, lesson)))

    assert [each.is_right for each in page.context["feedback"]] == [False, False, True]
    assert [each.chosen for each in page.context["feedback"]][2] == "对的"
    assert "learning/quiz_closed.html" in [template.name for template in hurried.templates]
    assert [attempt.passed for attempt in QuizAttempt.objects.order_by("number")] == [False, True]


def test_the_pause_is_as_long_as_the_quiz_says(person, lesson, clock):
    lesson.quiz.pause_minutes = 30
    lesson.quiz.save()
    sitting = open_sitting(person, lesson, at=clock.now)
    wrong_ones = {item["id"]: wrong(item) for item in sitting.paper}
    hand_in(sitting, given=wrong_ones, at=clock.now)

    with pytest.raises(TooSoon) as caught:
        open_sitting(person, lesson, at=clock.move(minutes=29))

    assert caught.value.wait_seconds == 60
    assert open_sitting(person, lesson, at=clock.move(minutes=1)).paper


def test_each_failure_in_a_row_doubles_the_pause_up_to_a_day(person, lesson, clock):
    for minutes in (1, 2, 4, 8):
        sitting = open_sitting(person, lesson, at=clock.now)
        hand_in(sitting, given={item["id"]: wrong(item) for item in sitting.paper}, at=clock.now)
        with pytest.raises(TooSoon):
            open_sitting(person, lesson, at=clock.move(minutes=minutes, seconds=-1))
        clock.move(seconds=1)

    sitting = open_sitting(person, lesson, at=clock.now)
    hand_in(sitting, given={item["id"]: right(item) for item in sitting.paper}, at=clock.now)
    assert open_sitting(person, lesson, at=clock.now).paper
    assert pause_after(40, lesson.quiz) == timedelta(days=1)


def test_no_more_tries_than_allowed(person, lesson, clock):
    lesson.quiz.attempt_limit = 2
    lesson.quiz.save()
    for _try in range(2):
        sitting = open_sitting(person, lesson, at=clock.move(minutes=2))
        hand_in(sitting, given={item["id"]: right(item) for item in sitting.paper}, at=clock.now)

    with pytest.raises(NotNow):
        open_sitting(person, lesson, at=clock.move(days=30))

    assert QuizAttempt.objects.count() == 2


def test_as_many_are_asked_as_the_quiz_draws(client, lesson):
    lesson.quiz.draw_count = 2
    lesson.quiz.save()

    client.post(address(lesson), answers(opened(client, lesson)))

    assert QuizAttempt.objects.get().question_count == 2


def test_two_tabs_hand_in_and_one_counts(client, lesson):
    sitting = opened(client, lesson)

    client.post(address(lesson), answers(sitting, wrong_ones=3))
    second = client.post(address(lesson), answers(sitting), follow=True)

    assert QuizAttempt.objects.get().right_count == 0
    assert second.context["attempt"].right_count == 0


def test_unanswered_questions_are_named_and_leave_no_attempt(client, lesson):
    sitting = opened(client, lesson)
    given = answers(sitting)
    given.pop(f"q-{sitting.paper[1]['id']}")

    page = client.post(address(lesson), given)

    assert page.status_code == 422
    assert [bool(asked.errors) for asked in page.context["form"].asked()] == [False, True, False]
    assert page.content.decode().count("checked") == 2
    assert not QuizAttempt.objects.exists()


def test_the_same_place_twice_is_told_and_leaves_no_attempt(client, every_kind):
    sitting = opened(client, every_kind)
    given = answers(sitting)
    item = next(each for each in sitting.paper if each["kind"] == "order")
    given |= {f"q-{item['id']}-{option['id']}": "1" for option in item["options"]}

    assert client.post(address(every_kind), given).status_code == 422
    assert not QuizAttempt.objects.exists()


def test_another_persons_sitting_is_not_handed_in(client, lesson):
    theirs = open_sitting(PersonFactory(), lesson, at=make.PUBLISHED_AT)

    page = client.post(address(lesson), answers(theirs))

    assert page.status_code == 302
    assert not QuizAttempt.objects.exists()


def test_a_question_changed_in_the_bank_is_asked_anew(client, lesson):
    old = opened(client, lesson)
    Question.objects.filter(pk=old.paper[0]["question"]).update(text="改过的问题")

    page = client.get(address(lesson)).content.decode()
    late = client.post(address(lesson), answers(old), follow=True)

    assert "改过的问题" in page
    assert not QuizAttempt.objects.exists()
    assert late.context["messages"]


def test_a_passed_quiz_does_not_complete_a_lesson_whose_rule_is_coverage(client):
    course = make.live_course()
    lesson = make.published(make.live_lesson(course, quiz=make.quiz_of(course.org)))

    client.post(address(lesson), answers(opened(client, lesson)))

    assert QuizAttempt.objects.get().passed
    assert not LessonCompletion.objects.exists()


READING = [("paragraph", "<p>读一读</p>")]


@pytest.fixture
def course_with_exam() -> CoursePage:
    course = make.live_course()
    make.published(
        make.live_lesson(course, completion_rule="reading", kind="reading", body=READING),
        make.live_lesson(course, kind="exam", quiz=make.quiz_of(course.org)),
    )
    return course


def test_the_exam_opens_after_the_other_lessons_and_completes_the_course(client, person, clock, course_with_exam):
    reading, exam = course_with_exam.lessons()
    assert exam.completion_rule == "quiz"

    early = client.get(address(exam))
    assert not QuizSitting.objects.exists()
    assert "learning/quiz_closed.html" in [template.name for template in early.templates]
    token = opened_token(person, reading, at=clock.now)
    clock.move(seconds=least_seconds(reading))
    client.post(f"/learn/lessons/{reading.pk}/read/", {"opened": token})
    assert not CourseCompletion.objects.exists()
    client.post(address(exam), answers(opened(client, exam)))

    assert CourseCompletion.objects.get().person == person


def test_a_failed_exam_leaves_the_course_open(client, person, clock, course_with_exam):
    reading, exam = course_with_exam.lessons()
    token = opened_token(person, reading, at=clock.now)
    clock.move(seconds=least_seconds(reading))
    client.post(f"/learn/lessons/{reading.pk}/read/", {"opened": token})

    client.post(address(exam), answers(opened(client, exam), wrong_ones=2))

    assert not CourseCompletion.objects.exists()


@pytest.fixture
def with_media(settings, tmp_path, lesson):
    picture = BytesIO()
    Picture.new("RGB", (40, 30), "green").save(picture, "PNG")
    image = Image.objects.create(title="照片", file=ContentFile(picture.getvalue(), "a.png"))
    question = lesson.quiz.questions.first()
    question.image, question.image_alt = image, "一片绿"
    question.audio.save("x.mp3", ContentFile(b"ID3" + b"0" * 50))
    question.save()
    return lesson


def test_picture_and_sound_go_to_whoever_is_asked_and_to_nobody_else(client, with_media):
    page = client.get(address(with_media)).content.decode()
    sitting = QuizSitting.objects.get()
    item = next(each for each in sitting.paper if each["image"])
    base = f"/learn/sittings/{sitting.code}/{item['id']}"

    picture, sound = client.get(f"{base}/picture/"), client.get(f"{base}/sound/", headers={"Range": "bytes=0-2"})

    assert f"{base}/picture/" in page and f"{base}/sound/" in page and 'alt="一片绿"' in page
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    assert (sound.status_code, b"".join(sound.streaming_content)) == (206, b"ID3")
    assert make.signed_in(PersonFactory()).get(f"{base}/picture/").status_code == 404
    assert client.get(f"/learn/sittings/{sitting.code}/none/sound/").status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_opening_and_loading_again_cost_the_same_for_few_and_many_questions(
    client, count, django_assert_max_num_queries
):
    org = OrgFactory()
    lesson = make.lesson(completion_rule="quiz", kind="practice", quiz=make.quiz_of(org, questions=count))
    client.get(address(lesson))

    with django_assert_max_num_queries(32):
        client.get(address(lesson))
