"""The player on a real stream: plays, reports, survives a lost network, and goes on where a phone stopped."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.learning.models import LessonCompletion, PlaySession, WatchRecord
from lms.people.models import Person
from media.domain.transcoding import transcode
from media.enums import VideoStatus
from media.models import Video
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.media import make_film, received_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = 6


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", size="426x240", seconds=SECONDS)


@pytest.fixture
def streamed(transactional_db: Any, settings: Any, tmp_path: Path, film: Path) -> LessonPage:
    """A lesson whose recording went through the pipeline."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    course = live_course()
    video = received_video(film, org=course.org)
    assert transcode(video.pk)
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.READY, ready_at=video.received_at)
    video.refresh_from_db()
    assert video.decoded_seconds == SECONDS
    return published(live_lesson(course, video=video))


@pytest.fixture
def context(browser: Browser) -> Any:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    yield context
    context.close()


def enter(context: BrowserContext, client: Client, url: str) -> None:
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def play(page: Page, address: str) -> None:
    page.goto(address)
    page.click("[data-play]")
    page.wait_for_function("document.querySelector('video').currentTime > 0.3")


def wait_until(question: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def covered(person: Person) -> int:
    record = WatchRecord.objects.filter(person=person).first()
    return record.percent if record else 0


def test_a_lesson_played_to_its_end_is_done(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()

    play(page, live_server.url + streamed.get_url())

    expect(page.locator("[data-when-done]")).to_be_visible(timeout=20_000)
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
    page.wait_for_function("(v => v.buffered.length && v.buffered.end(0) > 5.5)(document.querySelector('video'))")

    context.set_offline(True)
    page.wait_for_function("document.querySelector('video').ended", timeout=20_000)

    expect(page.locator("[data-status]")).to_be_visible()
    assert not LessonCompletion.objects.exists()

    context.set_offline(False)
    expect(page.locator("[data-when-done]")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-status]")).to_be_hidden()
    assert covered(cast.learner) == 100


def test_leaving_the_page_sends_what_was_played_last(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    play(page, live_server.url + streamed.get_url())
    page.wait_for_function("document.querySelector('video').currentTime > 2.5")

    page.goto(live_server.url + "/healthz")

    wait_until(lambda: covered(cast.learner) >= 33)


def test_a_place_reached_by_nobody_is_adopted_by_who_signs_in(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    page = context.new_page()
    play(page, live_server.url + streamed.get_url())
    page.wait_for_function("document.querySelector('video').currentTime > 3.2")
    page.evaluate("document.querySelector('video').pause()")
    # Near its end a lesson begins anew, and this one is near its end from the start: look at the place itself.
    enter(context, signed_in(cast.learner), live_server.url)
    page.reload()

    wait_until(lambda: page.evaluate("localStorage.getItem('tianjian.places')") is None)

    assert page.evaluate("document.querySelector('[data-player]').dataset.resume") == "3"
    record = WatchRecord.objects.get(person=cast.learner)
    assert (record.resume_point, record.percent) == (3, 0)
    assert not LessonCompletion.objects.exists()
