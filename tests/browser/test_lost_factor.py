"""A trainer loses her phone: two security administrators and one trainer, each before a browser of her own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browsing import fits
from tests.cast import Cast
from tests.factories.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 360, "height": 800}, {"width": 1440, "height": 900}
NEW_PASSWORD = "Field-2027-class"


def app_code(secret: str, *, steps_later: int = 0) -> str:
    """What an authenticator shows that was given the secret by hand; a later step need not be waited for."""
    from base64 import b32decode

    text = re.sub(r"\s", "", secret)
    return f"{totp(b32decode(text + '=' * (-len(text) % 8)), drift=steps_later):06d}"


def show_password(page: Page, site: str, person: Person, password: str) -> None:
    page.goto(f"{site}/staff/sign-in/")
    page.fill("input[name=username]", person.login_code)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def give_code(page: Page, code: str) -> None:
    page.fill("input[name=code]", code)
    page.press("input[name=code]", "Enter")


def test_a_lost_factor_is_reset_by_two_and_set_up_anew(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site, trainer = live_server.url, cast.trainer

    def before(person: Person, size: dict[str, int]) -> tuple[BrowserContext, Page]:
        context = browser.new_context(viewport=size, locale="zh-CN")
        enter(context, at_desk(person), site)
        return context, context.new_page()

    # A thief may hold the old phone, signed in.
    _old, lost = before(trainer, PHONE)
    lost.goto(f"{site}/staff/")
    expect(lost.locator("h1")).to_have_text("工作页面")

    _one, first = before(cast.security_admin, DESK)
    first.goto(f"{site}{reverse('staff:person', args=[trainer.pk])}")
    first.get_by_label("原因").fill("手机丢在集上了")
    first.get_by_role("button", name="申请重置").click()
    expect(first.locator("[role=status]")).to_contain_text("另一位安全管理员")
    # She cannot approve what she asked for.
    first.goto(f"{site}/staff/people/")
    expect(first.get_by_role("button", name="批准")).to_have_count(0)

    two, second = before(cast.second_security_admin, DESK)
    second.goto(f"{site}/staff/people/")
    assert faults(two, site, ["/staff/people/"]) == {}
    second.get_by_role("button", name="批准").click()
    link = second.locator("[data-invitation]").inner_text()

    # The old session is over the moment the second one approved, and the old password with it.
    lost.goto(f"{site}/staff/")
    expect(lost).to_have_url(re.compile("/staff/sign-in/"))
    show_password(lost, site, trainer, PASSWORD)
    expect(lost.locator("[role=alert]")).to_be_visible()

    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(link)
    expect(page.locator("code").first).to_have_text(trainer.login_code)
    page.fill("input[name=password]", NEW_PASSWORD)
    page.fill("input[name=again]", NEW_PASSWORD)
    page.press("input[name=again]", "Enter")
    expect(page.locator("figure svg")).to_be_visible()
    assert fits(page)
    secret = page.locator("li code").inner_text()
    give_code(page, app_code(secret))
    codes = page.locator("[data-recovery-codes] code")
    expect(codes).to_have_count(8)
    recovery = codes.all_inner_texts()
    assert len(set(recovery)) == 8
    page.locator("a.button-wide").click()
    expect(page.locator("h1")).to_have_text("工作页面")

    # The next day, with the app.
    page.get_by_role("button", name="退出登录").last.click()
    show_password(page, site, trainer, NEW_PASSWORD)
    give_code(page, app_code(secret, steps_later=1))
    expect(page.locator("h1")).to_have_text("工作页面")

    # And once without it: a recovery code opens the pages one time.
    for opens in (True, False):
        page.context.clear_cookies()
        show_password(page, site, trainer, NEW_PASSWORD)
        give_code(page, recovery[0])
        expect(page.locator("h1")).to_have_text("工作页面" if opens else "第二重验证")
    expect(page.locator(".error")).to_be_visible()
