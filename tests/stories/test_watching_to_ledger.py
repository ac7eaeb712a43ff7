"""One sitting, from pressing play to an entry on the record, and the officer who sees it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.stories.conftest import COURSES, DESK, PHONE
from tests.stories.site import Site
from tests.stories.walking import play, see_the_end, sign_in_by_phone, sign_in_staff, wait_for

pytestmark = [
    pytest.mark.story,
    pytest.mark.browser,
    pytest.mark.speech,
    pytest.mark.slow,
    pytest.mark.any_database,
]


def addresses(site: Site, course: str) -> list[str]:
    """The lessons of a course, in order."""
    pages = "__import__('courses.models',fromlist=['x']).LessonPage.objects"
    codes = COURSES[course]
    found = site.ask(f"{{p.code: p.url for p in {pages}.filter(code__in={codes!r}).live()}}")
    assert isinstance(found, dict) and set(found) == set(codes)
    return [site.url + found[code].replace("http://127.0.0.1:8000", "") for code in codes]


def hours(site: Site, person_id: int) -> list[str]:
    entries = "__import__('lms.credits.models',fromlist=['x']).CreditLedgerEntry.objects"
    return [str(hour) for hour in site.ask(f"[e.hours for e in {entries}.filter(person_id={person_id})]")]


@pytest.mark.timeout(900)
def test_two_cadres_finish_a_course_each_and_the_officer_sees_the_hours(site: Site, browser: Browser):
    """At the same time, each on a phone of her own; one takes the governance course, one livestreaming."""
    cadre, husband = site.accounts()["cadre"], site.accounts()["farmer_husband"]
    site.manage("shell", "-v", "0", "-c", _APPOINT.format(person_id=husband["person_id"]))
    phones = []
    errors: list[str] = []

    for account in (cadre, husband):
        page = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in_by_phone(page, site, account["phone"], name=account["name"])
        phones.append(page)
    for lessons in zip(addresses(site, "gov-reach"), addresses(site, "live-start"), strict=True):
        for page, address in zip(phones, lessons, strict=True):
            play(page, address)
        for page in phones:
            see_the_end(page)

    for account, page in zip((cadre, husband), phones, strict=True):
        assert wait_for(lambda person=account["person_id"]: len(hours(site, person)) == 4)
        assert hours(site, account["person_id"]) == ["0.25"] * 4
        page.goto(f"{site.url}/hours/")
        expect(page.locator("main")).to_contain_text("1.00")
    assert errors == []

    desk = browser.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in_staff(desk, site, "officer", path="/desk/")
    desk.goto(f"{site.url}/desk/people/?q={cadre['name']}")
    expect(desk.locator("tbody tr").first).to_contain_text(cadre["name"])
    expect(desk.locator("tbody tr").first).to_contain_text("1.00")
    assert ", 0 differences" in site.manage("check_ledger")


_APPOINT = """
from datetime import date
from lms.demo.domain.people import VILLAGE
from lms.people.domain.appointing import appoint
from lms.people.models import Org, Person
appoint(
    Person.objects.get(pk={person_id}),
    org=Org.objects.get(code=f"DEMO-{{VILLAGE}}-CWH"),
    title="村委会委员",
    category="village_cadre",
    authority=Org.objects.get(code="DEMO-990121000000-ZZB"),
    active_from=date(2026, 1, 1),
)
"""
