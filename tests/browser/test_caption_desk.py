"""The caption desk in a real browser: written, taken back, merged with others' work, kept without a network."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from lms.people.models import Person
from media.backends.transcribe import CueDraft
from media.domain.captioning import CueText, approve, save_draft, start_draft, write_machine_draft
from media.models import CaptionReport, Transcript, Video
from tests.browsing import fits
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published, ready_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
HEARD = [
    CueDraft(500, 2_000, "今天说打包四步。", 0.9),
    CueDraft(2_400, 3_600, "请不吝点赞", 0.4, ("invention",)),
    CueDraft(4_000, 6_000, "第一步，挑。", 0.8),
    CueDraft(6_000, 8_000, "第二步，套。", 0.8),
]
Open = Callable[..., Page]


@pytest.fixture
def video(cast: Cast) -> Video:
    return ready_video(cast.orgs.provider, code="TEST00000001")


@pytest.fixture
def draft(video: Video) -> Transcript:
    return write_machine_draft(video, HEARD, engine="dummy", at=AT)


@pytest.fixture
def open_desk(live_server: Any, at_desk: Any, browser: Browser, video: Video) -> Open:
    """The desk as a person opens it, in a window of her own."""

    def open_as(person: Person, size: tuple[int, int] = (1366, 768)) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        session = at_desk(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return enter(context.new_page())

    def enter(page: Page) -> Page:
        page.errors = []  # type: ignore[attr-defined]  # put there by open_desk
        page.on("pageerror", lambda error: page.errors.append(error))  # type: ignore[attr-defined]  # put there by open_desk
        page.goto(f"{live_server.url}/admin/recordings/{video.code}/captions/")
        page.wait_for_selector(".captions.is-live")
        return page

    open_as.again = enter  # type: ignore[attr-defined]  # put there by open_desk
    return open_as


def words(page: Page, number: int) -> Any:
    return page.locator(f".desk-row[aria-posinset='{number}'] textarea")


def texts(draft: Transcript) -> list[str]:
    return list(draft.cues.order_by("number").values_list("text", flat=True))


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "saved")


def test_everything_done_by_hand_is_saved_by_itself_and_can_be_taken_back(
    open_desk: Open, draft: Transcript, cast: Cast
) -> None:
    page = open_desk(cast.trainer)
    expect(page.locator(".desk-row")).to_have_count(4)
    expect(page.locator(".desk-row.is-doubtful")).to_have_count(1)

    words(page, 1).click()
    page.keyboard.press("End")
    page.keyboard.type("好")
    for _left in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Alt+Enter")
    expect(page.locator(".desk-row")).to_have_count(5)
    words(page, 4).click()
    page.keyboard.press("Alt+j")
    page.keyboard.press("Control+f")
    page.fill("[data-find]", "步")
    expect(page.locator("[data-found]")).to_have_text("共 3 处，在 2 行里")
    page.fill("[data-replace]", "部")
    page.click("[data-act=replace-all]")
    page.keyboard.press("Escape")
    page.locator(".desk-row.is-doubtful .desk-row-settle").click()
    saved(page)
    assert texts(draft) == ["今天说打包", "四部。好", "请不吝点赞", "第一部，挑。第二部，套。"]
    assert draft.cues.get(number=3).settled

    for _step in range(5):
        page.keyboard.press("Control+z")
    saved(page)
    assert texts(draft) == [cue.text for cue in HEARD]
    assert [cue.is_doubtful for cue in draft.cues.order_by("number")] == [False, True, False, False]

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document.querySelector(".captions"))).violations
        .filter(each => ["serious", "critical"].includes(each.impact))
        .map(each => [each.id, each.nodes.map(node => node.html.slice(0, 200))])"""
    )
    assert found == []
    assert page.errors == []  # type: ignore[attr-defined]  # put there by open_desk


def test_a_word_being_composed_is_neither_saved_nor_cut_by_keys(open_desk: Open, draft: Transcript, cast: Cast) -> None:
    page = open_desk(cast.trainer)
    keyboard = page.context.new_cdp_session(page)
    words(page, 1).click()
    page.keyboard.press("End")

    keyboard.send("Input.imeSetComposition", {"text": "da'bao", "selectionStart": 6, "selectionEnd": 6})
    assert words(page, 1).input_value() == "今天说打包四步。da'bao"
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "saved")
    keyboard.send("Input.insertText", {"text": "打包"})

    expect(page.locator("[data-state]")).not_to_have_attribute("data-state", "saved")
    saved(page)
    assert texts(draft)[0] == "今天说打包四步。打包"


