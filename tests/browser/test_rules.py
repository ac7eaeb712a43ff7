"""An officer writes a rule for hours in a real browser: the preview follows her, and the rule stands afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from lms.credits.models import CreditRule
from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browsing import fits
from tests.cast import Cast
from tests.credits.world import load

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1440, "height": 900}


def window(browser: Browser, client: Client, site: str, size: ViewportSize, **more: Any) -> BrowserContext:
    context = browser.new_context(viewport=size, locale="zh-CN", **more)
    enter(context, client, site)
    return context


def test_a_rule_is_written_from_a_preset_with_a_preview_that_follows(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    load()
    site = live_server.url
    desk = window(browser, at_desk(cast.officer), site, DESK)
    page = desk.new_page()

    page.goto(f"{site}/desk/rules/")
    expect(page.locator("main")).to_contain_text("谁也得不到学时")
    page.get_by_role("link", name="云南省干部在线学习学院 2024").click()
    expect(page.locator("[data-sentences]")).to_contain_text("30 分钟及以上：1 学时")
    page.get_by_role("link", name="照这条写新版本").click()
    first = page.locator("[data-preview-unit=lesson] strong").first
    expect(first).to_have_text("1.50")
    page.get_by_label("通过测验加几学时").fill("1")
    expect(first).to_have_text("2.00")
    page.get_by_label("每课多少分钟").fill("14")
    expect(first).to_have_text("1.25")
    page.get_by_label("规则名称").fill("甲县学时规则")
    page.get_by_label("依据").fill("甲组发〔2026〕12 号")
    page.get_by_label("可信程度").select_option("A")
    page.get_by_role("button", name="从那天起生效").click()
    expect(page.locator("main")).to_contain_text("通过测验，另加 1 学时")
    written = CreditRule.objects.get(authority__isnull=False)
    assert written.parameters["test_pass_hours"] == "1"
    pages = ["/desk/rules/", "/desk/rules/new/", f"/desk/rules/{written.pk}/", f"/desk/rules/{written.pk}/trial/"]
    assert faults(desk, site, pages) == {}


def test_the_same_on_a_phone_and_without_script(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    load()
    site = live_server.url
    page = window(browser, at_desk(cast.officer), site, PHONE, java_script_enabled=False).new_page()

    page.goto(f"{site}/desk/rules/new/?from={CreditRule.objects.get(code='sx_legacy').pk}")
    page.get_by_label("通过测验加几学时").fill("0.5")
    page.get_by_role("button", name="看预览").click()

    expect(page.locator("[data-preview-unit=lesson] strong").first).to_have_text("1.34")
    assert CreditRule.objects.filter(authority__isnull=False).count() == 0
    with_script = window(browser, at_desk(cast.officer), site, PHONE).new_page()
    for address in ("/desk/rules/", "/desk/rules/new/", f"/desk/rules/{CreditRule.objects.earliest('pk').pk}/"):
        with_script.goto(f"{site}{address}")
        assert fits(with_script), address
