"""Large print keeps every number of the policy on every page, and ordinary print the ones that hold for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from courses.models import LessonPage
from lms.people.models import Person
from tests.browser.sights import elder_numbers, enter, of_a_learner, open_to_all, window
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is read and what is pressed, as the browser lays it out. Seen: takes room, and is not for screen readers alone.
MEASURE = """() => {
  const seen = each => each.getClientRects().length && getComputedStyle(each).visibility === 'visible'
    && !each.closest('.visually-hidden, .skip-link');
  const own = each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const name = each => `${each.tagName.toLowerCase()}.${each.className} ${each.textContent.trim().slice(0, 24)}`;
  const text = [...document.body.querySelectorAll('*')]
    .filter(each => !each.closest('svg, script, video') && own(each) && seen(each));
  // A link within a sentence is as high as its line; one that stands alone is a target.
  const alone = each => each.tagName !== 'A' || getComputedStyle(each).display !== 'inline'
    || each.parentElement.textContent.trim() === each.textContent.trim();
  const targets = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(each => seen(each) && alone(each) && !each.closest('video'))
    .map(each => each.matches('[type=radio], [type=checkbox]') ? each.closest('label') || each : each);
  const main = '.button, .choice, .tile, .chip, .band-link, .lesson-link, .track-head, .track-courses a, summary, '
    + '.tabs a, .search input, .search button, .field input, .field select';
  const height = each => Math.round(each.getBoundingClientRect().height * 10) / 10;
  const leading = each => {
    const style = getComputedStyle(each);
    return parseFloat(style.lineHeight) / parseFloat(style.fontSize);
  };
  const gaps = [];
  for (const one of document.querySelectorAll('main p + p')) {
    const before = one.previousElementSibling, style = getComputedStyle(one);
    if (!seen(one) || !seen(before) || !own(one) || !own(before)) continue;
    const lines = parseFloat(style.lineHeight) - parseFloat(style.fontSize);
    const between = one.getBoundingClientRect().top - before.getBoundingClientRect().bottom + lines;
    gaps.push([between / lines, name(one)]);
  }
  return {
    fonts: text.map(each => [parseFloat(getComputedStyle(each).fontSize), name(each)]),
    lines: text.filter(each => !each.matches('.lesson-mark')).map(each => [leading(each), name(each)]),
    gaps,
    main: targets.filter(each => each.matches(main)).map(each => [height(each), name(each)]),
    targets: targets.map(each => [Math.max(height(each), 0), name(each)]),
    close: targets.filter(each => each.querySelector('use[href$="#close"]')).map(each => [height(each), name(each)]),
    width: document.documentElement.scrollWidth,
    cut: text.filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'hidden')
      .map(name),
  };
}"""


def less(found: list[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Each only once."""
    return sorted({(round(value, 2), name) for value, name in found if value < least - 0.05})


def measured(page: Page, address: str) -> dict[str, Any]:
    response = page.goto(address)
    assert response is not None and response.status == 200, address
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def shortcomings(page: Page, site: str, addresses: list[str], *, elder: bool) -> dict[str, Any]:
    """What falls short of the policy's numbers, by page."""
    least, found = elder_numbers(), {}
    for address in addresses:
        seen = measured(page, site + address)
        if elder:
            short = {
                "font": less(seen["fonts"], least["body_font_min"]),
                "line": less(seen["lines"], least["line_height_min"]),
                "gap": less(seen["gaps"], least["paragraph_gap_min"]),
                "main": less(seen["main"], least["touch_target_elder"]),
            }
        else:
            short = {"main": less(seen["main"], least["touch_target_other"])}
        short["target"] = less(seen["targets"], least["touch_target_other"])
        short["close"] = less(seen["close"], least["close_button"]["min"])
        short["cut"] = seen["cut"]
        if seen["width"] > page.viewport_size["width"]:  # type: ignore[index]  # every window here has a size
            short["wide"] = [(seen["width"], "the page")]
        found[address] = {name: each for name, each in short.items() if each}
    return {address: each for address, each in found.items() if each}


def test_the_policy_says_what_is_measured() -> None:
    numbers = elder_numbers()

    assert (numbers["body_font_min"], numbers["font_max_supported"], numbers["touch_target_elder"]) == (18, 30, 60)


@pytest.mark.parametrize(
    "elder", ["largest", pytest.param("on", marks=pytest.mark.slow), pytest.param("larger", marks=pytest.mark.slow)]
)
def test_large_print_keeps_the_numbers_on_pages_for_everybody(
    browser: Browser, live_server: Any, lesson: LessonPage, elder: str
) -> None:
    page = window(browser, live_server.url, elder=elder).new_page()

    assert shortcomings(page, live_server.url, open_to_all(lesson), elder=True) == {}


@pytest.mark.parametrize("elder", ["largest", pytest.param("on", marks=pytest.mark.slow)])
def test_large_print_keeps_the_numbers_on_a_learners_pages(
    browser: Browser,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
    elder: str,
) -> None:
    context = window(browser, live_server.url, elder=elder)
    enter(context, signed_in(cast.farmer), live_server.url)

    assert (
        shortcomings(context.new_page(), live_server.url, [*of_a_learner(lesson), lesson.get_url()], elder=True) == {}
    )


@pytest.mark.slow
def test_ordinary_print_keeps_what_can_be_pressed_large_enough(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    context = window(browser, live_server.url)
    page = context.new_page()
    assert shortcomings(page, live_server.url, open_to_all(lesson), elder=False) == {}

    enter(context, signed_in(cast.farmer), live_server.url)

    assert shortcomings(page, live_server.url, of_a_learner(lesson), elder=False) == {}


def test_the_largest_letters_are_those_of_the_policy(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    page = window(browser, live_server.url, elder="largest").new_page()
    page.goto(live_server.url)

    size = page.evaluate("getComputedStyle(document.body).fontSize")

    assert size == f"{elder_numbers()['font_max_supported']}px"


def test_the_size_that_wechat_writes_on_the_page_reaches_every_word(
    browser: Browser, live_server: Any, lesson: LessonPage
) -> None:
    page = window(browser, live_server.url).new_page()
    page.goto(live_server.url)

    page.evaluate("document.body.style.setProperty('-webkit-text-size-adjust', '140%')")
    kept = page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
          .filter(each => getComputedStyle(each).getPropertyValue('-webkit-text-size-adjust') !== '140%')
          .map(each => each.outerHTML.slice(0, 80))"""
    )

    assert kept == []


def test_nothing_moves_for_whoever_asked_for_stillness(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    page = window(browser, live_server.url, reduced_motion="reduce").new_page()

    for address in open_to_all(lesson):
        page.goto(live_server.url + address)
        moving = page.evaluate(
            """() => [...document.body.querySelectorAll('*')].filter(each => {
                if (!each.getClientRects().length) return false;
                const style = getComputedStyle(each);
                return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none';
            }).map(each => each.outerHTML.slice(0, 80))"""
        )
        assert moving == [], address


def test_what_is_chosen_is_seen_in_the_readers_own_colours(
    browser: Browser, live_server: Any, lesson: LessonPage
) -> None:
    page = window(browser, live_server.url, forced_colors="active").new_page()
    page.goto(f"{live_server.url}/catalogue/")

    widths = page.evaluate(
        """() => ['.chip[aria-current]', '.chip:not([aria-current])']
          .map(each => parseFloat(getComputedStyle(document.querySelector(each)).borderTopWidth))"""
    )

    assert widths[0] > widths[1]
