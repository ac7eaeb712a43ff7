"""Scripts in the learner's own browser against the real page: none gains more than watching at top speed does."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext

from courses.models import LessonPage
from lms.learning.domain.evidence import TOP_SPEED
from lms.learning.models import LessonCompletion, WatchRecord
from lms.people.models import Person
from tests.browser.streaming import context, enter, patiently, streamed
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.factories.media import make_film

__all__ = ["context", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Longer than what a busy machine takes for the test is paid with.
SECONDS = 40


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", size="426x240", seconds=SECONDS, rate=10)


# Each runs as soon as the lesson plays, as a user script would.
SCRIPTS = {
    "a jump to the end and an `ended` of one's own": """video => {
        video.currentTime = video.duration - 0.1;
        for (const name of ['timeupdate', 'ended', 'pause']) video.dispatchEvent(new Event(name));
    }""",
    "sixteen times the speed": "video => { video.playbackRate = 16; }",
    "a clock that runs sixteen times as fast": """video => {
        const now = performance.now.bind(performance), from = now();
        performance.now = () => from + (now() - from) * 16;
        video.playbackRate = 16;
    }""",
    "positions told, not played": """video => {
        let told = 0;
        Object.defineProperty(video, 'currentTime', { get: () => told, set: () => undefined });
        Object.defineProperty(video, 'paused', { get: () => false });
        const step = setInterval(() => {
            told += 0.9;
            video.dispatchEvent(new Event('timeupdate'));
            if (told > video.duration) { clearInterval(step); video.dispatchEvent(new Event('ended')); }
        }, 20);
    }""",
    "the picture taken out of the page": """video => {
        video.dispatchEvent(new Event('ended'));
        video.remove();
    }""",
}


FOR_ALL = ["sixteen times the speed"]


@pytest.mark.parametrize(
    "script",
    [script if script in FOR_ALL else pytest.param(script, marks=pytest.mark.slow) for script in SCRIPTS],
)
def test_a_script_in_the_page_gains_no_more_than_watching(
    context: BrowserContext, live_server: Any, streamed: LessonPage, cast: Cast,
    signed_in: Callable[[Person], Client], script: str,
) -> None:  # fmt: skip
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    page.goto(live_server.url + streamed.get_url())
    begun = time.monotonic()
    with page.expect_response("**/learn/sessions/"):
        page.click("[data-play]")
    wait_for_page(page, "document.querySelector('video').duration > 0")

    page.evaluate(f"({SCRIPTS[script]})(document.querySelector('video'))")
    page.wait_for_timeout(1500)
    page.goto(live_server.url + "/healthz")
    time.sleep(0.5)

    real = time.monotonic() - begun
    record = patiently(lambda: WatchRecord.objects.filter(person=cast.learner).first())
    gained = record.covered_seconds if record else 0
    print(f"{script}: {gained} lesson seconds in {real:.1f} real seconds, {gained / real * 60:.0f} a minute")
    assert gained <= TOP_SPEED * real
    assert gained < SECONDS
    assert not patiently(LessonCompletion.objects.exists)
