"""Sounds of texts go to whoever sees the texts, in the order in which she sees them, whole or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.domain.reading_aloud import texts_of_lesson, wanted_texts
from courses.enums import Access
from courses.models import LessonPage
from lms.learning.domain.reading_aloud import notice_texts, paragraphs, texts_of_item
from lms.learning.models import QuizSitting
from lms.people.models import Person
from media.backends.speak.dummy import DummyVoice
from media.domain.speaking import key_of, speak
from media.models import Spoken
from tests.cast import Cast
from tests.factories.learning import lesson, live_course, live_lesson, published
from tests.speaking import speaker

__all__ = ["speaker"]
pytestmark = pytest.mark.django_db
BODY = [("heading", "先看一看"), ("steps", ["打开手机。再点微信。", "点开群聊"])]
READING = {"kind": "reading", "completion_rule": "reading", "video": None, "body": BODY}


def keys(answer: Any, client: Client) -> list[str]:
    """The sounds behind the signed addresses, in order."""
    found = []
    for piece in answer.json()["pieces"]:
        assert client.get(piece["address"]).status_code == 200
        found.append(piece["address"].rpartition("/")[2].partition(".")[0])
    return found


def test_a_lesson_is_heard_piece_by_piece(client: Client, speaker: DummyVoice) -> None:
    page = lesson(**READING)
    speak(texts_of_lesson(page), at=timezone.now())

    answer = client.get(f"/learn/lessons/{page.pk}/aloud/")

    assert keys(answer, client) == [key_of(text, speaker) for text in texts_of_lesson(page)]
    assert answer.json()["pieces"][1]["cues"] == [[0, 5], [760, 5]]
    assert "no-store" in answer["Cache-Control"]


def test_a_lesson_with_a_gap_is_not_heard_at_all(client: Client, speaker: DummyVoice) -> None:
    page = lesson(**READING)
    speak(texts_of_lesson(page)[:2], at=timezone.now())

    assert client.get(f"/learn/lessons/{page.pk}/aloud/").status_code == 404
    assert "data-sounds" not in client.get(page.get_url()).content.decode()


def test_the_page_offers_what_is_there(client: Client, speaker: DummyVoice) -> None:
    page = lesson(**READING)
    speak(texts_of_lesson(page), at=timezone.now())

    shown = client.get(page.get_url()).content.decode()

    assert f'data-sounds="/learn/lessons/{page.pk}/aloud/"' in shown and "机器合成的声音" in shown
    assert 'data-aloud="lesson-text"' in shown and 'id="lesson-text"' in shown


def test_a_lesson_without_text_has_no_button(client: Client, speaker: DummyVoice) -> None:
    assert "data-aloud" not in client.get(lesson().get_url()).content.decode()


def test_whoever_may_not_open_a_lesson_hears_nothing(
    client: Client, cast: Cast, signed_in: Callable[[Person], Client], speaker: DummyVoice
) -> None:
    page = published(live_lesson(live_course(access=Access.SIGNED_IN), **READING))
    speak(texts_of_lesson(page), at=timezone.now())

    assert client.get(f"/learn/lessons/{page.pk}/aloud/").status_code == 404
    assert signed_in(cast.learner).get(f"/learn/lessons/{page.pk}/aloud/").status_code == 200


@pytest.fixture
def quiz(cast: Cast, signed_in: Callable[[Person], Client]) -> tuple[Client, LessonPage]:
    page = lesson(completion_rule="quiz")
    return signed_in(cast.learner), page


def test_a_question_is_heard_in_the_order_of_the_paper(quiz: tuple[Client, LessonPage], speaker: DummyVoice) -> None:
    learner, page = quiz
    speak(wanted_texts(), at=timezone.now())
    learner.get(reverse("learning:quiz", args=[page.pk]))
    sitting = QuizSitting.objects.get()

    for item in sitting.paper:
        answer = learner.get(reverse("learning:item_sounds", args=[sitting.code, item["id"]]))

        shown = [item["text"], *(option["text"] for option in item["options"])]
        assert keys(answer, learner) == [key_of(text, speaker) for text in shown]


def test_what_is_heard_says_nothing_of_what_is_right(quiz: tuple[Client, LessonPage], speaker: DummyVoice) -> None:
    learner, page = quiz
    speak(wanted_texts(), at=timezone.now())
    learner.get(reverse("learning:quiz", args=[page.pk]))
    sitting = QuizSitting.objects.get()
    item = sitting.paper[0]

    body = learner.get(reverse("learning:item_sounds", args=[sitting.code, item["id"]])).json()

    assert set(body) == {"pieces"} and all(set(piece) == {"address", "cues"} for piece in body["pieces"])


def test_the_questions_of_others_are_not_heard(
    quiz: tuple[Client, LessonPage],
    cast: Cast,
    client: Client,
    signed_in: Callable[[Person], Client],
    speaker: DummyVoice,
) -> None:
    learner, page = quiz
    speak(wanted_texts(), at=timezone.now())
    learner.get(reverse("learning:quiz", args=[page.pk]))
    sitting = QuizSitting.objects.get()
    address = reverse("learning:item_sounds", args=[sitting.code, sitting.paper[0]["id"]])

    assert signed_in(cast.stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert learner.get(address.replace(sitting.code, "%00")).status_code == 404


def test_a_quiz_looks_for_sounds_once_however_many_questions(
    quiz: tuple[Client, LessonPage], speaker: DummyVoice, django_assert_max_num_queries: Any
) -> None:
    learner, page = quiz
    speak(wanted_texts(), at=timezone.now())
    learner.get(reverse("learning:quiz", args=[page.pk]))

    with django_assert_max_num_queries(60) as captured:
        shown = learner.get(reverse("learning:quiz", args=[page.pk])).content.decode()

    asked = [query for query in captured.captured_queries if "media_spoken" in query["sql"]]
    assert len(asked) == 1 and shown.count("data-sounds") == 3


def test_the_privacy_notice_is_heard_by_everybody(client: Client, speaker: DummyVoice) -> None:
    assert client.get("/learn/aloud/notice/everybody/").status_code == 404
    speak(notice_texts("everybody"), at=timezone.now())

    answer = client.get("/learn/aloud/notice/everybody/")

    assert keys(answer, client) == [key_of(text, speaker) for text in notice_texts("everybody")]
    assert 'data-sounds="/learn/aloud/notice/everybody/"' in client.get("/account/notice/").content.decode()
    assert client.get("/learn/aloud/notice/nobody/").status_code == 404


def test_an_english_page_offers_no_chinese_sound(client: Client, speaker: DummyVoice) -> None:
    speak(notice_texts("everybody"), at=timezone.now())
    client.cookies["django_language"] = "en"

    assert "data-sounds" not in client.get("/account/notice/").content.decode()


def test_without_any_voice_everything_works_as_before(client: Client, quiz: tuple[Client, LessonPage]) -> None:
    learner, page = quiz

    assert learner.get(reverse("learning:quiz", args=[page.pk])).status_code == 200
    assert client.get(lesson(**READING).get_url()).status_code == 200
    assert not Spoken.objects.exists()


def test_a_text_is_told_apart_as_its_page_does() -> None:
    assert paragraphs("一\n二\r\n\r\n三\n\n……") == ["一\n二", "三"]


def test_an_item_without_words_in_a_choice_is_read_without_it() -> None:
    item = {"text": "哪一个？", "options": [{"text": "甲"}, {"text": "——"}], "partners": [{"text": "乙"}]}

    assert texts_of_item(item) == ["哪一个？", "甲", "乙"]
