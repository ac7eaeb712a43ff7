"""Questions in a video: asked, answered or left, kept for the trainer, worth nothing."""

import json

import pytest
from django.utils import timezone

from courses.domain.reading_aloud import wanted_texts
from courses.models import Choice, Question, VideoQuestion
from lms.learning.domain.carrying import carry
from lms.learning.domain.forgetting import forget_words
from lms.learning.domain.packages import issue_package
from lms.learning.domain.teaching import failed_in_video
from lms.learning.models import LessonCompletion, QuizAttempt, VideoAnswer, WatchRecord
from media.domain.speaking import key_of, speak
from tests.factories import learning as make
from tests.factories.people import OrgFactory, PersonFactory
from tests.speaking import speaker

__all__ = ["speaker"]
pytestmark = pytest.mark.django_db


def put(lesson, *moments: int, quiz=None) -> list[VideoQuestion]:
    quiz = quiz or make.quiz_of(lesson.org, questions=len(moments))
    questions = list(quiz.questions.all())
    return [
        VideoQuestion.objects.create(page=lesson, at_seconds=at, question=question, sort_order=place)
        for place, (at, question) in enumerate(zip(moments, questions, strict=True))
    ]


@pytest.fixture
def lesson(clock):
    return make.lesson(seconds=600)


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person):
    return make.signed_in(person)


def send(client, lesson, **sent):
    return client.post(
        f"/learn/lessons/{lesson.pk}/practice/",
        json.dumps(sent),
        content_type="application/json",
        HTTP_SEC_FETCH_SITE="same-origin",
    )


def named(asked: dict, text: str) -> str:
    return next(choice["id"] for choice in asked["choices"] if choice["text"] == text)


def test_questions_come_in_the_order_of_the_recording_and_without_keys(client, lesson):
    put(lesson, 300, 90)

    answer = send(client, lesson)

    asked = answer.json()["questions"]
    assert [each["at"] for each in asked] == [90, 300]
    assert set(asked[0]) == {"id", "at", "text", "answered", "choices", "sounds"}
    assert all(set(choice) == {"id", "text"} for each in asked for choice in each["choices"])
    assert "is_right" not in answer.content.decode()
    bank = {str(pk) for pk in Choice.objects.values_list("pk", flat=True)}
    assert not bank & {choice["id"] for each in asked for choice in each["choices"]}


def test_a_question_is_heard_in_the_order_in_which_the_person_sees_its_choices(client, lesson, speaker):
    put(lesson, 10)
    speak(wanted_texts(), at=timezone.now())

    (asked,) = send(client, lesson).json()["questions"]

    seen = [asked["text"], *(choice["text"] for choice in asked["choices"])]
    keys = [sound["address"].rpartition("/")[2].partition(".")[0] for sound in asked["sounds"]]
    assert keys == [key_of(text, speaker) for text in seen]


def test_names_and_order_of_choices_say_nothing_about_the_right_one(lesson):
    """The bank has the right one first; people get orders of their own, which loading again does not change."""
    put(lesson, 10)
    people = [make.signed_in(PersonFactory()) for _number in range(30)]
    asked = [send(each, lesson).json()["questions"][0]["choices"] for each in people]

    assert {[choice["text"] for choice in each].index("对的") for each in asked} == {0, 1, 2}
    assert len({choice["id"] for each in asked for choice in each}) == 90
    assert send(people[0], lesson).json()["questions"][0]["choices"] == asked[0]


def test_the_first_answer_is_kept_and_every_one_is_told(client, lesson, person):
    (row,) = put(lesson, 10)
    Question.objects.update(explanation="因为这样")
    asked = send(client, lesson).json()["questions"][0]

    wrong = send(client, lesson, question=row.pk, choice=named(asked, "错的")).json()
    right = send(client, lesson, question=row.pk, choice=named(asked, "对的")).json()

    assert (wrong["right"], right["right"]) == (False, True)
    assert right["explanation"] == "因为这样"
    answer = VideoAnswer.objects.get()
    assert (answer.person, answer.question, answer.is_right) == (person, row.question, False)
    assert send(client, lesson).json()["questions"][0]["answered"]


