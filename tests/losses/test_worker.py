"""The page is closed and the network comes back: the service worker hands in what was watched."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, CDPSession, expect

from courses.models import LessonPage
from lms.people.models import Person
from tests.browser.streaming import film, streamed, wait_until
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.losses.test_phone import Phone

__all__ = ["film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.whole_browser, pytest.mark.django_db(transaction=True)]

WORKS = "navigator.serviceWorker.getRegistration().then(found => Boolean(found && found.active))"
RETIRED = "navigator.serviceWorker.getRegistrations().then(found => !found.length)"
WAITS = "navigator.serviceWorker.getRegistration().then(it => it.sync.getTags()).then(tags => tags.includes('reports'))"
PLAY_FAST = "(v => { v.playbackRate = 2; return v.play(); })(document.querySelector('video'))"


@pytest.fixture
def context(whole_browser: Browser) -> Iterator[BrowserContext]:
    context = whole_browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    context.grant_permissions(["background-sync"])
    yield context
    context.close()


class Waker:
    """The browser's own hand, without a page of the site: it wakes the worker as it does when a network is back."""

    def __init__(self, context: BrowserContext) -> None:
        self.session: CDPSession = context.new_cdp_session(context.new_page())
        self.workers: list[str] = []
        self.session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self.session.send("ServiceWorker.enable")

    def _note(self, event: dict[str, Any]) -> None:
        self.workers += [found["registrationId"] for found in event["registrations"]]

    def wake(self, origin: str) -> None:
        (worker,) = set(self.workers)
        asked = {"origin": origin, "registrationId": worker, "tag": "reports", "lastChance": False}
        self.session.send("ServiceWorker.dispatchSyncEvent", asked)


def test_reports_of_a_page_that_was_closed_without_network(
    context: BrowserContext,
    live_server: Any,
    streamed: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
    settings: Any,
) -> None:
    phone = Phone(context, cast.learner, signed_in, live_server.url + streamed.get_url())
    phone.play_with_network()
    assert not phone.page.evaluate(WORKS), "playing comes first"
    wait_for_page(phone.page, "document.querySelector('video').currentTime > 1.1")
    phone.page.evaluate("document.querySelector('video').pause()")
    # The first receipt says that all goes well.
    wait_until(lambda: phone.page.evaluate(WORKS))
    waker = Waker(context)
    context.set_offline(True)
    phone.page.evaluate(PLAY_FAST)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机")
    wait_until(lambda: phone.page.evaluate(WAITS))
    phone.page.close()

    context.set_offline(False)
    waker.wake(live_server.url)

    phone.check("a page closed without network")
    phone.page = context.new_page()
    phone.page.goto(phone.address)
    expect(phone.page.locator("[data-kept]")).to_have_text("已记下。")
    expect(phone.page.locator("[data-progress]")).to_contain_text("100%")

    settings.SERVICE_WORKER = False
    phone.page.reload()
    wait_until(lambda: phone.page.evaluate(RETIRED))
