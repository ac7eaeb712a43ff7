"""Passing a lesson on: the block on its page, the sheet for the board, and the file that plays without any network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect

from courses.models import LessonPage
from lms.people.models import Person
from media.models import CaptionTrack, Cue, Transcript
from tests.browser.streaming import context, enter, film, streamed
from tests.browser.test_accessibility import AXE, faults
from tests.browsing import fits, wait_for_page
from tests.cast import Cast

__all__ = ["context", "film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_file_plays_on_a_phone_without_network(
    browser: Browser, context: BrowserContext, live_server: Any, streamed: LessonPage, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(live_server.url + streamed.get_url())
    page.click("[data-pass-on] summary")
    with page.expect_download() as download:
        page.click("[data-pass-on] a[download]")
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)

    phone = browser.new_context(viewport={"width": 360, "height": 800}, offline=True)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    opened = phone.new_page()
    opened.goto(kept.as_uri())
    opened.evaluate("document.querySelector('video').play()")
    wait_for_page(opened, "document.querySelector('video').currentTime > 0.5")

    assert kept.name == f"{streamed.title}.html"
    assert round(opened.evaluate("document.querySelector('video').duration")) == 6
    assert opened.locator("#waiting").count() == 0
    assert opened.locator("a").get_attribute("href") == f"{live_server.url}/k/{streamed.short_link.code}/"
    assert fits(opened)
    assert set(asked) <= {"file", "blob", "data"}
    opened.evaluate("document.querySelector('video').currentTime = 4")
    wait_for_page(opened, "document.querySelector('video').currentTime > 4.2")


@pytest.mark.slow
def test_the_words_in_the_file_are_shown_and_lead_to_their_moment(
    browser: Browser, client: Client, cast: Cast, streamed: LessonPage, tmp_path: Path
) -> None:
    at = timezone.now()
    said = Transcript.objects.create(
        video=streamed.video,
        language="zh",
        source="hand",
        state="approved",
        version=9,
        created_at=at,
        approved_by=cast.trainer,
        approved_at=at,
    )
    for number, text in enumerate(["第一句", "第二句"]):
        Cue.objects.create(
            transcript=said, number=number, start_ms=3000 * number, end_ms=3000 * number + 2500, text=text
        )
    CaptionTrack.objects.create(video=streamed.video, language="zh", transcript=said, published_at=at)
    kept = tmp_path / "lesson.html"
    kept.write_bytes(b"".join(client.get(f"/learn/lessons/{streamed.pk}/file/").streaming_content))  # type: ignore[attr-defined]
    page = browser.new_context(offline=True).new_page()
    page.goto(kept.as_uri())

    page.click("#words li >> nth=1")

    wait_for_page(page, "document.querySelector('video').currentTime > 3.1")
    expect(page.locator("#words .now")).to_have_text("第二句")
    shown = "[...document.querySelector('video').textTracks[0].activeCues].map(each => each.text)"
    assert page.evaluate(shown) == ["第二句"]


def test_the_link_is_copied_with_one_press_or_sent_by_the_phone(
    context: BrowserContext, live_server: Any, lesson: LessonPage
) -> None:
    context.add_init_script("navigator.share = (sent) => { window.sent = sent; return Promise.resolve(); }")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    page = context.new_page()
    page.goto(live_server.url + lesson.get_url())
    page.click("[data-pass-on] summary")

    page.click("[data-copy]")
    expect(page.locator("[data-pass-on-said]")).to_be_visible()
    page.click("[data-share]")

    link = f"{live_server.url}/k/{lesson.short_link.code}/"
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert page.evaluate("window.sent") == {"title": lesson.title, "text": lesson.teaches, "url": link}
    page.goto(link)
    assert page.url == live_server.url + lesson.get_url()


def test_what_a_phone_cannot_do_is_not_offered(context: BrowserContext, live_server: Any, lesson: LessonPage) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'share', { value: undefined })")
    page = context.new_page()
    page.goto(live_server.url + lesson.get_url())
    page.click("[data-pass-on] summary")

    expect(page.locator("[data-copy]")).to_be_visible()
    expect(page.locator("[data-share]")).to_be_hidden()


def test_the_code_is_fetched_only_when_the_block_is_opened(
    context: BrowserContext, live_server: Any, lesson: LessonPage
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + lesson.get_url(), wait_until="networkidle")

    assert not [address for address in asked if "/k/" in address]

    page.click("[data-pass-on] summary")
    wait_for_page(page, "document.querySelector('.pass-on-code').naturalWidth > 0")


@pytest.mark.slow
def test_the_sheet_is_whole_on_paper(context: BrowserContext, live_server: Any, lesson: LessonPage) -> None:
    page = context.new_page()
    for size in ("", "?size=small"):
        page.goto(f"{live_server.url}/k/{lesson.short_link.code}/board/{size}")
        assert fits(page)
        page.emulate_media(media="print")
        expect(page.locator(".band")).to_be_hidden()
        expect(page.locator(".board-code").first).to_be_visible()
        expect(page.locator(".board-tools")).to_be_hidden()
        page.emulate_media(media="screen")


def test_pages_of_links_and_the_open_block_have_no_faults(
    context: BrowserContext, live_server: Any, lesson: LessonPage
) -> None:
    code = lesson.short_link.code
    addresses = [f"/k/{code}/board/", f"/k/{code}/board/?size=small"]

    assert faults(context, live_server.url, addresses) == {}

    page = context.new_page()
    page.goto(live_server.url + lesson.get_url())
    page.click("[data-pass-on] summary")
    wait_for_page(page, "document.querySelector('.pass-on-code').naturalWidth > 0")
    page.evaluate(AXE.read_text(encoding="utf-8"))

    assert page.evaluate("axe.run('[data-pass-on]').then(r => r.violations.map(v => v.id + ': ' + v.help))") == []
    assert fits(page)


def test_whoever_types_with_a_thumb_is_told_of_the_microphone(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    for is_phone in (True, False):
        context = browser.new_context(
            viewport={"width": 360, "height": 800}, has_touch=is_phone, is_mobile=is_phone, service_workers="block"
        )
        # Where the browser itself can listen, a button stands in the hint's place (test_search.py).
        context.add_init_script("delete window.webkitSpeechRecognition")
        page = context.new_page()
        page.goto(live_server.url)
        expect(page.locator(".search-hint")).to_be_hidden()

        page.locator(".search input").focus()

        expect(page.locator(".search-hint")).to_be_visible(visible=is_phone)
        assert fits(page)
        enter(context, signed_in(cast.learner), live_server.url)
        page.goto(live_server.url + lesson.get_url())
        page.click("#say summary")
        expect(page.locator("#say textarea")).to_be_visible()
        expect(page.locator("#problem-speak")).to_be_visible(visible=is_phone)
        context.close()
