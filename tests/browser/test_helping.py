"""A helper before a browser, the learner beside her: seeing a number in full, putting two accounts together."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Error, expect

from lms.people.backends.sms import Message
from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browsing import fits
from tests.cast import Cast
from tests.factories.people import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZE = {"width": 360, "height": 800}


def test_a_helper_calls_a_learner_and_merges_her_two_accounts(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    at_desk: Callable[[Person], Client],
    signed_in: Callable[[Person], Client],
    outbox: list[Message],
) -> None:
    site, village = live_server.url, cast.places.village
    stays = PersonFactory(name="刘桂兰", phone="13800000001", village=village)
    goes = PersonFactory(name="刘桂兰", phone="13800000002", village=village)
    helpers, learners = (browser.new_context(viewport=SIZE, locale="zh-CN") for _one in range(2))
    enter(helpers, at_desk(cast.helper), site)
    enter(learners, signed_in(goes), site)
    page, phone = helpers.new_page(), learners.new_page()

    page.goto(f"{site}/staff/learners/")
    page.get_by_label("姓名或登录码").fill("刘＊＊")
    page.get_by_role("button", name="查找").click()
    cards = page.locator("[data-learner]")
    expect(cards).to_have_count(2)
    assert fits(page)

    page.locator(f"[data-learner='{stays.pk}']").get_by_role("link", name="查看完整信息").click()
    page.get_by_label("原因").fill("通知星期五上课")
    page.get_by_role("button", name="查看完整信息").click()
    expect(page.locator("[data-unmasked]")).to_contain_text("13800000001")
    page.get_by_role("link", name="看完了").click()
    # The browser has kept nothing that it could show again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    page.close()

    page = helpers.new_page()
    page.goto(f"{site}{reverse('staff:other_account', args=[stays.pk])}")
    page.get_by_label("姓名或登录码").fill("刘桂兰")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="比一比").click()
    expect(page.get_by_label("原因")).to_be_visible()
    assert fits(page)
    assert faults(helpers, site, [page.url.removeprefix(site)]) == {}
    page.get_by_label("原因").fill("换手机后又注册了一次")
    page.get_by_role("button", name="发验证码").click()
    page.fill("input[name=code]", outbox[-1].variables["code"])
    page.get_by_role("button", name="确定合并").click()
    expect(page.locator("[role=status]")).to_contain_text("138****0001")

    phone.goto(f"{site}/learn/")
    expect(phone).to_have_url(re.compile("/account/sign-in/"))
    expect(phone.locator("[role=status]")).to_contain_text("您的两个账号已经合并成一个")


def test_a_helper_signs_up_somebody_who_writes_the_code_herself(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    at_desk: Callable[[Person], Client],
    outbox: list[Message],
) -> None:
    site = live_server.url
    helpers = browser.new_context(viewport=SIZE, locale="zh-CN")
    enter(helpers, at_desk(cast.helper), site)
    page = helpers.new_page()

    page.goto(f"{site}/staff/")
    page.get_by_role("link", name="给学员注册").click()
    page.get_by_label("姓名").fill("欧阳桂兰")
    page.get_by_label("出生年份").fill("1958")
    page.get_by_label("手机号").fill("13800000009")
    assert fits(page)
    assert faults(helpers, site, ["/staff/learners/sign-up/"]) == {}
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("请欧阳桂兰看一看")
    expect(page.get_by_text("千万不要问学员要验证码")).to_be_visible()
    assert fits(page)
    assert faults(helpers, site, ["/staff/learners/sign-up/consent/"]) == {}
    page.get_by_role("button", name="发验证码").click()
    page.fill("input[name=code]", outbox[-1].variables["code"])
    page.get_by_role("button", name="注册").click()

    expect(page.locator("[role=status]")).to_contain_text("欧＊＊＊注册好了")
    assert Person.objects.get(name="欧阳桂兰").contacts.get().last_used_at
