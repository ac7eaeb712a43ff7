"""A screening in the village hall: the helper's phone, a villager's phone, with network and without."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.learning.domain import codes, screening, viewing
from lms.learning.domain.ticking import tick
from lms.learning.models import GroupObjection, GroupTick, GroupViewing, LessonCompletion
from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browser.test_appealing import DESK, PHONE, window
from tests.browsing import fits, wait_for_page
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "用手机缴医保、查养老金：从打开小程序到看懂缴费记录，一步一步来"

# How many screenings with codes this phone has.
KEPT_CODES = """new Promise(done => {{
  const opening = indexedDB.open("tianjian-screenings");
  opening.onsuccess = () => {{
    const asked = opening.result.transaction("chosen").objectStore("chosen").getAll();
    asked.onsuccess = () => {{
      opening.result.close();
      done(asked.result.filter(row => row.codes).length {});
    }};
  }};
}})"""


@pytest.fixture
def lesson(transactional_db: Any, cast: Cast) -> LessonPage:
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    made = live_lesson(live_course(cast.orgs.provider), seconds=4)
    LessonPage.objects.filter(pk=made.pk).update(title=TITLE)
    return published(LessonPage.objects.get(pk=made.pk))


def keep(page: Page, name: str) -> None:
    """A picture to look at, where somebody wants one."""
    if folder := os.environ.get("KEEP_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def scan_address(shown: GroupViewing) -> str:
    """What a phone reads from the helper's at this moment."""
    shown.refresh_from_db()
    assert shown.doors_at is not None
    step = screening.steps_until(shown.doors_at, timezone.now())
    return reverse("learning:scan", args=[shown.code, step, screening.code_of(shown.secret, step)])


def test_a_screening_from_choosing_to_objecting(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    lesson: LessonPage,
    at_desk: Callable[[Person], Client],
    signed_in: Callable[[Person], Client],
) -> None:
    site = live_server.url
    person = PersonFactory(name="欧阳小明", phone="13800000001", village=cast.places.village)
    PersonFactory(name="刘桂兰", phone="13800000002", village=cast.places.village)
    helpers = window(browser, at_desk(cast.helper), site, PHONE)
    villagers = window(browser, signed_in(person), site, PHONE)
    page, phone = helpers.new_page(), villagers.new_page()

    page.goto(f"{site}/staff/")
    page.get_by_role("link", name="集中收看").click()
    keep(page, "1-choose")
    assert fits(page)
    page.get_by_role("button", name="准备放").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_role("heading", name="现场没有网")).to_be_visible()
    keep(page, "2-prepared")
    page.get_by_role("button", name="开门，出示扫码").click()

    expect(page.locator("[data-qr]")).to_be_visible()
    shown = GroupViewing.objects.get()
    matrix = codes.matrix_of(site + scan_address(shown))
    expect(page.locator("[data-qr-path]")).to_have_attribute("d", codes.path_of(matrix))
    keep(page, "3-doors")
    assert fits(page)
    assert faults(helpers, site, [reverse("learning:screening", args=[shown.code])]) == {}

    phone.goto(site + scan_address(shown))
    expect(phone.get_by_text("欧阳小明").last).to_be_visible()
    keep(phone, "4-scanned")
    phone.get_by_role("button", name="我到了").click()
    expect(phone.locator("[data-ticked]")).to_contain_text("记下您到场了")
    keep(phone, "5-ticked")
    assert fits(phone)

    page.get_by_role("link", name="点名").click()
    page.get_by_label("姓名或登录码").fill("刘桂兰")
    page.get_by_role("button", name="查找").click()
    keep(page, "6-found")
    page.get_by_role("button", name="从头就在").click()
    expect(page.get_by_text("已给 刘＊＊ 点名")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="回到扫码页").click()
    page.get_by_role("button", name="开始放").click()
    expect(page.locator("[data-clock]")).to_be_visible()
    keep(page, "7-running")
    picture = helpers.new_page()
    picture.goto(site + reverse("learning:screening_picture", args=[shown.code]))
    expect(picture.locator("video")).to_be_visible()
    keep(picture, "8-picture")
    picture.close()
    expect(page.locator("[data-clock]")).to_have_text("0:04")
    page.get_by_role("button", name="结束这一场").click()
    expect(page.get_by_text("到场 2 人")).to_be_visible()
    keep(page, "9-closed")

    assert LessonCompletion.objects.filter(person=person).exists()
    phone.goto(f"{site}/messages/")
    expect(phone.get_by_text("有一场集中收看记了您到场")).to_be_visible()
    phone.goto(f"{site}/learn/")
    phone.get_by_role("link", name="我的集中收看").click()
    keep(phone, "10-mine")
    assert faults(villagers, site, [reverse("learning:my_screenings")]) == {}
    phone.get_by_text("没去？").click()
    phone.get_by_role("button", name="我没去").click()
    expect(phone.get_by_text("您说过没去")).to_be_visible()
    assert GroupObjection.objects.get().tick.person == person
    keep(phone, "10c-objected")
    phone.get_by_text("其实去了？").click()
    phone.get_by_role("button", name="我去了").click()
    expect(phone.get_by_text("您说过没去，后来改口了")).to_be_visible()
    expect(phone.get_by_role("button", name="我没去")).to_have_count(0)
    keep(phone, "10d-withdrawn")


