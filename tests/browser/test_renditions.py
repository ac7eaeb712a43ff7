"""A real browser plays what transcoding made: each playlist, a change among them, captions, the saved file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.learning.models import WatchRecord
from lms.people.models import Person
from media.domain.playing import sign
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Transcript
from tests.browser.streaming import playable
from tests.browser.test_player import enter, play, wait_until
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.media import make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECONDS = 32
SLOW_BYTES_PER_SECOND = 25_000


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", size="640x360", seconds=SECONDS, rate=15)


@pytest.fixture
def lesson(transactional_db: Any, settings: Any, tmp_path: Path, film: Path) -> LessonPage:
    """A lesson with approved captions, whose recording went through the pipeline."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    course = live_course()
    video = playable(film, course, settings)
    now = timezone.now()
    approved = Transcript.objects.create(
        video=video, language="zh", source=TranscriptSource.HAND, state=TranscriptState.APPROVED, version=1,
        created_at=now, approved_at=now,
    )  # fmt: skip
    CaptionTrack.objects.create(
        video=video, language="zh", label="中文", transcript=approved, published_at=now,
        vtt="WEBVTT\n\n00:00:00.000 --> 00:00:20.000\n先把手机立稳\n",
    )  # fmt: skip
    return published(live_lesson(course, video=video))


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()


@pytest.mark.slow
def test_each_playlist_and_the_saved_file_play(page: Page, live_server: Any, lesson: LessonPage, tmp_path: Path):
    addresses = sign(lesson.video, at=timezone.now())
    page.goto(live_server.url + "/healthz")
    for name in ("master.m3u8", "360p.m3u8", "240p.m3u8", "audio.m3u8"):
        page.evaluate(
            """address => { document.body.innerHTML = "<video muted></video>";
               const video = document.querySelector("video"); video.src = address; return video.play(); }""",
            addresses.master.replace("master.m3u8", name),
        )
        wait_for_page(page, "document.querySelector('video').currentTime > 0.3")
        width = page.evaluate("document.querySelector('video').videoWidth")
        assert width == {"360p.m3u8": 640, "240p.m3u8": 426, "audio.m3u8": 0}.get(name, width)

    saved = tmp_path / "saved.mp4"
    saved.write_bytes((tmp_path / "files" / lesson.video.stream_folder / "offline.mp4").read_bytes())
    page.goto(saved.as_uri())
    page.evaluate("v = document.querySelector('video'); v.muted = true; v.currentTime = 21; v.play()")
    wait_for_page(page, "!v.seeking && v.currentTime > 21.3")
    assert page.evaluate("[Math.round(v.duration), v.videoWidth]") == [SECONDS, 426]


@pytest.mark.slow
def test_a_slow_network_gets_the_small_picture_and_captions_stand_over_it(
    page: Page, live_server: Any, lesson: LessonPage
):
    # As in browsers that do not play HLS by themselves.
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    with page.expect_response("**/hls.light-*.js"):  # fetched while nobody waits for it
        page.goto(live_server.url + lesson.get_url())
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": SLOW_BYTES_PER_SECOND, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    page.click("[data-play]")

    wait_for_page(page, "document.querySelector('video').videoWidth === 426")
    wait_for_page(page, "document.querySelector('video').currentTime > 3")
    assert [name for name in asked if name.startswith("360p-")] == []
    shown = page.evaluate("[...document.querySelector('video').textTracks[0].activeCues].map(cue => cue.text)")
    assert shown == ["先把手机立稳"]
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"


def test_listening_fetches_sound_alone_and_counts(
    page: Page, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
):
    enter(page.context, signed_in(cast.learner), live_server.url)
    play(page, live_server.url + lesson.get_url())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    page.click("[data-listen]")
    wait_for_page(page, "document.querySelector('video').currentTime > 4")
    page.evaluate("document.querySelector('video').pause()")

    assert "audio.m3u8" in asked
    assert [name for name in asked if name.startswith(("240p-", "360p-"))] == []
    wait_until(lambda: (WatchRecord.objects.filter(person=cast.learner).first() or WatchRecord()).percent >= 9)


@pytest.mark.slow
def test_the_smallest_picture_comes_first_and_a_good_network_brings_the_larger_one(
    page: Page, live_server: Any, lesson: LessonPage
):
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    page.goto(live_server.url + lesson.get_url())

    with page.expect_request(re.compile(r"p-00000\.m4s$")) as first:
        page.click("[data-play]")

    assert first.value.url.endswith("/240p-00000.m4s")
    wait_for_page(page, "document.querySelector('video').videoWidth === 640")


@pytest.mark.slow
def test_the_page_says_what_watching_listening_and_saving_cost(page: Page, live_server: Any, lesson: LessonPage):
    page.goto(live_server.url + lesson.get_url())

    expect(page.locator("[data-player]")).to_contain_text("看完约 1 MB；网好时画面更清楚，最多约 2 MB。")
    expect(page.locator("[data-player]")).to_contain_text("只听约 1 MB。")
    with page.expect_download() as saving:
        page.click("[data-keep]")
    assert saving.value.suggested_filename == f"{lesson.title}.mp4"
    assert Path(saving.value.path()).stat().st_size == lesson.video.renditions.get(kind="file").size_bytes
