"""axe-core finds nothing serious on the pages that people use, on a phone and at a desk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from courses.models import LessonPage
from lms.audit.domain import record
from lms.people.models import Person
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Width, height, size of letters.
SIGHTS = {"phone": (360, 800, "off"), "phone, largest": (360, 800, "largest"), "desk": (1440, 900, "off")}
LOOK = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => [each.id, each.nodes.map(node => node.html.slice(0, 200))]);
}"""


def enter(context: BrowserContext, client: Client, url: str) -> None:
    """The browser goes on with the client's session."""
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def faults(context: BrowserContext, site: str, addresses: list[str]) -> dict[str, Any]:
    """What axe calls serious or critical, by page."""
    found: dict[str, Any] = {}
    page = context.new_page()
    for address in addresses:
        response = page.goto(site + address)
        assert response is not None and response.status == 200, address
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
    width, height, elder = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    context.add_cookies([{"name": "elder_mode", "value": elder, "url": live_server.url}])
    yield context
    context.close()


def test_public_pages(context: BrowserContext, live_server: Any, lesson: LessonPage) -> None:
    course = lesson.get_parent()
    learning = ["/", course.get_parent().get_url(), course.get_url(), lesson.get_url()]

    assert faults(context, live_server.url, [*learning, "/account/sign-in/", "/staff/sign-in/", "/search/?q=x"]) == {}


def test_a_learners_pages(
    context: BrowserContext,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)

    assert faults(context, live_server.url, ["/", lesson.get_url(), "/learn/", "/hours/", "/account/"]) == {}


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
