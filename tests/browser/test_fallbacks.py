"""The lesson page in a WebView that lacks something, and on a network that carries little (lms/docs/fallbacks.md)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.models import LessonPage
from lms.people.models import Person
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Transcript
from tests.browser.streaming import context, covered, enter, film, play, streamed, wait_until  # noqa: F401  (fixtures)
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.factories.learning import quiz_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NO_NATIVE_HLS = "HTMLMediaElement.prototype.canPlayType = type => /mpegurl/i.test(type) ? '' : 'maybe';"
WITHOUT = {
    "MediaSource": f"{NO_NATIVE_HLS} delete window.MediaSource; delete window.WebKitMediaSource;",
    "ManagedMediaSource": "delete window.ManagedMediaSource;",
    "IndexedDB": "Object.defineProperty(window, 'indexedDB', {value: undefined});",
    "localStorage": """Object.defineProperty(window, "localStorage",
        {get() { throw new DOMException("no", "SecurityError"); }});""",
    "service worker": "delete Navigator.prototype.serviceWorker;",
    "speech": "delete window.speechSynthesis; delete window.SpeechSynthesisUtterance;",
    "IntersectionObserver": "delete window.IntersectionObserver; delete window.ResizeObserver;",
    "locks": "delete Navigator.prototype.locks; delete Navigator.prototype.storage;",
    "idle time": "delete window.requestIdleCallback; delete Navigator.prototype.connection;",
    "share": "delete Navigator.prototype.share; delete Navigator.prototype.clipboard;",
    "push": "delete window.PushManager; delete window.Notification; delete window.SyncManager;",
    "caches": "delete window.caches;",
}
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; V2001A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 "
    "XWEB/4317 MMWEBSDK/20220709 Mobile Safari/537.36 MicroMessenger/8.0.25 Language/zh_CN"
)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:  # noqa: F811
    """A page on which nothing may go wrong unseen."""
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    assert thrown == []


def caption(lesson: LessonPage) -> None:
    """Approved words that the page gets with the caption track."""
    now = timezone.now()
    approved = Transcript.objects.create(
        video=lesson.video, language="zh", source=TranscriptSource.HAND, state=TranscriptState.APPROVED, version=1,
        created_at=now, approved_at=now,
    )  # fmt: skip
    CaptionTrack.objects.create(
        video=lesson.video, language="zh", label="中文", transcript=approved, published_at=now,
        vtt="WEBVTT\n\n00:00:00.000 --> 00:00:20.000\n先把手机立稳\n",
    )  # fmt: skip


def address_played(page: Page) -> str:
    return str(page.evaluate("document.querySelector('video').currentSrc"))


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(list(WITHOUT), id="all of it"),
        *(pytest.param([name], id=name, marks=pytest.mark.slow) for name in WITHOUT),
    ],
)
def test_a_lesson_plays_and_is_recorded_without(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
    cast: Cast,
    signed_in: Callable[[Person], Client],
    missing: list[str],
):
    enter(page.context, signed_in(cast.learner), live_server.url)
    for name in missing:
        page.add_init_script(WITHOUT[name])

    play(page, live_server.url + streamed.get_url())
    wait_for_page(page, "document.querySelector('video').currentTime > 2.5")
    page.evaluate("document.querySelector('video').pause()")

    wait_until(lambda: covered(cast.learner) > 0)
    is_whole = "MediaSource" in missing
    assert address_played(page).endswith("offline.mp4") == is_whole
    assert page.locator("[data-listen]").is_hidden() == is_whole, "one file has picture and sound"


def test_every_page_of_a_learner_opens_without_all_of_it(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
    cast: Cast,
    signed_in: Callable[[Person], Client],
):
    enter(page.context, signed_in(cast.learner), live_server.url)
    for taken_away in WITHOUT.values():
        page.add_init_script(taken_away)
    LessonPage.objects.filter(pk=streamed.pk).update(quiz=quiz_of(streamed.org))
    course = streamed.get_parent()

    for address in (
        "/", course.get_parent().get_url(), course.get_url(), f"/learn/lessons/{streamed.pk}/quiz/", "/learn/",
        "/learn/self-assessment/", "/search/?q=手机", "/account/", "/messages/", "/no-such-page/",
    ):  # fmt: skip
        answer = page.goto(live_server.url + address, wait_until="networkidle")
        assert answer is not None
        assert answer.status == (404 if "no-such" in address else 200), address
        expect(page.locator("h1")).to_have_count(1)


def test_without_any_way_to_play_the_page_says_what_to_do(page: Page, live_server: Any, streamed: LessonPage):  # noqa: F811
    streamed.video.renditions.filter(kind="file").delete()
    page.add_init_script(WITHOUT["MediaSource"])
    page.goto(live_server.url + streamed.get_url())

    page.click("[data-play]")

    expect(page.locator("[data-status]")).to_have_text("这个浏览器放不了。请用手机自带的浏览器打开这一页。")


def test_without_javascript_the_one_file_plays_where_the_stream_does_not(
    browser: Browser,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + streamed.get_url())
    assert page.locator("video[controls] source").count() == 2
    assert "/files/p/" in str(page.locator("video").get_attribute("poster"))
    assert page.locator("[data-picture], [data-listen], [data-play]").filter(visible=True).count() == 0

    page.evaluate("""() => { const video = document.querySelector("video");
        video.querySelector("source").remove(); video.muted = true; video.load(); return video.play(); }""")

    wait_for_page(page, "document.querySelector('video').currentTime > 0.3")
    assert address_played(page).endswith("offline.mp4")


@pytest.mark.parametrize(
    ("connection", "sentence"),
    [
        ("{effectiveType: '2g', saveData: false}", "现在网络慢，放不动画面，先听声音，一样算数。"),
        pytest.param(
            "{effectiveType: '4g', saveData: true}",
            "正在省流量，先不放画面，只放声音，一样算数。",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_where_the_phone_says_that_little_gets_through_the_sound_comes_first(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
    connection: str,
    sentence: str,
):
    page.add_init_script(f"Object.defineProperty(Navigator.prototype, 'connection', {{get: () => ({connection})}});")
    caption(streamed)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    play(page, live_server.url + streamed.get_url())

    expect(page.locator("[data-status]")).to_have_text(sentence)
    expect(page.locator("[data-listen]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-line]")).to_have_text("先把手机立稳")
    assert "audio.m3u8" in asked
    assert [name for name in asked if name.startswith(("master", "240p"))] == []

    page.click("[data-picture]")

    wait_for_page(page, "document.querySelector('video').videoWidth > 0 && !document.querySelector('video').paused")
    expect(page.locator("[data-picture]")).to_be_hidden()
    expect(page.locator("[data-listen]")).to_be_visible()
    expect(page.locator("[data-status], [data-line]").filter(visible=True)).to_have_count(0)
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"


@pytest.mark.slow
def test_a_first_segment_that_takes_too_long_brings_the_sound_first_and_a_choice_is_not_made_twice(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    page.add_init_script(NO_NATIVE_HLS)
    with page.expect_response("**/hls.light-*.js"):
        page.goto(live_server.url + streamed.get_url())
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": 4_000, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)

    page.click("[data-play]")

    expect(page.locator("[data-status]")).to_have_text("现在网络慢，放不动画面，先听声音，一样算数。")
    page.click("[data-picture]")
    with page.expect_response("**/240p-00000.m4s"):
        pass
    expect(page.locator("[data-listen]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-picture]")).to_be_hidden()


def test_who_saves_data_gets_nothing_fetched_ahead_and_the_smallest_picture(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    page.add_init_script(NO_NATIVE_HLS)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'connection', {get: () => ({saveData: true})});")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(live_server.url + streamed.get_url())
    page.wait_for_timeout(4000)

    assert [name for name in asked if name.startswith("hls.light")] == []


def test_the_switch_in_the_settings_saves_data_until_it_is_switched_off(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    page.add_init_script(NO_NATIVE_HLS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(f"{live_server.url}/account/settings/")
    page.get_by_role("button", name="省流量").click()
    expect(page.get_by_role("button", name="省流量")).to_have_attribute("aria-pressed", "true")

    page.goto(live_server.url + streamed.get_url())
    page.wait_for_timeout(4000)
    assert [name for name in asked if name.startswith("hls.light")] == []
    assert [name for name in asked if name.startswith("poster-")] == ["poster-320"]
    page.click("[data-play]")
    expect(page.locator("[data-status]")).to_have_text("正在省流量，先不放画面，只放声音，一样算数。")
    assert [name for name in asked if re.match(r"\d+p", name)] == []
    page.click("[data-picture]")
    wait_for_page(page, "document.querySelector('video').videoWidth > 0")
    assert {name.partition("-")[0].partition(".")[0] for name in asked if re.match(r"\d+p", name)} == {"240p"}

    page.goto(f"{live_server.url}/account/settings/")
    page.get_by_role("button", name="跟手机的设置走").click()
    page.goto(live_server.url + streamed.get_url())
    assert page.evaluate("'saving' in document.documentElement.dataset") is False


@pytest.mark.slow
def test_a_webview_with_a_player_of_its_own_shows_the_spoken_line_once(
    browser: Browser,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    caption(streamed)
    page = browser.new_context(user_agent=WECHAT, viewport={"width": 360, "height": 800}).new_page()

    play(page, live_server.url + streamed.get_url())

    expect(page.locator("[data-line]")).to_be_visible()
    expect(page.locator("[data-line]")).to_have_text("先把手机立稳")
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "hidden", "not twice"


@pytest.mark.slow
def test_full_screen_on_an_iphone_brings_the_spoken_line_and_other_browsers_show_none(
    page: Page,
    live_server: Any,
    streamed: LessonPage,  # noqa: F811
):
    caption(streamed)
    play(page, live_server.url + streamed.get_url())
    expect(page.locator("[data-line]")).to_be_hidden()

    page.evaluate("document.querySelector('video').dispatchEvent(new Event('webkitbeginfullscreen'))")

    expect(page.locator("[data-line]")).to_have_text("先把手机立稳")
