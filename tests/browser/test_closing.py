"""A year is begun, confirmed and closed in a real browser, and its papers print on A4."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from lms.credits.models import YearSnapshot
from lms.people.enums import RoleKind
from lms.people.models import Person, Post
from tests.browser.test_accessibility import faults
from tests.browser.test_appealing import DESK, PHONE, window
from tests.browsing import fits
from tests.cast import Cast
from tests.credits.world import BEIJING, adopt, earn, load
from tests.factories.people import PersonFactory, PostFactory, RoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_year_goes_from_the_first_word_to_the_last(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site, long_ago = live_server.url, date(2025, 1, 1)
    Post.objects.update(active_from=long_ago)
    for name in ("钱进", "孙勤"):
        PostFactory(
            person=PersonFactory(name=name, village=cast.places.village),
            org=cast.orgs.township_government,
            cadre_authority=cast.orgs.organization_department,
            title="副镇长",
            category="township_cadre",
            level="township_level_deputy",
            active_from=long_ago,
        )
    load()
    adopt(since=long_ago)
    earn(cast.learner, 5400, at=datetime(2025, 11, 20, 10, tzinfo=BEIJING))
    personnel = PersonFactory(name="陈人事")
    RoleFactory(person=personnel, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.village_committee)

    desk = window(browser, at_desk(cast.officer), site, DESK).new_page()
    desk.goto(f"{site}/desk/years/")
    desk.get_by_label("结账年度").select_option("2025")
    desk.get_by_label("材料截止日").fill("2026-01-15")
    desk.get_by_role("button", name="开始", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("2025 年度单位学时汇总表")
    address = desk.url

    unit = window(browser, at_desk(personnel), site, PHONE).new_page()
    unit.goto(f"{site}/desk/years/")
    unit.get_by_role("link", name=cast.orgs.village_committee.name).click()
    expect(unit.get_by_role("row", name=cast.learner.name)).to_contain_text("1.00")
    assert fits(unit) and faults(unit.context, "", [unit.url]) == {}
    unit.get_by_role("button", name="数据无误，确认").click()
    expect(unit.locator(".page-head")).to_contain_text("陈人事")

    desk.goto(address)
    assert fits(desk) and faults(desk.context, "", [desk.url]) == {}
    desk.get_by_label("还有单位没有确认，为什么现在结账？").fill("镇政府人事岗位空缺")
    desk.get_by_role("button", name="结账").click()
    expect(desk.locator(".page-head")).to_contain_text("结账")
    expect(desk.get_by_role("heading", name="结账后补登")).to_be_visible()
    assert YearSnapshot.objects.get().without == [cast.orgs.township_government.pk]

    desk.get_by_role("link", name=cast.orgs.village_committee.name).click()
    desk.get_by_role("link", name=cast.learner.name).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("2025 年度学时登记表")
    desk.emulate_media(media="print")
    expect(desk.locator(".signatures")).to_be_visible()
    assert desk.evaluate("document.querySelector('.band').offsetHeight") == 0
    desk.emulate_media(media="screen")
    expect(desk.locator(".signatures")).to_be_hidden()
