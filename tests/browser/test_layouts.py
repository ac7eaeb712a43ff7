"""Pages keep their shape: from right to left, with long words, with letters twice as large, in a narrow window, at
every width that phones have, and for whoever has a keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from courses.models import LessonPage
from lms.people.models import Person
from tests.browser.sights import BEYOND, enter, of_a_learner, open_to_all, window
from tests.cast import Cast
from tests.factories.learning import live_lesson, published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Every word on the page grows by a third, and the page reads from the right.
STRETCH = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const text = node.textContent.trim();
    if (text && !node.parentElement.closest('script, svg')) {
      node.textContent = node.textContent.replace(text, text + text.slice(0, Math.ceil(text.length / 3)));
    }
  }
}"""
RIGHT_TO_LEFT = "() => document.documentElement.setAttribute('dir', 'rtl')"


def beyond(page: Page, site: str, addresses: list[str], *changes: str) -> dict[str, list[str]]:
    """What leaves the page at its sides, by address."""
    found = {}
    for address in addresses:
        response = page.goto(site + address)
        assert response is not None and response.status == 200, address
        for change in changes:
            page.evaluate(change)
        found[address] = page.evaluate(BEYOND)
    return {address: each for address, each in found.items() if each}


@pytest.fixture
def everything(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> Callable[..., dict[str, list[str]]]:
    """Tries all pages, for everybody and for a learner, in a window of its own."""

    def look(
        *changes: str, prepare: Callable[[Page], object] = lambda _page: None, **more: Any
    ) -> dict[str, list[str]]:
        context = window(browser, live_server.url, **more)
        page = context.new_page()
        prepare(page)
        found = beyond(page, live_server.url, open_to_all(lesson), *changes)
        enter(context, signed_in(cast.farmer), live_server.url)
        found |= beyond(page, live_server.url, of_a_learner(lesson), *changes)
        context.close()
        return found

    return look


@pytest.mark.parametrize(
    "width", [320, pytest.param(412, marks=pytest.mark.slow), pytest.param(1440, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("elder", [pytest.param("off", marks=pytest.mark.slow), "largest"])
def test_no_page_is_wider_than_its_window(everything: Callable[..., dict[str, Any]], width: int, elder: str) -> None:
    assert everything(width=width, elder=elder) == {}


def test_long_words_from_right_to_left_fit_a_narrow_phone(everything: Callable[..., dict[str, Any]]) -> None:
    assert everything(RIGHT_TO_LEFT, STRETCH, width=320) == {}


@pytest.mark.slow
def test_long_words_fit_in_english(everything: Callable[..., dict[str, Any]]) -> None:
    def in_english(page: Page) -> None:
        url = page.context.cookies()[0]["domain"]
        page.context.add_cookies([{"name": "django_language", "value": "en", "domain": url, "path": "/"}])

    assert everything(STRETCH, width=320, prepare=in_english) == {}


def test_letters_twice_as_large_as_usual_fit_a_phone(everything: Callable[..., dict[str, Any]]) -> None:
    """The size that the reader set in her browser, not the page."""

    def twice(page: Page) -> None:
        page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})

    assert everything(width=360, prepare=twice) == {}


def test_zoomed_to_four_times_a_desk_reads_without_scrolling_sideways(
    everything: Callable[..., dict[str, Any]],
) -> None:
    """1280 by 1024 at 400 % is 320 by 256 (WCAG 1.4.10)."""
    assert everything(width=320, height=256, device_scale_factor=4) == {}


def reach(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until the thing has the focus, which must be seen."""
    for _each in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert outline >= 2, selector
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_a_keyboard_leads_from_the_start_page_to_a_finished_quiz(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    course = lesson.get_parent().specific
    quiz = published(live_lesson(course, completion_rule="quiz"))
    context = window(browser, live_server.url)
    enter(context, signed_in(cast.farmer), live_server.url)
    page = context.new_page()
    page.goto(live_server.url)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    for way, there in [
        (f".track-courses a[href*='{course.slug}']", course.get_url()),
        (f".lesson-link[href*='{quiz.slug}']", quiz.get_url()),
        ("a.button[href*='/quiz/']", f"/learn/lessons/{quiz.pk}/quiz/"),
    ]:
        reach(page, way)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{there}")
    answered: set[str] = set()
    for _each in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.matches('input[type=radio]') ? document.activeElement.name : ''")
        if name and name not in answered:
            page.keyboard.press("Space")
            answered.add(name)
        if page.evaluate("document.activeElement.matches('[data-quiz] .button-wide')"):
            break
    page.keyboard.press("Enter")

    expect(page.locator("[data-passed]")).to_be_visible()
    assert len(answered) == page.locator(".answered > li").count() > 0
    context.close()
