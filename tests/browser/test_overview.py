"""From the first page down to the evidence of one hour, in a real browser, on a phone and at a desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from lms.credits.domain.registering import register_credit
from lms.people.models import Person
from lms.reports.models import SavedView
from tests.browser.test_accessibility import faults
from tests.browser.test_appealing import DESK, PHONE, window
from tests.browsing import fits
from tests.cast import Cast
from tests.credits.world import adopt, complete, teach
from tests.reports.overview.county import make_county

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What a strict site would send: the page must work under it.
STRICT = "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'"


def under(page: Page, policy: str) -> list[str]:
    """Every page that comes is sent under the policy; what is refused for it is written into the list."""
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)

    def answer(route: Any) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route("**/desk/**", answer)
    return refused


@pytest.mark.slow
def test_an_officer_walks_down_to_the_evidence_of_an_hour(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site, county = live_server.url, make_county(cast)
    adopt()
    for number in range(3):
        county.cadre(f"钱{number}", county.upland_government)
    county.cadre("李水", county.office)
    learner = county.cadre("孙勤", cast.orgs.township_government)
    taught = teach(5400, credit_for=["township_cadre"])
    now = timezone.now()
    register_credit(complete(learner, taught, at=now), at=now)
    page = window(browser, at_desk(cast.officer), site, DESK).new_page()
    refused = under(page, STRICT)

    page.goto(f"{site}/desk/")
    expect(page.locator(".desk-sentence")).to_contain_text("甲县应训干部 5 人：达标 0 人")
    expect(page.locator("[data-chart=places] svg")).to_contain_text("南岭乡")
    expect(page.locator("[data-chart=trend] svg")).to_be_visible()
    expect(page.locator(".desk-help li").first).to_contain_text("南岭乡人民政府")
    page.get_by_text("统计口径").nth(3).click()
    expect(page.locator(".figure-how[open]")).to_contain_text("除以应训人数")
    assert fits(page) and faults(page.context, "", [page.url]) == {}

    page.get_by_role("row", name="东河镇").get_by_role("link", name="东河镇").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("东河镇")
    page.get_by_role("row", name="东河镇人民政府").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("东河镇人民政府")
    page.get_by_role("link", name="孙勤").click()
    page.get_by_role("row", name="课程1").get_by_role("link").click()
    expect(page.get_by_role("heading", name="学时依据")).to_be_visible()
    assert fits(page) and faults(page.context, "", [page.url]) == {}
    crumbs = page.locator(".crumbs")
    expect(crumbs.locator("li")).to_have_text(["甲县", "东河镇", "东河镇人民政府", "孙勤"])
    crumbs.get_by_role("link", name="东河镇", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("东河镇")

    page.get_by_text("保存的视图").click()
    page.get_by_label("视图名称").fill("东河镇今年")
    page.get_by_role("button", name="保存当前视图").click()
    expect(page.get_by_text("已存为“东河镇今年”")).to_be_visible()
    assert SavedView.objects.get().query == f"place={cast.places.township.code}"
    assert refused == []

    phone = window(browser, at_desk(cast.officer), site, PHONE).new_page()
    phone.goto(f"{site}/desk/views/")
    phone.get_by_role("link", name="东河镇今年").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("东河镇")
    expect(phone.locator("[data-chart=trend] svg")).to_be_visible()
    assert fits(phone) and faults(phone.context, "", [phone.url, f"{site}/desk/views/"]) == {}


def test_without_script_the_tables_say_everything(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site, county = live_server.url, make_county(cast)
    adopt()
    county.cadre("钱进", county.upland_government)
    client = at_desk(cast.officer)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page = context.new_page()

    page.goto(f"{site}/desk/")

    expect(page.locator("[data-chart]").first).to_be_hidden()
    expect(page.locator("[data-chart-table=places]")).to_contain_text("南岭乡")
    expect(page.locator("[data-chart-table=trend] tbody tr").first).to_be_visible()
