"""An exemption goes from one officer over another to the cadre's own page, in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from lms.credits.models import Exemption
from lms.people.enums import RoleKind
from lms.people.models import Person, Post
from tests.browser.test_accessibility import faults
from tests.browser.test_appealing import DESK, PHONE, fits, window
from tests.cast import Cast
from tests.credits.test_exempting import PDF
from tests.credits.world import load
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_an_exemption_goes_from_one_officer_over_another_to_the_cadre(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    signed_in: Callable[[Person], Client],
    at_desk: Callable[[Person], Client],
    settings: Any,
    tmp_path: Path,
) -> None:
    site, settings.MEDIA_ROOT = live_server.url, tmp_path / "files"
    load()
    Post.objects.filter(person=cast.learner).update(category="township_cadre", level="township_level_deputy")
    other = PersonFactory(name="钱二", staff=True)
    RoleFactory(person=other, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    paper = tmp_path / "批件.pdf"
    paper.write_bytes(PDF)

    first = window(browser, at_desk(cast.officer), site, DESK).new_page()
    first.goto(f"{site}/desk/people/?standing=short")
    first.get_by_role("link", name=cast.learner.name).click()
    expect(first.locator("[data-state=short]").first).to_be_visible()
    first.get_by_role("link", name="提出免修").click()
    first.get_by_label("事由").select_option("maternity_leave")
    first.get_by_label("第一天").fill("2026-01-01")
    first.get_by_label("最后一天").fill("2026-12-31")
    first.get_by_label("免修理由").fill("产假，见批件")
    first.get_by_label("证明材料").set_input_files(paper)
    first.get_by_role("button", name="提出").click()
    expect(first.locator("[role=status]")).to_contain_text("另一位管理员审批")
    exemption = Exemption.objects.get()
    first.goto(f"{site}/desk/exemptions/{exemption.pk}/")
    expect(first.get_by_role("button", name="提交审批意见")).to_have_count(0)

    desk = window(browser, at_desk(other), site, PHONE)
    second = desk.new_page()
    second.goto(f"{site}/desk/exemptions/")
    assert fits(second)
    second.get_by_role("link", name=cast.learner.name).click()
    with second.expect_download() as download:
        second.get_by_role("link", name="下载（PDF）").click()
    assert download.value.suggested_filename == f"exemption-{exemption.pk}.pdf"
    pages = ["/desk/exemptions/", f"/desk/exemptions/{exemption.pk}/", "/desk/requirements/", "/desk/"]
    assert faults(desk, site, pages) == {}
    second.get_by_label("批准：材料属实").check()
    second.get_by_role("button", name="提交审批意见").click()
    expect(second.locator("[data-state=approved]")).to_be_visible()
    assert fits(second)

    cadre = window(browser, signed_in(cast.learner), site, PHONE)
    page = cadre.new_page()
    page.goto(f"{site}/hours/")
    expect(page.locator("[data-state=exempt]")).to_have_count(2)
    assert fits(page)
    assert faults(cadre, site, ["/hours/"]) == {}
