"""A trainer's phone: a recording that the network drops in the middle arrives whole, and is cut and made a lesson."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lms.people.models import Person
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import VideoStatus
from media.models import Upload, Video
from tests.browser.test_accessibility import enter, faults
from tests.browsing import wait_for_page
from tests.cast import Cast
from tests.factories.media import SAMPLES, make_film, received_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = 12


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough for several pieces."""
    path = tmp_path_factory.mktemp("film") / "VID_20260301.mp4"
    make_film(path, "-b:v", "1M", "-minrate", "1M", "-x264-params", "nal-hrd=cbr", size="426x240", seconds=SECONDS)
    assert path.stat().st_size > 4 * (256 << 10)
    return path


@pytest.fixture
def context(browser: Browser, settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "files"
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    yield context
    context.close()


class Network:
    """Lets some pieces of an upload through, and then nothing, until it is mended."""

    def __init__(self, page: Page, pieces: int) -> None:
        self.left, self.sent = pieces, 0
        page.route("**/files/uploads/*/", self._pass)

    def _pass(self, route: Route) -> None:
        if self.left <= 0:
            route.abort("internetdisconnected")
            return
        if route.request.method == "PATCH":
            self.left -= 1
            self.sent += int(route.request.headers.get("content-length") or 0)
        route.continue_()


def choose(page: Page, film: Path) -> None:
    page.set_input_files("input[name=file]", film)


def test_a_dropped_upload_goes_on_and_becomes_a_lesson_that_plays(
    context: BrowserContext, live_server: Any, cast: Cast, at_desk: Callable[[Person], Client], film: Path
) -> None:
    enter(context, at_desk(cast.trainer), live_server.url)
    page = context.new_page()
    network = Network(page, pieces=2)
    page.goto(f"{live_server.url}/studio/")

    choose(page, film)
    page.fill("[name=title]", "打视频")
    page.click("form[data-uploader] button[type=submit]")
    expect(page.get_by_text("网断了")).to_be_visible()
    page.close()
    page = context.new_page()
    page.goto(f"{live_server.url}/studio/")
    expect(page.locator("[data-upload]")).to_contain_text(re.compile(r"已传 [1-9]\d?%"))
    choose(page, film)
    expect(page.locator("main")).to_contain_text("已收到")

    video = Video.objects.get()
    assert network.left == 0
    assert video.source.read() == film.read_bytes()
    assert (video.title, video.uploaded_by, video.original_name) == ("打视频", cast.trainer, film.name)
    assert Upload.objects.get().video == video

    transcode(video.pk)
    transcribe(video.pk)
    video.refresh_from_db()
    assert (video.status, video.decoded_seconds) == (VideoStatus.READY, SECONDS)
    expect(page.locator("main")).to_contain_text(re.compile("可以播放|等您核对字幕"))

    choose(page, film)
    page.fill("[name=title]", "又一次")
    page.click("form[data-uploader] button[type=submit]")
    page.get_by_role("link", name="打开它").click()
    page.wait_for_url(f"**/studio/{video.code}/")
    assert Video.objects.count() == 1

    page.goto(f"{live_server.url}/studio/{video.code}/cut/")
    wait_for_page(page, "document.querySelector('video').readyState > 0")
    page.evaluate("document.querySelector('video').currentTime = 4.2")
    wait_for_page(page, "!document.querySelector('video').seeking")
    page.click("text=在这里切开")
    for number, title in enumerate(["开机", "点视频"]):
        page.locator("[name=title]").nth(number).fill(title)
    page.click("text=切好，做成录像")
    page.wait_for_url("**/studio/")
    pieces = video.pieces.order_by("cut_start_ms").values_list("title", "cut_start_ms", "cut_end_ms")
    assert list(pieces) == [("开机", 0, 4200), ("点视频", 4200, SECONDS * 1000)]

    seen = ["/studio/", *(f"/studio/{video.code}/{part}" for part in ("", "cut/", "lesson/"))]
    assert faults(context, live_server.url, seen) == {}


@pytest.mark.slow
def test_a_recording_is_replaced_in_pieces_over_a_bad_network(
    browser: Browser,
    settings: Any,
    tmp_path: Path,
    live_server: Any,
    cast: Cast,
    at_desk: Callable[[Person], Client],
    film: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    old = received_video(SAMPLES / "sample_audio_only.mp4", cast.orgs.provider, title="浇水")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    enter(context, at_desk(cast.trainer), live_server.url)
    page = context.new_page()
    network = Network(page, pieces=2)
    page.goto(f"{live_server.url}/admin/recordings/{old.code}/replace/")

    choose(page, film)
    page.fill("[name=title]", "浇水（新）")
    page.click("form[data-uploader] button:has-text('上传')")
    expect(page.get_by_text("网断了")).to_be_visible()
    network.left = 1000
    page.wait_for_url(re.compile(rf"/admin/recordings/(?!{old.code})\w+/$"), timeout=60_000)

    new = Video.objects.get(replaces=old)
    assert (new.title, new.org, new.source.read()) == ("浇水（新）", old.org, film.read_bytes())
    expect(page.locator("main")).to_contain_text("浇水（新）")