def begin_without_network(page: Page) -> None:
    page.get_by_role("button", name="没有网也开门").click()
    page.get_by_role("button", name="开始放").click()


def test_without_network_the_phone_keeps_the_screening_and_hands_it_in_once(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    lesson: LessonPage,
    at_desk: Callable[[Person], Client],
    signed_in: Callable[[Person], Client],
) -> None:
    """Opened, shown, scanned, closed and handed in by a page that was closed on the way to a hall without network."""
    site = live_server.url
    person = PersonFactory(name="刘桂兰", village=cast.places.village)
    scanning = PersonFactory(name="欧阳小明", village=cast.places.village)
    shown = viewing.prepare(cast.helper, lesson, at=timezone.now())
    address = site + reverse("learning:screening", args=[shown.code])
    helpers = window(browser, at_desk(cast.helper), site, PHONE)
    page = helpers.new_page()
    page.goto(address)
    expect(page.get_by_text("这部手机准备好了")).to_be_visible()
    keep(page, "10b-ready")
    page.close()

    helpers.set_offline(True)
    page = helpers.new_page()
    page.goto(f"{site}/learn/kept/")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_role("button", name="没有网也开门").click()
    expect(page.locator("[data-qr]")).to_be_visible()
    first = codes.matrix_of(site + reverse("learning:scan", args=[shown.code, 0, screening.code_of(shown.secret, 0)]))
    expect(page.locator("[data-qr-path]")).to_have_attribute("d", codes.path_of(first))
    keep(page, "11-offline-doors")
    phone = window(browser, signed_in(scanning), site, PHONE).new_page()
    phone.goto(site + reverse("learning:scan", args=[shown.code, 0, screening.code_of(shown.secret, 0)]))
    phone.get_by_role("button", name="我到了").click()
    expect(phone.locator("[data-ticked]")).to_contain_text("记下您到场了")
    page.get_by_role("button", name="开始放").click()
    for name in ("刘桂兰", "没有这人", "刘桂兰"):
        page.get_by_label("到场人的全名").fill(name)
        page.get_by_role("button", name="记下来").click()
    expect(page.locator("[data-offline-list] li")).to_have_count(2)
    page.reload()
    expect(page.locator("[data-offline-list] li")).to_have_count(2)
    expect(page.locator("[data-offline-clock]")).to_have_text("0:04")
    keep(page, "11-offline")
    assert fits(page)
    page.get_by_role("button", name="结束这一场").click()
    expect(page.locator("[data-offline-status]")).to_contain_text("已存在这部手机上")
    assert GroupTick.objects.get().person == scanning
    helpers.set_offline(False)

    expect(page.locator("[data-offline-status]")).to_contain_text("没有这人")
    expect(page.get_by_role("link", name="点名")).to_be_visible()
    keep(page, "12-handed-in")
    shown.refresh_from_db()
    assert (shown.is_offline, shown.seconds) == (True, 4)
    assert set(GroupTick.objects.values_list("person", flat=True)) == {person.pk, scanning.pk}
    page.goto(address)
    expect(page.get_by_text("到场 2 人")).to_be_visible()
    wait_for_page(page, "localStorage.getItem('tianjian.screenings') === null")


