"""A cadre takes out a 学时证明 and a stranger checks it on a phone; an officer issues one and revokes it."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from lms.credits.domain.attesting import attest_course
from lms.credits.domain.correcting import reverse_entry
from lms.credits.models import Attestation, CreditLedgerEntry
from lms.people.models import Person, Post
from tests.browser.test_accessibility import faults
from tests.browser.test_appealing import DESK, PHONE, window
from tests.browser.test_public_pages import sent_by_nginx
from tests.browsing import fits
from tests.cast import Cast
from tests.credits.world import BEIJING, adopt, complete_course, earn, load, teach

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Two rows of what can be pressed, with what lies around them.
TWO_ROWS_PX = 130
LONG_AGO = date(2025, 1, 1)
THEN = datetime(2025, 11, 20, 10, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def hours(transactional_db: Any, cast: Cast) -> None:
    Post.objects.update(active_from=LONG_AGO)
    load()
    adopt(since=LONG_AGO)
    earn(cast.learner, 5400, at=THEN)
    complete_course(cast.learner, teach(600), at=THEN)


def look(page: Page, name: str) -> None:
    """A picture for whoever asks for pictures."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_cadre_takes_one_out_and_a_stranger_checks_it(
    browser: Browser, live_server: Any, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    site = live_server.url
    mine = window(browser, signed_in(cast.learner), site, PHONE).new_page()
    mine.goto(f"{site}/hours/?year=2025")
    mine.get_by_role("link", name="开学时证明").click()
    look(mine, "mine")
    assert fits(mine)
    mine.get_by_label("2025", exact=True).check()
    mine.get_by_role("button", name="开证明").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("学时证明")
    expect(mine.locator("[data-state=valid]")).to_be_visible()
    look(mine, "one")
    assert fits(mine)
    made = Attestation.objects.get()
    pdf = mine.context.request.get(f"{site}/hours/papers/{made.number}/print.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.body().startswith(b"%PDF")
    if folder := os.environ.get("PICTURES"):
        (Path(folder) / "paper.pdf").write_bytes(pdf.body())

    stranger = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    answers: list[int] = []
    stranger.on("response", lambda response: answers.append(sent_by_nginx(response)))
    stranger.goto(f"{site}/verify/")
    look(stranger, "number")
    stranger.get_by_label("证明编号").fill(made.shown_number.lower()[:-1] + "8")
    stranger.get_by_role("button", name="核对").click()
    expect(stranger.get_by_text("编号不对")).to_be_visible()
    stranger.get_by_label("证明编号").fill(f" {made.shown_number.lower().replace('-', ' ')} ")
    stranger.get_by_role("button", name="核对").click()
    expect(stranger.locator("[data-state=valid]")).to_contain_text("有效")
    expect(stranger.locator("dl.facts")).to_contain_text("李＊英")
    expect(stranger.locator("dl.facts")).to_contain_text("1.00")
    expect(stranger.locator("main")).not_to_contain_text(cast.learner.name)
    look(stranger, "public")
    assert fits(stranger) and sum(answers) < 120_000, answers
    elder = browser.new_context(viewport=PHONE, locale="zh-CN")
    elder.add_cookies([{"name": "elder_mode", "value": "largest", "url": site}])
    large = elder.new_page()
    for address, name in (("/verify/", "elder-number"), (f"/verify/{made.number}/", "elder-public")):
        large.goto(site + address)
        look(large, name)
        assert fits(large), address
    assert faults(stranger.context, site, ["/verify/", f"/verify/{made.number}/"]) == {}
    assert faults(mine.context, site, ["/hours/papers/", f"/hours/papers/{made.number}/"]) == {}

    reverse_entry(CreditLedgerEntry.objects.get(), reason="看错了", by=cast.officer, at=datetime.now(BEIJING))
    stranger.reload()
    expect(stranger.locator("[data-state=superseded]")).to_contain_text("更正")
    look(stranger, "superseded")


def test_an_officer_issues_prints_and_revokes(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    desk = window(browser, at_desk(cast.officer), site, DESK).new_page()
    desk.goto(f"{site}/desk/people/{cast.learner.pk}/")
    desk.get_by_role("link", name="证明：出具、打印、撤销").click()
    desk.get_by_label("2025", exact=True).check()
    desk.get_by_role("button", name="出具", exact=True).click()
    expect(desk.locator("[data-state=valid]")).to_be_visible()
    made = Attestation.objects.get()
    look(desk, "desk-one")
    assert desk.context.request.get(f"{site}/desk/attestations/{made.number}/print.pdf").body().startswith(b"%PDF")
    assert faults(desk.context, "", [desk.url]) == {}

    desk.get_by_text("撤销", exact=True).click()
    desk.get_by_role("button", name="确认撤销").click()
    expect(desk.locator(".field-error")).to_be_visible()
    desk.get_by_label("撤销理由").fill("姓名有误")
    desk.get_by_role("button", name="确认撤销").click()
    expect(desk.locator("[data-state=revoked]")).to_contain_text("已撤销")
    look(desk, "desk-revoked")
    desk.goto(f"{site}/desk/people/{cast.learner.pk}/attestations/")
    expect(desk.get_by_role("row", name=made.shown_number)).to_contain_text("已撤销")
    look(desk, "desk-list")
    assert fits(desk) and faults(desk.context, "", [desk.url]) == {}

    stranger = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    stranger.goto(f"{site}/verify/{made.number}/")
    expect(stranger.locator("[data-state=revoked]")).to_contain_text("请勿采信")
    expect(stranger.locator("main")).not_to_contain_text("姓名有误")
    look(stranger, "revoked")
    assert fits(stranger)


def test_an_officer_of_agriculture_finds_a_farmers_certificate_on_a_phone_and_revokes_it(
    browser: Browser, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    made = attest_course(complete_course(cast.farmer, teach(600), at=THEN), by=cast.farmer, at=timezone.now())
    desk = window(browser, at_desk(cast.agriculture_officer), site, PHONE).new_page()
    desk.goto(f"{site}/desk/")
    expect(desk.locator(".elder-offer")).to_have_count(0)
    assert desk.locator("header.band").evaluate("band => band.offsetHeight") < TWO_ROWS_PX
    desk.get_by_role("link", name="证明", exact=True).click()
    assert fits(desk) and faults(desk.context, "", [desk.url]) == {}

    desk.get_by_label("证明编号").fill(made.shown_number)
    desk.get_by_role("button", name="查找", exact=True).click()
    expect(desk.locator("[data-state=valid]")).to_be_visible()
    expect(desk.locator("main")).not_to_contain_text(cast.farmer.name)
    desk.get_by_text("撤销", exact=True).click()
    desk.get_by_label("撤销理由").fill("由他人代学")
    desk.get_by_role("button", name="确认撤销").click()
    expect(desk.locator("[data-state=revoked]")).to_contain_text("已撤销")
    expect(desk.get_by_role("button", name="另开一份")).to_be_visible()
    assert fits(desk) and faults(desk.context, "", [desk.url]) == {}
    look(desk, "desk-certificate")
