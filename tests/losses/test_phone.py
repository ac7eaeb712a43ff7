"""What happens to phones: a real browser before the real server, and no honest second lost. Each test says so."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from courses.models import LessonPage
from lms.learning.models import LessonCompletion, PlaySession, RefusedStretch, WatchRecord
from lms.people.models import Person
from lms.tools.browser import ARGUMENTS
from tests.browser.streaming import SECONDS, context, enter, film, patiently, play, streamed, wait_until
from tests.browsing import wait_for_page
from tests.cast import Cast

__all__ = ["context", "film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Person], Client]
BUFFERED = "(v => v.buffered.length && v.buffered.end(0) > 5.5)(document.querySelector('video'))"
ENDED = "document.querySelector('video').ended"
SHIFTED = "(ms => {{ const now = Date.now; Date.now = () => now.call(Date) + ms; }})({})"
NOTHING_IS_KEPT = """
indexedDB.open = () => { throw new DOMException('', 'QuotaExceededError') };
Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') };
"""


class Phone:
    """A person's phone with a lesson open."""

    def __init__(self, context: BrowserContext, person: Person, sign_in: SignIn, address: str) -> None:
        self.context, self.person, self.address = context, person, address
        self._sign_in = sign_in
        self.sign_in()
        self.page = context.new_page()

    def sign_in(self) -> None:
        enter(self.context, patiently(lambda: self._sign_in(self.person)), urljoin(self.address, "/"))

    def play_with_network(self) -> None:
        """Until all of it is on the phone, and the server knows of it."""
        play(self.page, self.address)
        wait_until(PlaySession.objects.filter(person=self.person).exists)
        wait_for_page(self.page, BUFFERED)

    def play_to_the_end(self) -> None:
        wait_for_page(self.page, ENDED)

    def open_again(self) -> None:
        """A new page; nothing is played on it."""
        self.page.close()
        self.page = self.context.new_page()
        self.page.goto(self.address)

    def check(self, loss: str) -> None:
        """Everything that was played has counted."""

        def counted() -> int:
            record = WatchRecord.objects.filter(person=self.person).first()
            return record.covered_seconds if record else 0

        completions = LessonCompletion.objects.filter(person=self.person)
        with suppress(AssertionError):
            wait_until(lambda: counted() == SECONDS and completions.exists(), seconds=60)
        seconds = patiently(counted)
        print(f"{loss}: {SECONDS - seconds} honest seconds lost")
        assert seconds == SECONDS
        assert not patiently(RefusedStretch.objects.exists)
        assert patiently(completions.count) == 1


@pytest.fixture
def phone(context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: SignIn) -> Phone:
    return Phone(context, cast.learner, signed_in, live_server.url + streamed.get_url())


@pytest.mark.slow
def test_48_hours_in_aeroplane_mode(phone: Phone) -> None:
    phone.play_with_network()
    phone.context.set_offline(True)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机")
    phone.page.close()
    phone.context.set_offline(False)

    with time_machine.travel(timezone.now() + timedelta(hours=48), tick=True):
        phone.page = phone.context.new_page()
        phone.page.goto(phone.address)

        phone.check("48 hours in aeroplane mode")
        expect(phone.page.locator("[data-kept]")).to_have_text("已记下。")
        expect(phone.page.locator("[data-progress]")).to_contain_text("100%")


def test_a_browser_killed_while_it_plays(
    browser: Browser, browser_path: str, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: SignIn,
    tmp_path: Path,
) -> None:  # fmt: skip
    """What was noted is reported by the next page; it goes on before what was not, so nothing is missing."""

    def start() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=browser_path, args=list(ARGUMENTS), service_workers="block"
        )

    address = live_server.url + streamed.get_url()
    first = start()
    phone = Phone(first, cast.learner, signed_in, address)
    phone.play_with_network()
    wait_for_page(phone.page, "document.querySelector('video').currentTime > 4.5")

    kill_browser(tmp_path / "profile")

    with suppress(Exception):
        first.close()
    record = patiently(lambda: WatchRecord.objects.get(person=cast.learner))
    assert record.covered_seconds == 0, "nothing was reported yet"
    second = start()
    try:
        # A minute later nobody else writes on that report any more.
        second.add_init_script(SHIFTED.format(61_000))
        phone = Phone(second, cast.learner, signed_in, address)
        phone.page.goto(address)
        wait_until(lambda: WatchRecord.objects.get(person=cast.learner).covered_seconds >= 2)
        phone.page.reload()
        play(phone.page, address)
        phone.play_to_the_end()
        phone.check("a killed browser")
    finally:
        second.close()


