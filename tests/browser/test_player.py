"""The player on a real stream: plays, reports, survives a lost network, and goes on where a phone stopped."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from courses.models import LessonPage
from lms.learning.models import LessonCompletion, PlaySession, WatchRecord
from lms.people.models import Person
from tests.browser.streaming import answers, context, covered, enter, film, play, streamed, wait_until
from tests.browsing import wait_for_page
from tests.cast import Cast

__all__ = ["context", "film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lesson_played_to_its_end_is_done(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()

    play(page, live_server.url + streamed.get_url())

    expect(page.locator("[data-when-done]")).to_be_visible()
    assert covered(cast.learner) == 100
    assert LessonCompletion.objects.get(person=cast.learner).page_id == streamed.pk


def test_a_lost_network_loses_nothing(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    play(page, live_server.url + streamed.get_url())
    wait_until(PlaySession.objects.filter(person=cast.learner).exists)
    # The whole short film lies in the buffer; without that it could not play on without a network.
    wait_for_page(page, "(v => v.buffered.length && v.buffered.end(0) > 5.5)(document.querySelector('video'))")

    context.set_offline(True)
    wait_for_page(page, "document.querySelector('video').ended")

    expect(page.locator("[data-status]")).to_be_visible()
    assert not LessonCompletion.objects.exists()

    context.set_offline(False)
    expect(page.locator("[data-when-done]")).to_be_visible()
    expect(page.locator("[data-status]")).to_be_hidden()
    assert covered(cast.learner) == 100


def test_leaving_the_page_sends_what_was_played_last(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    play(page, live_server.url + streamed.get_url())
    wait_for_page(page, "document.querySelector('video').currentTime > 2.5")

    with answers("/learn/reports/"):
        page.goto(live_server.url + "/healthz")

    wait_until(lambda: covered(cast.learner) >= 33)


def test_a_place_reached_by_nobody_is_adopted_by_who_signs_in(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    page = context.new_page()
    play(page, live_server.url + streamed.get_url())
    wait_for_page(page, "document.querySelector('video').currentTime > 3.2")
    page.evaluate("document.querySelector('video').pause()")
    # Near its end a lesson begins anew, and this one is near its end from the start: look at the place itself.
    enter(context, signed_in(cast.learner), live_server.url)
    page.reload()

    wait_until(lambda: page.evaluate("localStorage.getItem('tianjian.places')") is None)

    assert page.evaluate("document.querySelector('[data-player]').dataset.resume") == "3"
    record = WatchRecord.objects.get(person=cast.learner)
    assert (record.resume_point, record.percent) == (3, 0)
    assert not LessonCompletion.objects.exists()


# What a phone does when its screen goes off, or another app comes to the front.
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
    Object.defineProperty(document, "visibilityState", {configurable: true, get: () => hidden ? "hidden" : "visible"});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.mark.parametrize(
    ("setting", "listens", "counts"),
    [
        ("listening", False, False),
        pytest.param("listening", True, True, marks=pytest.mark.slow),
        pytest.param("never", True, False, marks=pytest.mark.slow),
        pytest.param("picture", False, True, marks=pytest.mark.slow),
    ],
)
def test_what_plays_while_the_page_is_hidden_counts_as_its_lesson_says(
    context: BrowserContext,
    live_server: Any,
    streamed: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
    setting: str,
    listens: bool,
    counts: bool,
) -> None:
    streamed.hidden_playing = setting
    streamed.save()
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    page.goto(live_server.url + streamed.get_url())
    page.click("[data-listen]" if listens else "[data-play]")
    wait_for_page(page, "document.querySelector('video').currentTime > 1.5")

    page.evaluate(HIDE, True)
    wait_for_page(page, "document.querySelector('video').ended")
    page.evaluate(HIDE, False)

    if counts:
        expect(page.locator("[data-when-done]")).to_be_visible()
        expect(page.locator("[data-status]")).to_be_hidden()
        assert covered(cast.learner) == 100
    else:
        expect(page.locator("[data-status]")).to_have_text(
            str(page.locator("[data-player]").get_attribute("data-text-hidden"))
        )
        wait_until(lambda: covered(cast.learner) >= 16)
        assert covered(cast.learner) <= 50
        assert not LessonCompletion.objects.exists()
