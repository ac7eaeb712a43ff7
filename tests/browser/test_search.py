"""Searching on a phone: the film stands at what was found; suggestions, speaking, nothing found, no script."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from courses.models import LessonPage
from lms.learning.models import WatchRecord
from media.domain.captioning import approve, import_captions
from search.domain.indexing import index_transcript
from search.models import SearchTerm
from tests.browser.sights import BEYOND
from tests.browser.streaming import context, film, streamed
from tests.browser.test_accessibility import AXE
from tests.browsing import keep_picture, wait_for_page
from tests.cast import Cast
from tests.search.test_search import put_in_index

__all__ = ["context", "film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
LINES = ["大家好", "手机支付先绑卡", "收款码这样弄", "打印出来贴好", "每天看一眼收款码"]
SIZES = [(360, 800), (1440, 900)]


@pytest.fixture
def told(streamed: LessonPage, cast: Cast) -> LessonPage:
    """A lesson of six seconds with captions that a person approved, in the index."""
    LessonPage.objects.filter(pk=streamed.pk).update(title="在集市上收钱", teaches="收款码怎么弄，怎么防换码。")
    cues = "\n\n".join(f"00:0{at}.000 --> 00:0{at}.900\n{line}" for at, line in enumerate(LINES))
    draft = import_captions(streamed.video, f"WEBVTT\n\n{cues}\n", language="zh", by=cast.trainer, at=AT)
    approve(draft, by=cast.first_reviewer, at=AT)
    index_transcript(draft.pk)
    put_in_index()
    return streamed


def test_a_moment_is_found_and_the_film_stands_there(
    context: BrowserContext, live_server: Any, told: LessonPage
) -> None:
    page = context.new_page()
    page.goto(live_server.url)
    page.fill(".search input", "收款码怎么弄")
    page.press(".search input", "Enter")
    moment = page.locator("[data-line]", has_text="收款码这样弄")
    expect(moment.locator("mark").first).to_have_text("收款码")
    keep_picture(page, "results-360")
    moment.click()

    expect(page.locator("[data-play]")).to_contain_text("0:02")
    expect(page.locator(".transcript button[tabindex='0']")).to_have_text("收款码这样弄")
    keep_picture(page, "lesson-360")
    page.click("[data-play]")

    wait_for_page(page, "document.querySelector('video').currentTime > 2.3")
    played = page.evaluate("document.querySelector('video').played")
    assert played is not None
    assert page.evaluate("document.querySelector('video').played.start(0)") >= 1.9
    assert not WatchRecord.objects.exists()


def test_the_place_asked_for_must_lie_in_the_film(context: BrowserContext, live_server: Any, told: LessonPage) -> None:
    page = context.new_page()
    for odd in ("#t=99999", "#t=-3", "#t=1e3", "#t=<b>", "#t="):
        page.goto("about:blank")
        page.goto(live_server.url + told.get_url() + odd)
        expect(page.locator("[data-play]")).to_be_visible()
        expect(page.locator("[data-play]")).not_to_contain_text(":")


def test_a_word_is_found_in_what_is_said(context: BrowserContext, live_server: Any, told: LessonPage) -> None:
    page = context.new_page()
    page.goto(live_server.url + told.get_url())
    field = page.get_by_label("在课里找个词")
    field.fill("收款码")

    expect(page.locator(".transcript li:visible")).to_have_count(2)
    expect(page.locator(".transcript mark")).to_have_count(2)
    expect(page.locator(".transcript-search [role=status]")).to_contain_text("2")
    keep_picture(page, "lines-360")
    field.fill("无人机")
    expect(page.locator(".transcript li:visible")).to_have_count(0)
    field.press("Escape")
    expect(page.locator(".transcript li:visible")).to_have_count(len(LINES))
    expect(page.locator(".transcript mark")).to_have_count(0)

    field.fill("打印")
    expect(page.locator(".transcript li:visible")).to_have_count(1)
    field.press("Enter")
    wait_for_page(page, "document.querySelector('video').currentTime > 3")


def test_a_line_is_found_by_its_sound_where_nobody_says_what_was_typed(
    context: BrowserContext, live_server: Any, told: LessonPage
) -> None:
    page = context.new_page()
    page.goto(live_server.url + told.get_url())
    field = page.get_by_label("在课里找个词")
    status = page.locator(".transcript-search [role=status]")
    field.fill("shoukuanma")

    expect(page.locator(".transcript li:visible")).to_have_text(["收款码这样弄", "每天看一眼收款码"])
    expect(status).to_have_text("没有一字不差的，可能是这 2 句。")
    keep_picture(page, "lines-by-sound-360")
    field.fill("无人机")
    expect(page.locator(".transcript li:visible")).to_have_count(0)
    expect(status).to_contain_text("这课里没讲到")

    context.set_offline(True)
    field.fill("skm")
    expect(status).to_contain_text("这课里没讲到")
    context.set_offline(False)
    field.fill("sk")
    field.fill("skm")
    expect(page.locator(".transcript li:visible")).to_have_count(2)
    field.press("Enter")
    wait_for_page(page, "document.querySelector('video').currentTime > 2")


def test_suggestions_by_keyboard(context: BrowserContext, live_server: Any, told: LessonPage) -> None:
    page = context.new_page()
    page.goto(live_server.url)
    field = page.locator(".search input")
    field.focus()
    expect(page.locator(".search-voice button")).to_be_visible()  # Chromium can listen
    keep_picture(page, "voice-360")
    field.type("skm")
    expect(page.get_by_role("option").first).to_have_text("收款码")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run('.search').then(r => r.violations.map(v => v.id + ': ' + v.help))") == []
    keep_picture(page, "suggestions-360")

    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert field.input_value() == "skm"

    field.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == page.get_by_role("option").first.get_attribute("id")
    field.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.locator("h1")).to_contain_text("收款码")


def test_nothing_is_asked_while_an_input_method_composes(
    context: BrowserContext, live_server: Any, told: LessonPage
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    page.goto(live_server.url)
    field = page.locator(".search input")
    field.focus()
    expect(page.locator(".search [role=listbox]")).to_be_attached()
    field.dispatch_event("compositionstart")
    field.type("shou")
    page.wait_for_timeout(600)
    assert asked == []

    field.dispatch_event("compositionend")
    wait_for_page(page, "document.querySelector('.search input').value === 'shou'")
    expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


@pytest.mark.parametrize("heard", ["收款码", ""])
def test_who_speaks_is_understood_or_told_what_to_do(
    context: BrowserContext, live_server: Any, told: LessonPage, heard: str
) -> None:
    context.add_init_script(
        """window.webkitSpeechRecognition = class extends EventTarget {
          start() { setTimeout(() => { %s; this.onend(); }, 50); }
          abort() { this.onend(); }
        };"""
        % (f"this.onresult({{results: [[{{transcript: '{heard}。'}}]]}})" if heard else "this.onerror()")
    )
    page = context.new_page()
    page.goto(live_server.url)
    page.locator(".search input").focus()
    keep_picture(page, "voice-360")
    page.click(".search-voice button")

    if heard:
        page.wait_for_url("**/search/?q=*")
        expect(page.locator("h1")).to_contain_text(heard)
    else:
        expect(page.locator(".search-voice [role=status]")).to_contain_text("话筒")


def test_nothing_found_says_what_helps(context: BrowserContext, live_server: Any, told: LessonPage) -> None:
    assert SearchTerm.objects.filter(text="收款码", lines__gt=0).exists()
    page = context.new_page()
    page.goto(live_server.url + "/search/?q=养蜂割蜜")

    expect(page.locator(".tips li")).to_have_count(3)
    keep_picture(page, "nothing-360")
    page.locator(".chip", has_text="收款码").click()
    expect(page.locator("[data-line]").first).to_be_visible()


def test_without_script_it_is_found_and_narrowed(browser: Browser, live_server: Any, told: LessonPage) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.fill(".search input", "收款码")
    page.press(".search input", "Enter")
    page.locator("details.more summary").first.click()
    page.get_by_role("link", name="20 分钟以内").click()
    expect(page).to_have_url(f"{live_server.url}/search/?q=%E6%94%B6%E6%AC%BE%E7%A0%81&length=short")
    page.locator("[data-line]").first.click()
    expect(page.locator("video")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("elder", "scheme"),
    [
        ("largest", "dark"),
        pytest.param("off", "light", marks=pytest.mark.slow),
        pytest.param("off", "dark", marks=pytest.mark.slow),
        pytest.param("largest", "light", marks=pytest.mark.slow),
    ],
)
def test_results_are_whole_at_every_size(
    browser: Browser, live_server: Any, told: LessonPage, elder: str, scheme: Any
) -> None:
    for width, height in SIZES:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.add_cookies([{"name": "elder_mode", "value": elder, "url": live_server.url}])
        page = context.new_page()
        for name, address in [
            ("results", "/search/?q=收款码怎么弄"),
            ("nothing", "/search/?q=养蜂割蜜"),
            ("help", "/help/"),
        ]:
            page.goto(live_server.url + address)
            assert page.evaluate(BEYOND) == []
            keep_picture(page, f"{name}-{width}-{scheme}-{elder}")
        page.goto(live_server.url + "/")
        page.locator(".search input").focus()
        # An SQLite in memory refuses while another page is written: then the next letter asks again.
        for letter in "shou":
            page.locator(".search input").press_sequentially(letter, delay=400)
        expect(page.get_by_role("option").first).to_be_visible()
        assert page.evaluate(BEYOND) == []
        keep_picture(page, f"suggest-{width}-{scheme}-{elder}")
        context.close()
