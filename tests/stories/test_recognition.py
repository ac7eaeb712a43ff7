"""From a spoken recording to captions that a learner is served: real ffmpeg, real Whisper code, a real browser."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils import timezone

from media.domain.playing import sign
from media.domain.receiving import receive_video
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.models import Transcript, Video
from tests.browsing import fits, wait_for_page
from tests.media.hearing import MODEL, error_rate, lesson_file, sentences, starts_found

pytestmark = [
    pytest.mark.story,
    pytest.mark.browser,
    pytest.mark.speech,
    pytest.mark.django_db(transaction=True),
    # A whole lesson in every size, recognised: forty seconds of a processor. What it says is heard in tests/media too.
    pytest.mark.slow,
]
LESSON = "phone-video-call"


@pytest.fixture
def video(cast, settings, tmp_path: Path) -> Video:
    """A spoken lesson that passed the pipeline; one line is marked as doubtful."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_NICENESS = 0
    settings.TRANSCRIBE_BACKEND = "whisper"
    settings.WHISPER_MODEL = str(MODEL)
    cache.clear()
    video = receive_video(
        lesson_file(LESSON), title="视频通话", org=cast.orgs.provider, by=cast.trainer, language="zh", at=timezone.now()
    )
    assert transcode(video.pk) and transcribe(video.pk)
    video.refresh_from_db()
    video.transcripts.get().cues.filter(number=2).update(flags=["invention"], confidence="0.400")
    return video


@pytest.fixture
def open_page(live_server, at_desk, browser):
    """Open the review page of a recording as a person, in a window of some size."""

    def open_as(person, video, *, size=(1440, 900), script=True):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=script, locale="zh-CN"
        )
        session = at_desk(person).cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(error))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{live_server.url}/admin/recordings/{video.code}/captions/")
        return page

    return open_as


def test_reviewer_hears_corrects_and_approves_what_was_recognised(video, cast, open_page, client):
    draft = Transcript.objects.get()
    assert (video.status, video.caption_state, draft.state) == ("ready", "draft", "draft")
    assert error_rate(list(draft.cues.all()), sentences(LESSON)) == 0
    assert starts_found(list(draft.cues.all()), sentences(LESSON), within=0.1) == 1
    assert sign(video, at=timezone.now()).captions == []

    page = open_page(cast.trainer, video)
    wait_for_page(page, "document.querySelector('video').readyState >= 1")
    page.locator(".desk-row-play").nth(2).click()
    start = draft.cues.get(number=3).start_ms / 1000
    wait_for_page(page, f"document.querySelector('video').currentTime > {start}")
    page.wait_for_selector(".desk-row.is-current[aria-posinset='3']")
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('video').paused")

    # Split the first line after five characters, join the two that follow the second.
    first, count = draft.cues.get(number=1).text, draft.cues.count()
    words = page.locator(".desk-row textarea")
    words.nth(0).evaluate("area => { area.focus(); area.setSelectionRange(5, 5) }")
    page.click("[data-act=split]")
    page.wait_for_selector(".desk-row[aria-posinset='2'].is-chosen")
    page.locator(".desk-row[aria-posinset='4'] textarea").click()
    page.click("[data-act=merge]")
    page.wait_for_selector("[data-state=saved]")
    texts = list(draft.cues.order_by("number").values_list("text", flat=True))
    assert texts[:2] == [first[:5], first[5:]]
    assert len(texts) == count
    assert page.locator("[value=approve_saved]").count() == 1
    page.reload()
    assert page.locator("[value=approve_saved]").count() == 0
    assert page.errors == []

    # Somebody else approves; the doubtful line stands against it until it is settled.
    page = open_page(cast.first_reviewer, video)
    page.check(".captions-live-only [name=read]")
    page.click("[value=approve_saved]")
    page.wait_for_selector(".messages .error")
    assert video.approved_track() is None
    page.wait_for_selector(".desk-row.is-doubtful")
    page.keyboard.press("Alt+m")
    page.keyboard.press("Alt+o")
    page.check(".captions-live-only [name=read]")
    page.click("[value=approve_saved]")
    page.wait_for_selector(".messages .success")
    assert page.errors == []

    draft.refresh_from_db()
    assert (draft.state, draft.approved_by) == ("approved", cast.first_reviewer)
    language, _label, address = sign(video, at=timezone.now()).captions[0]
    served = client.get(address)
    assert (language, served.status_code) == ("zh", 200)
    assert first[5:] in served.content.decode()


def test_review_fits_a_phone_and_works_without_script(video, cast, open_page):
    phone = open_page(cast.trainer, video, size=(360, 800))
    phone.wait_for_selector(".captions.is-live")
    assert fits(phone)
    assert phone.locator("[data-card-text]").is_visible()
    assert phone.errors == []

    bare = open_page(cast.trainer, video, script=False)
    bare.locator("[name=text-1]").fill("没有脚本也能改。")
    bare.locator("[name=start-900000]").fill("1:00")
    bare.locator("[name=end-900000]").fill("1:02.5")
    bare.locator("[name=text-900000]").fill("补上的一行")
    bare.locator("[data-save]").click()

    texts = list(Transcript.objects.get().cues.order_by("number").values_list("start_ms", "text"))
    assert texts[0][1] == "没有脚本也能改。"
    assert (60_000, "补上的一行") in texts