def test_a_statement_is_right_or_wrong(client, lesson):
    (row,) = put(lesson, 10)
    Question.objects.update(kind="true_false", is_true=False)
    asked = send(client, lesson).json()["questions"][0]

    assert [choice["text"] for choice in asked["choices"]] == ["对", "错"]
    assert send(client, lesson, question=row.pk, choice=named(asked, "错")).json()["right"]


def test_answers_earn_nothing_and_are_no_evidence(client, lesson):
    (row,) = put(lesson, 10)
    asked = send(client, lesson).json()["questions"][0]

    send(client, lesson, question=row.pk, choice=named(asked, "对的"))

    assert not any(model.objects.exists() for model in (QuizAttempt, LessonCompletion, WatchRecord))


def test_questions_that_cannot_be_asked_are_left_out(client, lesson):
    foreign, long, late, fine = put(lesson, 10, 20, 30, 40)
    foreign.question.question_set = make.quiz_of(OrgFactory(), questions=0)
    foreign.question.save()
    Question.objects.filter(pk=long.question_id).update(kind="short")
    VideoQuestion.objects.filter(pk=late.pk).update(at_seconds=600)

    asked = send(client, lesson).json()["questions"]

    assert [each["id"] for each in asked] == [fine.pk]
    name = send(client, lesson).json()["questions"][0]["choices"][0]["id"]
    assert send(client, lesson, question=foreign.pk, choice=name).status_code == 404


def test_names_of_another_person_or_of_another_question_are_no_choice(client, lesson):
    one, other = put(lesson, 10, 20)
    hers = send(client, lesson).json()["questions"]
    his = send(make.signed_in(PersonFactory()), lesson).json()["questions"]

    assert send(client, lesson, question=one.pk, choice=his[0]["choices"][0]["id"]).status_code == 404
    assert send(client, lesson, question=one.pk, choice=hers[1]["choices"][0]["id"]).status_code == 404
    assert send(client, make.lesson(), question=one.pk, choice=hers[0]["choices"][0]["id"]).status_code == 404
    assert not VideoAnswer.objects.exists() and other


@pytest.mark.parametrize(
    "sent",
    [{"question": "1", "choice": "x"}, {"question": True, "choice": "x"}, {"question": 1, "choice": 7},
     {"question": 1, "choice": None}, {"question": 1, "choice": ["x"]}, {"choice": "x"},
     {"question": 2**40, "choice": "x"}],
)  # fmt: skip
def test_wrong_types_are_refused(client, lesson, sent):
    put(lesson, 10)
    assert send(client, lesson, **sent).status_code == 400


def test_who_is_not_signed_in_or_may_not_play_is_not_asked(client, person, lesson):
    put(lesson, 10)
    client.logout()
    assert send(client, lesson).status_code == 401

    lesson.course.access = "audience"
    lesson.course.save()
    assert send(make.signed_in(person), lesson).status_code == 403


def test_the_page_says_where_to_ask_only_where_there_is_something(client, lesson):
    assert b"data-practice-url" not in client.get(lesson.url).content

    put(lesson, 10)

    assert b"data-practice-url" in client.get(lesson.url).content
    client.logout()
    assert b"data-practice-url" not in client.get(lesson.url).content


def kept(client, package):
    return client.get(f"/learn/packages/{package.code}/practice/")


def hand_in(client, package, *answers):
    sent = {"package": package.code, "answers": [{"question": row, "choice": choice} for row, choice in answers]}
    return client.post("/learn/packages/practised/", json.dumps(sent), content_type="application/json")


def test_a_phone_that_keeps_the_lesson_has_what_is_right_and_why(client, lesson, person, clock):
    put(lesson, 90)
    Question.objects.update(explanation="因为这样")
    make.file_to_keep(lesson.video)
    package = issue_package(person, lesson, at=clock.now)

    (asked,) = kept(client, package).json()["questions"]

    assert (asked["right"], asked["explanation"], asked["sounds"]) == (named(asked, "对的"), "因为这样", [])
    parts = {part.name: part.address for part in carry(package, at=clock.now)}
    assert parts["practice.json"] == f"/learn/packages/{package.code}/practice/"
    page = client.get(f"/learn/packages/{package.code}/page/").content.decode()
    assert f'data-practice-url="/learn/kept/{lesson.pk}/practice.json"' in page
    assert kept(make.signed_in(PersonFactory()), package).status_code == 404


