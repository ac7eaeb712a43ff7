"""An officer imports a roster in a browser: a file with a fault, who is meant, confirming, seeing in full, undoing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from lms.people.models import Person, Post
from tests.browser.test_accessibility import enter, faults
from tests.browser.test_helping import SIZE
from tests.browsing import fits
from tests.cast import Cast
from tests.factories.people import PersonFactory
from tests.people.rosters import identity_number, row, workbook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = "13900000001"


def choose_file(page: Page, site: str, folder: Path, content: bytes) -> None:
    file = folder / "roster.xlsx"
    file.write_bytes(content)
    page.goto(f"{site}/desk/roster/")
    page.get_by_label("名册文件").set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()


def test_an_officer_imports_a_roster_and_undoes_it(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client], tmp_path: Path
) -> None:
    site = live_server.url
    farmer = PersonFactory(name="马小云", phone=PHONE, village=cast.places.village)
    context = browser.new_context(viewport=SIZE, locale="zh-CN")
    enter(context, at_desk(cast.officer), site)
    page = context.new_page()
    good = [
        row(phone=PHONE),
        row("马大云", number=identity_number(2)),
        row("李秀英", number=identity_number(3), title="村委会主任", move="晋升"),
    ]

    choose_file(page, site, tmp_path, workbook(*good, row("牛大力", number="990101198506070013", start="上个月")))
    expect(page.locator("[data-row='5']")).to_contain_text("“身份证号”列")
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    assert fits(page)
    assert faults(context, site, [page.url.removeprefix(site), "/desk/roster/"]) == {}

    choose_file(page, site, tmp_path, workbook(*good))
    page.locator("[data-row='2']").get_by_label("站内已有同名").check()
    page.locator("[data-row='4']").get_by_label("名册中：柳树村村民委员会 村委会委员").check()
    assert fits(page)
    assert faults(context, site, [page.url.removeprefix(site)]) == {}
    page.get_by_role("button", name="保存这些选择").click()
    expect(page.get_by_role("link", name="变动 2")).to_be_visible()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status")).to_contain_text("名册已导入")
    assert sorted(Post.objects.filter(person=cast.learner).values_list("title", "active_to__month")) == [
        ("村委会主任", None),
        ("村委会委员", 9),
    ]
    assert faults(context, site, [page.url.removeprefix(site)]) == {}
    imported = page.url

    page.goto(f"{site}{reverse('desk:person', args=[farmer.pk])}")
    page.get_by_role("link", name="写明原因后查看").click()
    page.get_by_label("原因").fill("核对名册")
    page.get_by_role("button", name="查看完整信息").click()
    expect(page.locator("[data-unmasked]")).to_contain_text(identity_number(1))

    page.goto(imported)
    page.get_by_label("为什么撤销导入").fill("选错了文件")
    page.get_by_role("button", name="整批撤销").click()
    expect(page.get_by_role("status")).to_contain_text("导入已撤销")
    assert not Post.objects.filter(person=farmer).exists()
    context.close()