def test_codes_and_names_go_on_while_the_network_is_gone_and_lie_on_the_helpers_phone_alone(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    LessonPage.objects.get(pk=lesson.pk).video.__class__.objects.filter(pk=lesson.video_id).update(decoded_seconds=600)
    person = PersonFactory(name="刘桂兰", village=cast.places.village)
    prepared = viewing.prepare(cast.helper, LessonPage.objects.get(pk=lesson.pk), at=timezone.now())
    shown = viewing.start(prepared, at=timezone.now())
    helpers = window(browser, at_desk(cast.helper), site, PHONE)
    page = helpers.new_page()
    page.goto(site + reverse("learning:screening", args=[shown.code]))
    wait_for_page(page, "localStorage.getItem('tianjian.screenings') !== null")
    wait_for_page(page, "caches.keys().then(names => names.length > 0)")
    wait_for_page(page, KEPT_CODES.format("> 0"))

    helpers.set_offline(True)
    page.get_by_role("button", name="结束这一场").click()
    expect(page.locator("[data-net-status]")).to_contain_text("现在没有网")
    page.get_by_role("link", name="点名").click()
    expect(page.locator("[data-qr-path]")).to_have_attribute("d", re.compile("^M"))
    page.get_by_label("到场人的全名").fill("刘桂兰")
    page.get_by_role("button", name="记下来").click()
    expect(page.locator("[data-offline-list] li")).to_have_count(1)
    keep(page, "12b-network-gone")
    helpers.set_offline(False)

    expect(page.get_by_label("姓名或登录码")).to_be_visible()
    assert GroupTick.objects.get().person == person
    helpers.clear_cookies()
    enter(helpers, at_desk(cast.officer), site)
    page.goto(f"{site}/account/")
    wait_for_page(page, "localStorage.getItem('tianjian.screenings') === null")
    wait_for_page(page, KEPT_CODES.format("=== 0"))


@pytest.mark.slow
def test_a_killed_page_goes_on_where_it_stood(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    PersonFactory(name="刘桂兰", village=cast.places.village)
    shown = viewing.prepare(cast.helper, lesson, at=timezone.now())
    page = window(browser, at_desk(cast.helper), site, PHONE).new_page()
    page.goto(site + reverse("learning:screening", args=[shown.code]))
    begin_without_network(page)
    page.get_by_label("到场人的全名").fill("刘桂兰")
    page.get_by_role("button", name="记下来").click()
    expect(page.locator("[data-offline-list] li")).to_have_count(1)

    page.reload()

    expect(page.locator("[data-offline-list] li")).to_have_text(["刘桂兰"])
    expect(page.locator("[data-offline-clock]")).to_have_text("0:04")
    page.get_by_role("button", name="结束这一场").click()
    expect(page.get_by_text("到场 1 人")).to_be_visible()


def test_a_screening_works_without_javascript(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    shown = viewing.prepare(cast.helper, lesson, at=timezone.now())
    context = browser.new_context(viewport=DESK, locale="zh-CN", java_script_enabled=False)
    enter(context, at_desk(cast.helper), site)
    page = context.new_page()
    page.goto(site + reverse("learning:screening", args=[shown.code]))

    expect(page.get_by_role("heading", name="现场没有网")).to_be_hidden()
    page.get_by_role("button", name="开门，出示扫码").click()
    expect(page.locator("[data-qr]")).to_be_visible()
    keep(page, "13-no-script")
    page.get_by_role("button", name="开始放").click()
    page.get_by_role("button", name="结束这一场").click()

    expect(page.get_by_text("已结束")).to_be_visible()


@pytest.mark.slow
def test_pages_hold_at_the_largest_letters_and_in_the_dark(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    site = live_server.url
    shown = viewing.prepare(cast.helper, lesson, at=timezone.now())
    prepared = reverse("learning:screening", args=[shown.code])
    context = browser.new_context(viewport=PHONE, locale="zh-CN", color_scheme="dark")
    context.add_cookies([{"name": "elder_mode", "value": "largest", "url": site}])
    enter(context, at_desk(cast.helper), site)
    page = context.new_page()
    for number, step in enumerate((None, viewing.open_doors, viewing.start)):
        if step:
            step(shown, at=timezone.now())
        page.goto(site + prepared)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        keep(page, f"14-largest-{number}")
        assert fits(page)
        assert faults(context, site, [prepared, reverse("learning:screening_people", args=[shown.code])]) == {}


def test_the_desk_of_agriculture_shows_screenings_on_a_phone(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    site, at = live_server.url, timezone.now()
    handed = viewing.hand_in(viewing.prepare(cast.helper, lesson, at=at), seconds=4, at=at + timedelta(minutes=1))
    for _number in range(20):
        tick(handed, PersonFactory(village=cast.places.village), from_second=0, at=at + timedelta(minutes=1))
    context = window(browser, at_desk(cast.agriculture_officer), site, PHONE)
    page = context.new_page()

    page.goto(f"{site}/desk/")
    page.get_by_role("link", name="集中收看").click()

    expect(page.locator("[data-asked]")).to_contain_text("没有网时放的，点名的又多")
    keep(page, "15-desk")
    assert fits(page)
    assert faults(context, site, [reverse("desk:screenings")]) == {}