def test_two_people_merge_line_by_line_and_choose_where_they_differ(
    open_desk: Open, draft: Transcript, cast: Cast
) -> None:
    mine, hers = open_desk(cast.trainer), open_desk(cast.first_reviewer)
    words(hers, 1).fill("审核员的第一行")
    words(hers, 3).fill("审核员的第三行")
    hers.keyboard.press("Control+s")
    saved(hers)

    words(mine, 1).fill("培训员的第一行")
    words(mine, 4).fill("培训员的第四行")
    mine.keyboard.press("Control+s")

    expect(mine.locator("[data-conflicts]")).to_be_visible()
    expect(mine.locator("[data-conflicts-who]")).to_contain_text(cast.first_reviewer.name)
    expect(mine.locator("[data-others]")).to_contain_text(cast.first_reviewer.name)
    expect(words(mine, 3)).to_have_value("审核员的第三行")
    assert texts(draft) == ["审核员的第一行", "请不吝点赞", "审核员的第三行", "培训员的第四行"]

    mine.locator("[data-conflicts-list] button").first.click()
    saved(mine)
    expect(mine.locator("[data-conflicts]")).to_be_hidden()
    assert texts(draft)[0] == "培训员的第一行"

    # Approved in between: nothing is lost, it becomes a draft beside.
    draft.cues.update(settled=True)
    approve(Transcript.objects.get(pk=draft.pk), by=cast.second_reviewer, at=AT)
    words(mine, 4).fill("批准之后写的")
    mine.keyboard.press("Control+s")
    expect(mine.locator("[data-notice]")).to_contain_text(cast.second_reviewer.name)
    mine.locator("[data-notice] button").click()
    mine.wait_for_url("**/captions/?language=zh")
    mine.wait_for_selector(".captions.is-live")
    assert texts(Transcript.objects.get(state="draft"))[-1] == "批准之后写的"


def test_what_is_written_without_a_network_survives_the_closed_window(
    open_desk: Open, draft: Transcript, cast: Cast
) -> None:
    page = open_desk(cast.trainer)
    page.context.set_offline(True)
    words(page, 3).fill("断网时写的")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "offline")
    words(page, 4).fill("还是断网")
    page.close()
    assert texts(draft) == [cue.text for cue in HEARD]

    page.context.set_offline(False)
    again = open_desk.again(page.context.new_page())  # type: ignore[attr-defined]  # put there by open_desk

    expect(words(again, 3)).to_have_value("断网时写的")
    saved(again)
    assert texts(draft)[2:] == ["断网时写的", "还是断网"]


def test_a_phone_shows_one_line_at_a_time_with_large_buttons(open_desk: Open, draft: Transcript, cast: Cast) -> None:
    page = open_desk(cast.trainer, (360, 800))
    text = page.locator("[data-card-text]")
    expect(text).to_have_value("今天说打包四步。")
    expect(page.locator("[data-list]")).to_be_hidden()

    page.click(".desk-thumbs [data-act=next]")
    expect(text).to_have_value("请不吝点赞")
    page.check("[data-card-settled]")
    page.click(".desk-thumbs [data-act=next]")
    text.fill("第一步：挑。")
    page.click("[data-nudge='start:-100']")
    saved(page)

    cue = draft.cues.get(number=3)
    assert (cue.text, cue.start_ms, draft.cues.get(number=2).settled) == ("第一步：挑。", 3900, True)
    assert fits(page)
    small = page.evaluate(
        """Array.from(document.querySelectorAll(".desk-thumbs button, [data-nudge]"))
        .filter(button => Math.min(button.offsetWidth, button.offsetHeight) < 44).map(button => button.outerHTML)"""
    )
    assert small == []
    assert page.errors == []  # type: ignore[attr-defined]  # put there by open_desk


@pytest.mark.slow
def test_two_thousand_lines_are_there_without_being_in_the_page(open_desk: Open, video: Video, cast: Cast) -> None:
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    many = [CueText(at * 250, at * 250 + 240, f"第{at}行") for at in range(2000)]
    save_draft(draft, many, revision=1, by=cast.trainer, at=AT)

    page = open_desk(cast.trainer)

    assert page.locator(".desk-row").count() < 40
    page.evaluate("list => list.scrollTop = 1e9", page.locator("[data-list]").element_handle())
    expect(words(page, 2000)).to_have_value("第1999行")
    assert page.locator(".desk-row").count() < 60
    page.click("[data-act=shift]")
    page.check("[name=desk-scope][value=all]")
    page.fill("[data-shift]", "0.25")
    page.click("[data-act=shift-by]")
    saved(page)
    assert draft.cues.get(number=2000).start_ms == 1999 * 250 + 250


def test_a_learner_reports_a_mistake_without_leaving_the_lesson(
    browser: Browser, live_server: Any, video: Video, cast: Cast
) -> None:
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    save_draft(draft, [CueText(0, 2000, "错字")], revision=1, by=cast.trainer, at=AT)
    approve(Transcript.objects.get(pk=draft.pk), by=cast.first_reviewer, at=AT)
    lesson = published(live_lesson(live_course(cast.orgs.provider), video=video))
    page = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN").new_page()
    page.goto(live_server.url + lesson.get_url())

    page.click("[data-caption-report] summary")
    expect(page.locator("[data-report-moment]")).to_have_value("0:00")
    page.fill("[data-report-moment]", "0:01")
    page.fill("#report-words", "应该是对字")
    page.click("[data-caption-report] [type=submit]")

    expect(page.locator("[data-report-said]")).to_contain_text("谢谢您")
    report = CaptionReport.objects.get()
    assert (report.at_ms, report.words, report.reported_by) == (1000, "应该是对字", None)
    assert page.url == live_server.url + lesson.get_url()
