"""读给我听: by the phone's own voice, by sounds of the server, or not offered at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from courses.domain.reading_aloud import wanted_texts
from courses.models import LessonPage
from lms.people.models import Person
from media.backends import speak as backend
from media.domain.speaking import speak
from tests.browser.streaming import context, enter
from tests.browser.test_accessibility import faults
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.factories.learning import live_lesson, published, quiz_of

__all__ = ["context"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BODY = [
    ("heading", "先看一看"),
    ("paragraph", "<p>点<b>绿色</b>的图标。再点“发现”！</p>"),
    ("steps", ["打开手机", "点开微信"]),
]
SENTENCES = ["先看一看", "点绿色的图标。", "再点“发现”！", "打开手机", "点开微信"]
# Speaks a sentence each time that the test says so; other voices stand before the right one.
VOICE = """() => {
  const said = (window.said = []);
  let waiting = null;
  const voices = [["zh-HK", true], ["en-US", true], ["zh-CN", false], ["zh_CN", true]]
    .map(([lang, localService]) => ({ lang, localService }));
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices,
    addEventListener() {},
    cancel() { window.cancelled = (window.cancelled || 0) + 1; waiting = null; },
    speak(each) { said.push([each.text, each.lang, each.rate, each.voice.localService]); waiting = each; },
  } });
  window.goOn = () => { const each = waiting; waiting = null; each.onend({}); };
}"""
NO_VOICE = "() => Object.defineProperty(window, 'speechSynthesis', { value: undefined })"
MARKED = "[...document.querySelectorAll('.aloud-now')].map(each => each.textContent).join('')"


@pytest.fixture
def read(lesson: LessonPage) -> LessonPage:
    page = live_lesson(lesson.course, kind="reading", completion_rule="reading", video=None, body=BODY)
    return published(page)


def button(page: Page) -> Any:
    return page.locator("[data-aloud='lesson-text'] button")


def test_the_phones_voice_reads_sentence_by_sentence_and_marks_it(
    context: BrowserContext, live_server: Any, read: LessonPage
) -> None:
    context.add_init_script(f"({VOICE})()")
    page = context.new_page()
    page.goto(live_server.url + read.get_url())
    before = page.locator("#lesson-text").inner_html()
    assert page.evaluate("window.said") == []

    button(page).click()

    for sentence in SENTENCES:
        wait_for_page(page, f"window.said.length === {SENTENCES.index(sentence) + 1}")
        assert page.evaluate(MARKED) == sentence
        page.evaluate("window.goOn()")
    said = page.evaluate("window.said")
    assert [text for text, *_rest in said] == SENTENCES
    assert {tuple(rest) for _text, *rest in said} == {("zh_CN", 0.95, True)}
    expect(button(page)).to_have_text("再听一遍")
    assert page.locator("#lesson-text").inner_html() == before
    expect(page.locator("[data-aloud-label]")).to_be_hidden()


@pytest.mark.slow
def test_it_is_stopped_and_begun_again_and_slower_in_large_print(
    context: BrowserContext, live_server: Any, read: LessonPage
) -> None:
    context.add_cookies([{"name": "elder_mode", "value": "largest", "url": live_server.url}])
    context.add_init_script(f"({VOICE})()")
    page = context.new_page()
    page.goto(live_server.url + read.get_url())

    button(page).click()
    expect(button(page)).to_have_text("停下")
    button(page).click()
    expect(button(page)).to_have_text("再听一遍")
    assert page.evaluate(MARKED) == ""
    button(page).click()

    wait_for_page(page, "window.said.length === 2")
    assert page.evaluate("window.said") == [[SENTENCES[0], "zh_CN", 0.8, True]] * 2


@pytest.mark.slow
def test_it_is_silent_once_a_film_plays(context: BrowserContext, live_server: Any, read: LessonPage) -> None:
    context.add_init_script(f"({VOICE})()")
    page = context.new_page()
    page.goto(live_server.url + read.get_url())
    button(page).click()
    wait_for_page(page, "window.said.length === 1")

    page.evaluate("document.body.append(document.createElement('video'))")
    page.evaluate("document.querySelector('video').dispatchEvent(new Event('play'))")

    expect(button(page)).to_have_text("再听一遍")
    assert page.evaluate(MARKED) == ""


def test_without_any_voice_there_is_no_button(context: BrowserContext, live_server: Any, read: LessonPage) -> None:
    context.add_init_script(f"({NO_VOICE})()")
    page = context.new_page()
    page.goto(live_server.url + read.get_url(), wait_until="networkidle")

    expect(button(page)).to_be_hidden()


@pytest.fixture
def espeak(settings: Any, tmp_path: Path) -> Any:
    settings.SPEAK_BACKEND, settings.MEDIA_ROOT = "espeak", tmp_path
    backend._load.cache_clear()
    yield
    backend._load.cache_clear()


@pytest.mark.voice
@pytest.mark.slow
def test_a_phone_without_a_voice_hears_the_servers_and_is_told_so(
    context: BrowserContext, live_server: Any, read: LessonPage, espeak: None
) -> None:
    assert speak(wanted_texts(), at=timezone.now()).failed == 0
    context.add_init_script(f"({NO_VOICE})()")
    page = context.new_page()
    marked: list[str] = []
    page.expose_function("marking", lambda sentence: marked.append(sentence))
    page.goto(live_server.url + read.get_url())
    expect(page.locator("[data-aloud-label]")).to_have_text("机器合成的声音")
    page.evaluate(
        "new MutationObserver(() => { const now = " + MARKED + "; if (now) window.marking(now); })"
        ".observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] })"
    )

    button(page).click()
    expect(button(page)).to_have_text("停下")
    expect(button(page)).to_have_text("再听一遍")

    assert list(dict.fromkeys(marked)) == SENTENCES


def test_a_question_is_read_with_its_choices_as_they_stand(
    context: BrowserContext,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
) -> None:
    page_with_quiz = published(live_lesson(lesson.course, completion_rule="quiz", quiz=quiz_of(lesson.org)))
    enter(context, signed_in(cast.learner), live_server.url)
    context.add_init_script(f"({VOICE})()")
    page = context.new_page()
    page.goto(f"{live_server.url}/learn/lessons/{page_with_quiz.pk}/quiz/")
    question = page.locator("fieldset.question").nth(1)

    question.get_by_role("button", name="读给我听").click()
    for number in range(1, 5):
        wait_for_page(page, f"window.said.length === {number}")
        page.evaluate("window.goOn()")

    shown = [question.locator("legend").inner_text(), *question.locator("label").all_inner_texts()]
    assert "".join(text for text, *_rest in page.evaluate("window.said")).replace(" ", "") == "".join(shown).replace(
        " ", ""
    )
    question.locator("label").first.click()
    assert question.locator("input").first.is_checked()


def test_pages_with_the_button_have_no_faults(context: BrowserContext, live_server: Any, read: LessonPage) -> None:
    context.add_init_script(f"({VOICE})()")

    assert faults(context, live_server.url, [read.get_url(), "/account/notice/"]) == {}
