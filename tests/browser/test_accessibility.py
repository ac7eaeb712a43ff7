"""axe-core finds no fault by WCAG 2.2 A and AA on the pages that people use, on a phone, at a desk and by night."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from courses.models import LessonPage
from lms.audit.domain import record
from lms.learning.domain.watching import accept_report, open_session
from lms.lib.stretches import Stretches
from lms.people.backends.sms import Message
from lms.people.domain.keeping import keep, new_phone
from lms.people.models import Person
from lms.people.views.keeping import PHONE_COOKIE, remember_phone
from tests.browser.sights import BEYOND, enter, of_a_learner, open_to_all, window
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Width, height, size of letters, colours.
SIGHTS = {
    "phone": (360, 800, "off", "light"),
    "phone, largest": (360, 800, "largest", "light"),
    "phone, by night": (360, 800, "off", "dark"),
    "desk": (1440, 900, "off", "light"),
}
# Every rule of WCAG 2.2 A and AA, and beyond them whatever axe calls serious.
LOOK = """async () => {
  const standard = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const rules = { "target-size": { enabled: true } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
  return violations
    .filter(each => each.tags.some(tag => standard.includes(tag)) || ["serious", "critical"].includes(each.impact))
    .map(each => [each.id, each.nodes.map(node => node.html.slice(0, 200))]);
}"""


def faults(context: BrowserContext, site: str, addresses: list[str], *, status: int = HTTPStatus.OK) -> dict[str, Any]:
    """What axe finds against the standard, by page."""
    found: dict[str, Any] = {}
    page = context.new_page()
    for address in addresses:
        response = page.goto(site + address)
        assert response is not None and response.status == status, address
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found[address] = page.evaluate(LOOK)
    return {address: each for address, each in found.items() if each}


@pytest.fixture(
    params=[
        pytest.param(sight, id=name, marks=[] if name == "phone, largest" else pytest.mark.slow)
        for name, sight in SIGHTS.items()
    ]
)
def context(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Any:
    width, height, elder, colours = request.param
    context = window(browser, live_server.url, width=width, height=height, elder=elder, color_scheme=colours)
    yield context
    context.close()


def test_public_pages(context: BrowserContext, live_server: Any, lesson: LessonPage) -> None:
    assert faults(context, live_server.url, [*open_to_all(lesson), "/staff/sign-in/"]) == {}
    assert faults(context, live_server.url, ["/nowhere/"], status=HTTPStatus.NOT_FOUND) == {}


def test_a_first_visit_and_forms_that_went_wrong(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    assert faults(context, live_server.url, ["/"]) == {}
    page = context.pages[0]
    page.goto(f"{live_server.url}/account/sign-in/")
    page.fill("[name=phone]", "1")
    page.click("main button[type=submit]")

    assert page.locator(".field-error").count() == 1
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(LOOK) == []
    context.close()


def test_a_learners_pages(
    context: BrowserContext,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
) -> None:
    enter(context, signed_in(cast.farmer), live_server.url)

    assert faults(context, live_server.url, of_a_learner(lesson)) == {}


def test_a_cadres_pages_with_something_begun_kept_and_read(
    context: BrowserContext,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
) -> None:
    now = timezone.now()
    session = open_session(cast.learner, lesson, at=now - timedelta(minutes=5))
    accept_report(session, 1, stretches=Stretches.of([(0, 60)]), at=now)
    client = signed_in(cast.learner)
    response = HttpResponse()
    phone = new_phone()
    keep(cast.learner, phone, at=now)
    remember_phone(response, phone)
    enter(context, client, live_server.url)
    cookie = {"name": PHONE_COOKIE, "value": response.cookies[PHONE_COOKIE].value}
    context.add_cookies([{**cookie, "url": f"{live_server.url}/account/"}])
    pages = ["/", lesson.get_url(), "/learn/", "/account/", "/account/settings/", "/account/switch/"]
    pages += ["/hours/", "/hours/claims/", "/hours/claims/new/", "/hours/papers/"]

    assert faults(context, live_server.url, pages) == {}
    page = context.pages[0]
    page.goto(f"{live_server.url}/account/switch/")
    assert page.locator(".who-choice").count() == 1


@pytest.mark.parametrize("sight", ["phone, largest", pytest.param("desk", marks=pytest.mark.slow)])
@pytest.mark.urls("tests.browser.styleguide_urls")
def test_the_living_page(browser: Browser, live_server: Any, lesson: LessonPage, sight: str) -> None:
    width, height, elder, colours = SIGHTS[sight]
    context = window(browser, live_server.url, width=width, height=height, elder=elder, color_scheme=colours)

    assert faults(context, live_server.url, ["/styleguide/"]) == {}
    context.close()


def test_staff_pages(
    context: BrowserContext, live_server: Any, lesson: LessonPage, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    enter(context, at_desk(cast.officer), live_server.url)
    desk = ["/desk/", "/desk/people/", f"/desk/people/{cast.learner.pk}/", "/desk/views/"]

    assert faults(context, live_server.url, ["/staff/", *desk]) == {}


def test_an_administrators_pages(
    context: BrowserContext, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    record("role.granted", actor=cast.security_admin, subject_kind="person", subject_id=1, at=timezone.now())
    enter(context, at_desk(cast.audit_admin), live_server.url)
    log = "/staff/audit-log/"

    assert faults(context, live_server.url, ["/admin/", log, f"{log}?actor=x", f"{log}?action=person.merged"]) == {}


def test_signing_up_step_by_step(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, outbox: list[Message]
) -> None:
    """The pages between a number and a first lesson, in the largest letters; nothing leaves the page at its sides."""
    context = window(browser, live_server.url, elder="largest")
    page, found = context.new_page(), {}

    def look(step: str) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found[step] = page.evaluate(LOOK) + page.evaluate(BEYOND)

    page.goto(f"{live_server.url}/account/sign-in/")
    page.fill("[name=phone]", "13800000009")
    page.click("main button[type=submit]")
    page.wait_for_url("**/sign-in/code/")
    look("code")
    page.fill("[name=code]", "1")
    page.click("main form:first-of-type button[type=submit]")
    page.locator(".field-error").wait_for()
    look("wrong code")
    page.fill("[name=code]", outbox[-1].variables["code"])
    page.click("main form:first-of-type button[type=submit]")
    page.wait_for_url("**/register/village/")
    look("places")
    while page.locator("main button[name=village]").count() == 0:
        page.locator("main a.button").first.click()
    look("villages")
    page.locator("main button[name=village]").first.click()
    page.wait_for_url("**/account/register/")
    look("about")
    page.click("main button[type=submit]")
    page.locator(".field-error").first.wait_for()
    look("about, left empty")
    page.fill("[name=name]", "王桂兰")
    page.fill("[name=birth_year]", "1961")
    page.check("[name=kind][value=farmer]")
    page.click("main button[type=submit]")
    page.wait_for_url("**/register/notice/")
    look("notice")
    page.click("main form button.button >> nth=0")
    page.wait_for_url(f"{live_server.url}/")
    look("home")

    assert len(found) == 8
    assert {step: each for step, each in found.items() if each} == {}
    context.close()