def kill_browser(profile: Path) -> None:
    """All of its processes at once, without a word."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--user-data-dir={profile}".encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_third_of_all_requests_and_answers_lost(phone: Phone, seed: int) -> None:
    chance = random.Random(seed)

    def lose(route: Route) -> None:
        drawn = chance.random()
        if drawn < 0.15:
            route.abort()
        elif drawn < 0.3:
            route.fetch()  # the server heard it
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/learn/**", lose)
    phone.context.route("**/files/**", lose)
    phone.page.goto(phone.address)
    phone.page.click("[data-play]")
    for second in range(1, SECONDS - 1):
        wait_for_page(phone.page, f"document.querySelector('video').currentTime > {second}", timeout=60_000)
        # Each pause is a report.
        phone.page.evaluate("(v => { v.pause(); return v.play(); })(document.querySelector('video'))")
    phone.play_to_the_end()

    expect(phone.page.locator("[data-when-done]")).to_be_visible(timeout=60_000)
    phone.check("30 % of all requests or answers lost")


@pytest.mark.slow
@pytest.mark.parametrize("wrong_by", [timedelta(days=-20_000), timedelta(days=400)])
def test_a_phone_clock_set_wrong_and_then_right(phone: Phone, wrong_by: timedelta) -> None:
    phone.page.add_init_script(SHIFTED.format(int(wrong_by.total_seconds() * 1000)))
    phone.play_with_network()
    phone.context.set_offline(True)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机")
    phone.context.set_offline(False)

    phone.open_again()

    phone.check(f"a phone clock wrong by {wrong_by.days} days")


@pytest.mark.slow
def test_a_sign_in_that_expired_in_the_middle(phone: Phone) -> None:
    phone.play_with_network()
    patiently(Session.objects.all().delete)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-status] a")).to_be_visible()
    assert not patiently(LessonCompletion.objects.exists)

    phone.sign_in()
    phone.open_again()

    phone.check("a sign-in that expired")


@pytest.mark.slow
def test_a_phone_that_keeps_nothing(phone: Phone) -> None:
    """Private mode or a full disk: as long as the page is open nothing is lost."""
    phone.page.add_init_script(NOTHING_IS_KEPT)
    phone.play_with_network()
    phone.context.set_offline(True)
    phone.play_to_the_end()

    phone.context.set_offline(False)

    phone.check("a phone that keeps nothing")


@pytest.mark.slow
def test_somebody_else_signs_in_on_the_same_phone(phone: Phone, cast: Cast) -> None:
    """Couples share a phone: what he watched without a network waits until he is signed in again."""
    phone.play_with_network()
    phone.context.set_offline(True)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机")
    him, phone.person = phone.person, cast.officer
    phone.page.close()
    phone.sign_in()
    phone.context.set_offline(False)
    phone.page = phone.context.new_page()
    asked_for(phone.page, phone.address)
    assert not patiently(WatchRecord.objects.filter(person=him, covered_seconds__gt=0).exists)

    phone.person = him
    phone.sign_in()
    phone.open_again()

    phone.check("another person on the same phone")


def asked_for(page: Page, address: str) -> None:
    """Open the page and wait until it has tried to hand in what it found."""
    with page.expect_response("**/learn/reports/") as answer:
        page.goto(address)
    told = answer.value.json()
    assert {each["error"] for each in told.get("receipts", [told])} == {"unknown_session"}


@pytest.mark.slow
def test_a_server_that_is_away_for_a_while(phone: Phone) -> None:
    answers = iter([503, 500, 502])

    def away(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, headers={"Retry-After": "1"})

    phone.context.route("**/learn/reports/", away)
    phone.play_with_network()
    phone.play_to_the_end()

    expect(phone.page.locator("[data-when-done]")).to_be_visible()
    phone.check("a server away for a while")


def test_without_javascript_the_lesson_plays_and_says_that_nothing_is_recorded(
    browser: Browser, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()

    page.goto(live_server.url + streamed.get_url())

    expect(page.locator("video[controls] source")).to_have_count(2)
    # Chromium keeps what stands in <noscript> as text while scripts are switched off from outside.
    assert "看过的记不下来" in page.locator("noscript").first.inner_html()
