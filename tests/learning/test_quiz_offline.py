"""Answers to a quiz that were given without network, and arrive later."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lms.learning.domain.showing import shown_at, shown_token
from lms.learning.domain.sitting import TooSoon, open_sitting
from lms.learning.models import LessonCompletion, QuizAttempt, QuizSitting
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.papers import answers, one_of_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def client(person):
    return make.signed_in(person)


@pytest.fixture
def lesson():
    course = make.live_course()
    return make.published(
        make.live_lesson(course, completion_rule="quiz", kind="practice", quiz=one_of_each(course.org))
    )


@pytest.fixture
def sitting(person, lesson, clock):
    return open_sitting(person, lesson, at=clock.now)


def fields(sitting: QuizSitting, **options) -> dict[str, list[str]]:
    """The answers as the script of the page collects them."""
    given = {name: value for name, value in answers(sitting, **options).items() if name != "sitting"}
    return {
        name: [str(each) for each in value] if isinstance(value, list) else [str(value)]
        for name, value in given.items()
    }


def send(client, sitting, sent_fields=None, *, shown=None, **more):
    body = {
        "shown": shown or shown_token(sitting, at=sitting.opened_at),
        "fields": fields(sitting) if sent_fields is None else sent_fields,
        **more,
    }
    address = f"/learn/sittings/{sitting.code}/answers/"
    return client.post(address, json.dumps(body), content_type="application/json", HTTP_SEC_FETCH_SITE="same-origin")


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def test_answers_given_in_the_fields_are_marked_when_they_arrive(client, sitting, lesson, clock):
    noted = clock.move(days=2)
    arrived = clock.move(days=3)

    answer = send(client, sitting, noted_at=milliseconds(noted))

    attempt = QuizAttempt.objects.get()
    assert answer.json()["address"] == f"/learn/lessons/{lesson.pk}/quiz/result/"
    assert (attempt.passed, attempt.answered_offline) == (True, True)
    assert (attempt.noted_at, attempt.submitted_at) == (noted, arrived)
    assert LessonCompletion.objects.get().evidence["answered_offline"] is True
    assert "没有网络" in client.get(answer.json()["address"]).content.decode()


def test_sent_again_they_lead_to_the_same_result_whatever_they_say(client, sitting, clock):
    first = send(client, sitting, fields(sitting, wrong_ones=6), noted_at=1)

    again = send(client, sitting, fields(sitting), noted_at=1)
    lost = send(client, sitting, {}, noted_at=1)

    assert first.json() == again.json() == lost.json()
    assert QuizAttempt.objects.get().right_count == 0


def test_handed_in_at_once_by_a_script_it_is_an_ordinary_attempt(client, sitting, clock):
    clock.move(minutes=20)

    assert send(client, sitting).status_code == 200

    attempt = QuizAttempt.objects.get()
    assert (attempt.answered_offline, attempt.noted_at) == (False, None)
    assert "answered_offline" not in LessonCompletion.objects.get().evidence


def test_who_hides_that_it_was_offline_looks_through_it_again_first(client, sitting, lesson, clock):
    """By the script or by the form: two hours after the questions were sent they are shown once more."""
    token = shown_token(sitting, at=clock.now)
    clock.move(hours=2, seconds=1)

    by_script = send(client, sitting, shown=token)
    by_form = client.post(f"/learn/lessons/{lesson.pk}/quiz/", {**answers(sitting), "shown": token})

    assert (by_script.status_code, by_script.json()["error"]) == (422, "stale")
    assert by_form.status_code == 422 and not QuizAttempt.objects.exists()
    page = by_form.content.decode()
    assert page.count("checked") == 4 and "两小时" in page
    fresh = by_form.context["shown"]
    assert client.post(f"/learn/lessons/{lesson.pk}/quiz/", {**answers(sitting), "shown": fresh}).status_code == 302
    assert QuizAttempt.objects.get().answered_offline is False


def test_a_week_after_the_questions_were_sent_it_is_too_late(client, sitting, clock):
    clock.move(days=7)
    token = shown_token(sitting, at=clock.now)

    late = send(
        client, sitting, shown=shown_token(sitting, at=clock.move(seconds=1) - timedelta(days=7, seconds=1)), noted_at=1
    )
    assert (late.status_code, late.json()["error"]) == (422, "too_late")
    assert "再做一次" in late.json()["message"] and not QuizAttempt.objects.exists()

    assert send(client, sitting, shown=token, noted_at=1).status_code == 200, "the page was loaded again meanwhile"


def test_an_exam_is_not_answered_without_network(person, client, clock):
    course = make.live_course()
    exam = make.published(make.live_lesson(course, kind="exam", quiz=one_of_each(course.org)))
    page = client.get(f"/learn/lessons/{exam.pk}/quiz/").content.decode()
    sitting = QuizSitting.objects.get()

    refused = send(client, sitting, noted_at=1)

    assert (refused.status_code, refused.json()["error"]) == (422, "needs_network")
    assert "data-exam" in page and "考试要有网络才能交卷" in page
    assert not QuizAttempt.objects.exists()
    assert send(client, sitting).status_code == 200


def test_the_pause_runs_from_the_arrival(person, client, sitting, lesson, clock):
    clock.move(days=1)
    send(client, sitting, fields(sitting, wrong_ones=6), noted_at=milliseconds(sitting.opened_at))

    with pytest.raises(TooSoon):
        open_sitting(person, lesson, at=clock.move(seconds=59))


def test_nobody_hands_in_for_somebody_else(sitting):
    stranger = send(make.signed_in(PersonFactory()), sitting, noted_at=1)

    assert (stranger.status_code, stranger.json()["error"]) == (404, "unknown_sitting")
    assert not QuizAttempt.objects.exists()


def test_who_is_signed_out_is_told_that_the_answers_are_kept(client, sitting):
    client.logout()

    answer = send(client, sitting, noted_at=1)

    assert answer.status_code == 401 and "这部手机" in answer.json()["message"]
    assert answer.json()["address"] == "/account/sign-in/"


def test_what_an_account_answered_that_is_merged_now_is_asked_anew(person, sitting):
    survivor = PersonFactory()
    person.merged_into, person.is_active = survivor, False
    person.save()

    assert send(make.signed_in(survivor), sitting, noted_at=1).json()["error"] == "merged"


def test_answers_to_questions_that_were_changed_meanwhile_are_refused_with_a_sentence(person, client, sitting, lesson):
    lesson.quiz.questions.first().choices.update(text="改过")
    client.get(f"/learn/lessons/{lesson.pk}/quiz/")

    refused = send(client, sitting, noted_at=1)

    assert refused.json()["error"] == "replaced" and lesson.title in refused.json()["message"]


@pytest.mark.parametrize("noted_at", [-(10**15), 10**18, -1, 0])
def test_a_phone_clock_set_wrong_decides_nothing(client, sitting, noted_at):
    assert send(client, sitting, noted_at=noted_at).status_code == 200
    assert QuizAttempt.objects.get().answered_offline


WRONG = [
    {"noted_at": "1"}, {"noted_at": True}, {"noted_at": 1.5}, {"noted_at": None}, {"shown": 7}, {"shown": None},
    {"fields": []}, {"fields": {"q": "x"}}, {"fields": {"q": [1]}}, {"fields": {"q": [None]}}, {"fields": None},
]  # fmt: skip


@pytest.mark.parametrize("claim", WRONG)
def test_wrong_types_are_refused_and_leave_nothing(client, sitting, claim):
    address = f"/learn/sittings/{sitting.code}/answers/"
    body = {"shown": "x", "fields": fields(sitting), "noted_at": 1, **claim}

    answer = client.post(address, json.dumps(body), content_type="application/json", HTTP_SEC_FETCH_SITE="same-origin")

    assert (answer.status_code, answer.json()["error"]) == (400, "wrong_value")
    assert not QuizAttempt.objects.exists()


@pytest.mark.parametrize("value", ["", "\0", "x" * 5000, "None", "-1", "１"])
def test_nonsense_in_the_fields_is_no_answer(client, sitting, value):
    nonsense = {name: [value] for name in fields(sitting)}

    answer = send(client, sitting, nonsense, noted_at=1)

    assert (answer.status_code, answer.json()["error"]) == (422, "answers_missing")
    assert not QuizAttempt.objects.exists()


@pytest.mark.parametrize("code", ["x", "0" * 22, "%00", "x" * 200])
def test_an_invented_sitting_is_nobodys(client, sitting, code):
    answer = client.post(
        f"/learn/sittings/{code}/answers/", '{"fields": {}, "shown": ""}', content_type="application/json"
    )

    assert answer.status_code in {400, 404} and not QuizAttempt.objects.exists()


def test_a_token_of_another_sitting_or_an_invented_one_says_nothing(sitting, lesson, clock):
    other = open_sitting(PersonFactory(), lesson, at=clock.now)
    later = clock.move(days=3)

    assert shown_at(sitting, shown_token(sitting, at=later)) == later.replace(microsecond=0)
    for token in (shown_token(other, at=later), "", "x:y:z", "\0", "é" * 30):
        assert shown_at(sitting, token) == sitting.opened_at
    assert shown_at(sitting, shown_token(sitting, at=later)).tzinfo == UTC


def test_no_key_is_in_what_is_answered(client, sitting):
    said = send(client, sitting, {}, noted_at=1).content.decode() + send(client, sitting, noted_at=1).content.decode()

    assert "key" not in said and "一一零" not in said