def test_a_lesson_without_questions_brings_none_along(client, lesson, person, clock):
    make.file_to_keep(lesson.video)
    package = issue_package(person, lesson, at=clock.now)

    assert "practice.json" not in [part.name for part in carry(package, at=clock.now)]
    assert b"data-practice-url" not in client.get(f"/learn/packages/{package.code}/page/").content


def test_what_was_answered_without_network_is_kept_when_it_arrives(client, lesson, person, clock):
    one, other = put(lesson, 10, 20)
    package = issue_package(person, lesson, at=clock.now)
    asked, _second = kept(client, package).json()["questions"]
    VideoAnswer.objects.create(
        person=person, page=lesson, question=other.question, is_right=True, answered_at=clock.now
    )
    clock.move(days=9)

    answer = hand_in(client, package, (one.pk, named(asked, "错的")), (one.pk, named(asked, "对的")), (999, "gone"))

    assert answer.json() == {"kept": 2}
    found = VideoAnswer.objects.get(question=one.question)
    assert (found.person, found.is_right, found.answered_at) == (person, False, clock.now)
    assert not any(model.objects.exists() for model in (QuizAttempt, LessonCompletion))


def test_answers_are_handed_in_by_whoever_fetched_the_lesson_or_her_other_account(client, lesson, person, clock):
    (row,) = put(lesson, 10)
    package = issue_package(person, lesson, at=clock.now)
    (asked,) = kept(client, package).json()["questions"]
    stays = PersonFactory()

    assert hand_in(make.signed_in(stays), package, (row.pk, named(asked, "对的"))).status_code == 404
    client.logout()
    assert hand_in(client, package, (row.pk, named(asked, "对的"))).status_code == 401
    assert not VideoAnswer.objects.exists()

    type(person).objects.filter(pk=person.pk).update(merged_into=stays)
    assert hand_in(make.signed_in(stays), package, (row.pk, named(asked, "对的"))).json() == {"kept": 1}
    assert VideoAnswer.objects.get().person == stays


@pytest.mark.parametrize("answers", [None, "x", [1], [{"question": 1}], [{"question": "1", "choice": "x"}], [{}] * 31])
def test_malformed_answers_of_a_package_are_refused(client, lesson, person, clock, answers):
    package = issue_package(person, lesson, at=clock.now)
    sent = json.dumps({"package": package.code, "answers": answers})

    answer = client.post("/learn/packages/practised/", sent, content_type="application/json")

    assert answer.status_code == 400 and not VideoAnswer.objects.exists()


@pytest.mark.parametrize("count", [1, 6])
def test_asking_costs_the_same_for_few_and_many(client, lesson, count, django_assert_num_queries):
    put(lesson, *range(10, 10 + count))
    send(client, lesson)

    with django_assert_num_queries(10):
        send(client, lesson)


def test_the_trainer_sees_which_question_fails_once_ten_have_answered(lesson, clock):
    one, other = put(lesson, 10, 20)
    people = [PersonFactory() for _number in range(10)]
    for person in people:
        VideoAnswer.objects.create(
            person=person, page=lesson, question=one.question, is_right=False, answered_at=clock.now
        )
    for person in people[:9]:
        VideoAnswer.objects.create(
            person=person, page=lesson, question=other.question, is_right=False, answered_at=clock.now
        )

    (failed,) = failed_in_video(lesson)

    assert (failed.text, failed.wrong_percent, failed.asked) == (one.question.text, 100, 10)


def test_answers_of_a_closed_account_are_deleted(person, lesson, clock):
    (row,) = put(lesson, 10)
    VideoAnswer.objects.create(person=person, page=lesson, question=row.question, is_right=True, answered_at=clock.now)
    person.closed_at = clock.now
    person.save()

    assert forget_words(at=clock.now)["learning.VideoAnswer"] == 1
    assert not VideoAnswer.objects.exists()
