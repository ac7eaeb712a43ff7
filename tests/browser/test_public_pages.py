"""Home, track, course and lesson in a real browser: quiet, no sideways scrolling, light, named, readable bare."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response

from courses.models import LessonPage
from tests.browsing import fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(360, 800), (1440, 900)]
BYTES_OF_A_FIRST_VISIT = 60_000
UNNAMED = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, video')]
  .filter(each => !each.closest('[hidden]'))
  .filter(each => !(each.textContent.trim() || each.getAttribute('aria-label') || each.labels?.length))
  .map(each => each.outerHTML)"""
TOO_SMALL = """() => [...document.querySelectorAll('button, .button, .band-link, .lesson-link, .track-head')]
  .filter(each => each.offsetParent && each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML)"""


def addresses(lesson: LessonPage) -> list[str]:
    course = lesson.get_parent()
    return ["/", course.get_parent().get_url(), course.get_url(), lesson.get_url()]


@pytest.mark.parametrize(
    ("elder", "size"),
    [
        pytest.param("off", SIZES[0], marks=pytest.mark.slow),
        ("off", SIZES[1]),
        ("largest", SIZES[0]),
        pytest.param("largest", SIZES[1], marks=pytest.mark.slow),
    ],
)
def test_public_pages_are_whole_at_every_size(
    browser: Browser, live_server: Any, lesson: LessonPage, size: tuple[int, int], elder: str
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "elder_mode", "value": elder, "url": live_server.url}])
    page = context.new_page()
    complaints = listen(page)

    for address in addresses(lesson):
        response = page.goto(live_server.url + address)

        assert response is not None and response.status == 200
        assert fits(page), address
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(TOO_SMALL) == []
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
    context.close()

    assert complaints == []


def sent_by_nginx(response: Response) -> int:
    """Bytes over the wire with the compression of deploy/nginx, which the live server lacks."""
    sizes, body = response.request.sizes(), response.body()
    is_text = any(kind in response.headers.get("content-type", "") for kind in ("text/", "javascript", "json", "svg"))
    return sizes["responseHeadersSize"] + (len(gzip.compress(body, 6)) if is_text else len(body))


def test_first_visit_is_light(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    for address in addresses(lesson):
        context = browser.new_context(viewport={"width": 360, "height": 800})
        page = context.new_page()
        responses: list[Response] = []
        page.on("response", lambda response, responses=responses: responses.append(response))

        page.goto(live_server.url + address, wait_until="networkidle")

        sizes = [sent_by_nginx(response) for response in responses]
        print(f"{address}: {sum(sizes)} bytes")
        assert 0 < sum(sizes) <= BYTES_OF_A_FIRST_VISIT, (address, sizes)
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
        context.close()


def test_pages_read_without_javascript(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{live_server.url}{lesson.get_url()}")

    assert page.locator("h1").inner_text() == lesson.title
    assert page.locator("video[controls] source").count() == 1
    assert page.locator("[data-play]").is_hidden()
    context.close()


def test_large_print_is_chosen_with_one_press(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(live_server.url)

    page.click(".elder-offer button[value=on]")

    assert page.evaluate("getComputedStyle(document.body).fontSize") == "22px"
    link = page.locator(".band-link").first.bounding_box()
    assert link is not None and link["height"] >= 60
    context.close()


def listen(page: Page) -> list[str]:
    """What the page complains about; recordings of the factory have no files behind them."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type == "error" and "/files/v/" not in said.location["url"] else None
        ),
    )
    return complaints
