"""An officer imports a list and recognises a claim; a cadre claims on her phone and finds both on her record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from lms.credits.domain.settling_imports import settle_import
from lms.credits.models import ImportBatch
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browsing import fits
from tests.cast import Cast
from tests.credits.outside import row_of, xlsx
from tests.credits.test_claiming import picture
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1440, "height": 900}


def test_hours_from_elsewhere_arrive_on_the_record(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    at_desk: Callable[[Person], Client],
    signed_in: Callable[[Person], Client],
) -> None:
    from django.utils import timezone

    site = live_server.url
    reviewer = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=reviewer, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    officers, units, learners = (browser.new_context(viewport=size, locale="zh-CN") for size in (DESK, DESK, PHONE))
    enter(officers, at_desk(cast.officer), site)
    enter(units, at_desk(reviewer), site)
    enter(learners, signed_in(cast.learner), site)
    desk, unit, phone = officers.new_page(), units.new_page(), learners.new_page()
    today = timezone.localdate()

    desk.goto(f"{site}/desk/imports/")
    desk.get_by_role("link", name="上传名单").click()
    desk.get_by_label("新平台名称").fill("安宁省干部网络学院")
    rows = [row_of(cast.learner, day=today), row_of(cast.neighbour_learner, day=today)]
    desk.get_by_label("名单文件").set_input_files(
        {"name": "11月学时.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx(*rows)}
    )
    desk.get_by_role("button", name="上传并选择列").click()
    expect(desk.get_by_label("学时", exact=True)).to_have_value("学时")
    desk.get_by_role("button", name="试算：会有什么变化").click()
    expect(desk.locator("[data-count=new]")).to_have_text("1")
    expect(desk.locator("[data-refused='3']")).to_contain_text("您管理的干部中没有这个登录码")
    assert faults(officers, site, [desk.url.removeprefix(site)]) == {}
    desk.get_by_label("略过不能导入的").check()
    desk.get_by_role("button", name="确认导入").click()
    settle_import(ImportBatch.objects.get(), at=timezone.now())
    desk.reload()
    expect(desk.locator("[data-state=registered]")).to_be_visible()

    phone.goto(f"{site}/hours/")
    expect(phone.locator("[data-origin=outside]")).to_contain_text("2.00")
    phone.get_by_role("link", name="学时申报").click()
    phone.get_by_role("link", name="申报培训学时").click()
    phone.get_by_label("培训名称").fill("乡村振兴专题培训班")
    phone.get_by_label("主办单位").fill("甲县县委党校")
    phone.get_by_label("集中面授").check()
    phone.get_by_label("开始日期").fill(today.isoformat())
    phone.get_by_label("结束日期").fill(today.isoformat())
    phone.get_by_label("学时", exact=True).fill("8")
    phone.get_by_label("天数").fill("1")
    phone.get_by_label("佐证材料").set_input_files({"name": "证书.jpg", "mimeType": "image/jpeg", "buffer": b"MZ" * 99})
    phone.get_by_role("button", name="提交申报").click()
    expect(phone.locator(".error")).to_contain_text("不是 PDF、JPEG 或 PNG")
    assert fits(phone)
    certificate = {"name": "证书.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(600, 400))}
    phone.get_by_label("佐证材料").set_input_files(certificate)
    phone.get_by_role("button", name="提交申报").click()
    expect(phone.get_by_text("单位初审中")).to_be_visible()
    assert fits(phone)
    assert faults(learners, site, [phone.url.removeprefix(site)]) == {}

    unit.goto(f"{site}/desk/claims/")
    unit.get_by_role("link", name="乡村振兴专题培训班").click()
    expect(unit.locator(".evidence img")).to_be_visible()
    unit.get_by_label("情况属实").check()
    unit.get_by_role("button", name="提交决定").click()
    desk.goto(f"{site}/desk/claims/")
    desk.get_by_role("link", name="乡村振兴专题培训班").click()
    assert faults(officers, site, [desk.url.removeprefix(site)]) == {}
    desk.get_by_label("予以认定").check()
    desk.get_by_role("button", name="提交决定").click()

    phone.goto(f"{site}/hours/")
    expect(phone.locator("[data-origin=claim]")).to_contain_text("8.00")
    assert fits(phone)
