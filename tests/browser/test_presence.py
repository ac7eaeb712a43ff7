"""A question in between, in a real browser: below the paused picture, by hand and by keyboard, and what it counts."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.learning.models import LessonCompletion, PresenceCheck, StudyClock, WatchRecord
from lms.people.models import Person
from tests.browser.streaming import SECONDS, film, patiently, playable
from tests.browser.test_accessibility import AXE
from tests.browser.test_player import enter, play
from tests.browsing import fits, wait_for_page
from tests.cast import Cast
from tests.factories.learning import credit_course, credit_lesson, presence_questions

__all__ = ["film"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(360, 800), (1440, 900)]
BOX, SAID, QUESTION = "[data-check]", "[data-check-said]", "[data-check-question]"


@pytest.fixture
def lesson(transactional_db: Any, settings: Any, tmp_path: Path, film: Path) -> LessonPage:
    """A lesson for which hours are given, whose recording went through the pipeline."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    course = credit_course()
    video = playable(film, course, settings)
    return credit_lesson(course, video=video, presence_questions=presence_questions(course.org, 6))


@pytest.fixture
def cadre(cast: Cast) -> Person:
    """A village cadre who has watched long enough for a check."""
    StudyClock.objects.create(person=cast.learner, unchecked_seconds=1000)
    return cast.learner


Open = Callable[..., Page]


@pytest.fixture
def opened(
    browser: Browser, live_server: Any, lesson: LessonPage, cadre: Person, signed_in: Callable[[Person], Client]
) -> Iterator[Open]:
    """Opens the lesson in a window of this size and plays it; closes it before the database is emptied."""
    contexts: list[BrowserContext] = []

    def open_lesson(size: tuple[int, int] = SIZES[0], before: Callable[[Page], Any] = lambda page: None) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        contexts.append(context)
        enter(context, signed_in(cadre), live_server.url)
        page = context.new_page()
        before(page)
        play(page, live_server.url + lesson.get_url())
        return page

    yield open_lesson
    for context in contexts:
        context.close()


def choose(page: Page, *, right: bool) -> None:
    page.locator(f"{BOX} .choice").filter(has_text="对的" if right else "错的").first.click()


@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.slow)])
def test_a_question_stands_below_the_paused_picture_and_a_right_answer_finishes_the_lesson(
    opened: Open, lesson: LessonPage, cadre: Person, size: tuple[int, int]
) -> None:
    page = opened(size)

    expect(page.locator(QUESTION)).to_be_visible()

    assert page.evaluate("document.querySelector('video').paused")
    assert page.evaluate("document.activeElement.matches('[data-check-question]')")
    frame, box = page.locator(".player-frame").bounding_box(), page.locator(BOX).bounding_box()
    assert frame and box and box["y"] >= frame["y"] + frame["height"]
    buttons = [each.bounding_box() for each in page.locator(f"{BOX} .choice").all()]
    assert len(buttons) == 4 and all(each and each["height"] >= 60 for each in buttons)
    assert fits(page)
    assert not LessonCompletion.objects.exists()

    page.evaluate("document.querySelector('video').play().catch(() => 0)")
    wait_for_page(page, "document.querySelector('video').paused")

    choose(page, right=False)
    expect(page.locator(SAID)).to_contain_text("没答对")
    choose(page, right=True)
    expect(page.locator(SAID)).to_contain_text("答对了")
    choose(page, right=True)
    expect(page.locator("[data-when-done]")).to_be_visible()

    assert PresenceCheck.objects.get().outcome == "passed"
    assert LessonCompletion.objects.get(person=cadre).page_id == lesson.pk


# As user scripts do it: every dialog is agreed to, every button in one is pressed, and what would ask is replaced.
AGREE_TO_EVERYTHING = """
    window.dialogs = 0;
    for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.dialogs += 1; return true; };
    setInterval(() => {
        for (const button of document.querySelectorAll(':is(dialog, [role=dialog], [role=alertdialog]) button')) {
            window.dialogs += 1;
            button.click();
        }
    }, 50);
"""


