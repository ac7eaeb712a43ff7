"""A couple on one phone, without JavaScript: both stay on it, each presses her own picture, one takes herself off."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from courses.models import LessonPage
from lms.people.backends.sms import Message
from tests.factories.people import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, site: str, number: str, outbox: list[Message]) -> None:
    page.goto(f"{site}/account/sign-in/?number=yes&next=/learn/")
    page.fill("[name=phone]", number)
    page.tap("main button[type=submit]")
    page.wait_for_url("**/sign-in/code/")
    page.fill("[name=code]", outbox[-1].variables["code"])
    page.tap("text=把我的名字留在这部手机上")
    page.tap("main form:first-of-type button[type=submit]")
    page.wait_for_url("**/learn/")


def test_two_people_change_places_on_one_phone(
    browser: Browser, live_server: Any, lesson: LessonPage, outbox: list[Message]
) -> None:
    wife, husband = PersonFactory(phone="13800000001", name="王桂兰"), PersonFactory(phone="13800000002", name="张满仓")
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "13800000001", outbox)
    sign_in(page, live_server.url, "13800000002", outbox)
    header = page.locator("header .band-account")
    expect(header).to_contain_text(husband.name)

    header.tap()
    page.tap(".tile:has-text('换人学')")
    page.tap(f".who-choice:has-text('{wife.name}')")

    expect(header).to_contain_text(wife.name)
    page.goto(f"{live_server.url}/account/copy/")
    assert "/account/sign-in/" in page.url
    expect(page.locator(".messages")).to_contain_text("验证码")
    page.goto(f"{live_server.url}/account/switch/")
    page.tap("main summary")
    page.tap(f"text=拿掉 {wife.name}")
    expect(page.locator(".who-choice")).to_have_count(1)
    expect(page.locator(".who-name")).to_contain_text(husband.name)
    context.close()