@pytest.mark.slow
def test_a_script_that_agrees_to_every_dialog_finds_none_and_gains_nothing(opened: Open, cadre: Person) -> None:
    page = opened(before=lambda page: page.add_init_script(AGREE_TO_EVERYTHING))
    expect(page.locator(QUESTION)).to_be_visible()
    begun = time.monotonic()

    page.evaluate("document.querySelector('video').play().catch(() => 0)")
    wait_for_page(page, "document.querySelector('video').paused")
    page.wait_for_timeout(300)  # six rounds of the script

    gained = patiently(lambda: WatchRecord.objects.get(person=cadre).covered_seconds)
    print(f"every dialog agreed to: {gained} lesson seconds in {time.monotonic() - begun:.1f} real seconds")
    assert page.evaluate("window.dialogs") == 0
    assert (gained, PresenceCheck.objects.get().asked[0].get("chosen")) == (0, None)


def test_the_keyboard_answers_and_the_lesson_goes_on(opened: Open) -> None:
    page = opened()
    expect(page.locator(QUESTION)).to_be_visible()
    texts = page.locator(f"{BOX} .choice").all_inner_texts()

    for _place in range(1 + next(number for number, text in enumerate(texts) if "对的" in text)):
        page.keyboard.press("Tab")
    assert "对的" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")

    expect(page.locator(SAID)).to_contain_text("答对了")
    expect(page.locator(SAID)).to_have_attribute("role", "status")
    assert PresenceCheck.objects.get().outcome == "passed"


@pytest.mark.slow
def test_a_check_that_waits_is_asked_as_soon_as_a_lesson_is_opened(opened: Open, live_server: Any) -> None:
    page = opened()
    expect(page.locator(QUESTION)).to_be_visible()
    page.goto(live_server.url + "/learn/")
    expect(page.locator("[data-check-waits]")).to_be_visible()

    page.click("[data-check-waits] .button")
    page.click("[data-play]")

    expect(page.locator(QUESTION)).to_be_visible()
    assert PresenceCheck.objects.count() == 1


@pytest.mark.slow
def test_without_the_question_the_lesson_plays_on_and_counts_once_it_could_be_answered(
    opened: Open, cadre: Person
) -> None:
    """So a script that blocks it gains nothing, and a network that is lost costs nothing."""
    page = opened(before=lambda page: page.route("**/learn/checks/**", lambda route: route.abort()))

    with page.expect_request_finished(lambda request: request.url.endswith("/learn/reports/")):
        wait_for_page(page, "document.querySelector('video').ended")

    assert PresenceCheck.objects.get(person=cadre).asked == []
    assert WatchRecord.objects.get(person=cadre).covered_seconds == 0
    assert not LessonCompletion.objects.exists()

    page.unroute("**/learn/checks/**")
    expect(page.locator(QUESTION)).to_be_visible()
    choose(page, right=True)
    expect(page.locator("[data-when-done]")).to_be_visible()
    assert WatchRecord.objects.get(person=cadre).covered_seconds == SECONDS


def test_the_question_is_no_burden_for_a_screen_reader(opened: Open) -> None:
    page = opened()
    expect(page.locator(QUESTION)).to_be_visible()

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('[data-check]').then(r => r.violations.map(v => v.id + ': ' + v.help))")

    assert found == []
    assert page.get_by_role("region", name="中间问一题").is_visible()


VOICE = """() => {
  window.said = [];
  const voices = [{ lang: "en-US", name: "en" }, { lang: "zh-CN", name: "zh" }];
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: function (text) { this.text = text; } });
  Object.defineProperty(window, "speechSynthesis", {
    value: { getVoices: () => voices, cancel() {}, speak: (each) => {
      window.said.push([each.lang, each.text]);
      setTimeout(() => each.onend({}));
    } },
  });
}"""


@pytest.mark.slow
def test_a_device_with_a_chinese_voice_reads_the_question_and_its_choices_aloud(opened: Open) -> None:
    page = opened(before=lambda page: page.add_init_script(f"({VOICE})()"))
    expect(page.locator(QUESTION)).to_be_visible()

    page.get_by_role("button", name="读给我听").click()

    # The question has two sentences, and there are four choices.
    wait_for_page(page, "window.said.length === 6")
    said = page.evaluate("window.said")
    assert [language for language, _text in said] == ["zh-CN"] * 6
    assert said[0][1] + said[1][1] == page.locator(QUESTION).inner_text()
    assert [text[0] for _language, text in said[2:]] == list("ABCD")
