"""From a trainer's recording to a lesson that a visitor plays: every step by its own person, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import fits, wait_for_page
from tests.factories.media import ffmpeg
from tests.media.hearing import lesson_file, sentences
from tests.stories.conftest import DESK, PHONE
from tests.stories.fresh import FreshPlaces
from tests.stories.site import Site
from tests.stories.walking import SECONDS, sign_in_staff

pytestmark = [
    pytest.mark.story,
    pytest.mark.browser,
    pytest.mark.speech,
    pytest.mark.slow,
    pytest.mark.any_database,
]
SPOKEN = "phone-video-call"
TITLE = "给外地的孩子打视频电话"
ORG = "青禾县职业教育中心"
CORRECTED = "视频电话，先看信号。"
PAGES = "__import__('courses.models',fromlist=['x']).LessonPage.objects"
# Places, the staff of the cast and one track of the outline; nobody has recorded or learned anything.
SETTLE = """
from django.core.management import call_command
from lms.demo.domain.moments import moments
from lms.demo.domain.people import VOCATIONAL, make_cast
from lms.demo.domain.places import make_places
places = make_places()
make_cast(places, moments())
kind, county = VOCATIONAL
provider = places.org_of(kind, places.divisions[county])
call_command("load_outline", org=provider.code, track=["phone_skills"], verbosity=0)
"""


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, fresh_places: FreshPlaces) -> Iterator[Site]:
    """A station with its staff and courses, before the first recording."""
    place = Site(tmp_path_factory.mktemp("station"))
    try:
        place.migrate(fresh_places)
        place.manage("shell", "-v", "0", "-c", SETTLE)
        place.open()
        yield place
    finally:
        place.close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """The first three sentences of a lesson before a plain picture, as a phone would send it."""
    end = sentences(SPOKEN)[2].end + 0.4
    return ffmpeg(
        "-f", "lavfi", "-i", f"color=c=darkgreen:size=640x360:rate=5:duration={end}", "-i", str(lesson_file(SPOKEN)),
        "-t", str(end), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "copy",
        path=tmp_path / "手机录像.mp4",
    )  # fmt: skip


class Desks:
    """A desk of their own for everybody: one window each, signed in with password and code."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.errors: list[str] = []

    def sign_in(self, key: str, path: str) -> Page:
        page = self.browser.new_context(viewport=DESK, locale="zh-CN").new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{key}: {error}"))
        sign_in_staff(page, self.site, key, path=path)
        return page


@pytest.fixture
def desks(browser: Browser, station: Site) -> Desks:
    return Desks(browser, station)


def test_recording_becomes_a_lesson_by_the_hands_of_four(
    station: Site, desks: Desks, browser: Browser, recording: Path
) -> None:
    trainer = desks.sign_in("trainer", "/admin/recordings/")
    upload(trainer, recording)
    watch_it_become_ready(trainer)
    code = trainer.url.rstrip("/").rsplit("/", 1)[-1]

    correct_captions(trainer, station, code)
    first = desks.sign_in("reviewer_first", f"/admin/recordings/{code}/captions/")
    approve_captions(first)

    lesson = make_the_lesson(trainer, station)
    publishing_by_hand_is_refused(trainer)
    submit(trainer)
    reviewing_ones_own_lesson_is_refused(trainer, station, lesson)

    approve_from_the_start_page(first, station, "初审", then="复审，等郑永胜审")
    second, final = (desks.sign_in(f"reviewer_{step}", "/admin/") for step in ("second", "final"))
    approve_from_the_start_page(second, station, "复审", then="终审，等梁海涛审")
    approve_from_the_start_page(final, station, "终审", then="三审都已通过")

    visitor_plays_it_with_captions(browser.new_context(viewport=PHONE, locale="zh-CN").new_page(), station, lesson)
    assert desks.errors == []


def upload(page: Page, recording: Path) -> None:
    page.get_by_role("link", name="上传录像").click()
    page.set_input_files("input[type=file][name=file]", recording)
    page.fill("input[name=title]", TITLE)
    page.select_option("select[name=org]", label=ORG)
    page.get_by_role("button", name="上传").click()
    page.wait_for_selector("[data-state]")


def watch_it_become_ready(page: Page) -> None:
    """The page tells by itself how far it is; nobody reloads it."""
    expect(page.locator("[data-state][data-moving]")).to_be_visible()
    expect(page.locator("[data-state=transcribing], [data-state=transcoding]")).to_be_visible(timeout=60 * SECONDS)
    expect(page.locator("[data-state=ready]")).to_be_visible(timeout=120 * SECONDS)
    expect(page.locator("video")).to_be_visible()


def correct_captions(page: Page, site: Site, code: str) -> None:
    """The trainer corrects the first line at the desk, which saves it by itself."""
    page.goto(f"{site.url}/admin/recordings/{code}/captions/")
    page.locator(".desk-row textarea").first.fill(CORRECTED)
    page.wait_for_selector("[data-state=saved]")


def approve_captions(page: Page) -> None:
    """Somebody else settles what is marked, and approves."""
    expect(page.locator(".desk-row textarea").first).to_have_value(CORRECTED)
    for _line in page.locator(".desk-row.is-doubtful").all():
        page.keyboard.press("Alt+m")
        page.keyboard.press("Alt+o")
    page.check(".captions-live-only [name=read]")
    page.click("[value=approve_saved]")
    page.wait_for_selector(".messages .success")


def make_the_lesson(page: Page, site: Site) -> int:
    """A lesson page with the recording, saved as a draft; returns the number of the page."""
    course = site.ask("__import__('courses.models',fromlist=['x']).CoursePage.objects.first().pk")
    page.goto(f"{site.url}/admin/pages/add/courses/lessonpage/{course}/")
    page.fill("#id_teaches", "信号、支架、灯光，三样看好再打。")
    page.select_option("#id_video", label=TITLE)
    page.locator("#id_title").press_sequentially(TITLE)
    page.press("#id_title", "Tab")
    expect(page.locator("#id_slug")).to_have_value(TITLE)  # its address follows the keys
    page.click("footer button.action-save")
    page.wait_for_url("**/edit/", timeout=30 * SECONDS)
    return int(page.url.rstrip("/").split("/")[-2])


def publishing_by_hand_is_refused(page: Page) -> None:
    """The button is not there; what it would send is answered with what to do instead."""
    expect(page.locator("[name=action-publish]")).to_have_count(0)
    page.evaluate(
        """() => {
            const form = document.querySelector("#page-edit-form");
            form.insertAdjacentHTML("beforeend", '<input type="hidden" name="action-publish" value="1">');
            HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    expect(page.locator(".messages .error")).to_contain_text("要经过初审、复审、终审才能上线")


def submit(page: Page) -> None:
    page.click("footer button[aria-expanded]")
    page.click("[name=action-submit]")
    page.wait_for_url("**/admin/pages/*/")


def reviewing_ones_own_lesson_is_refused(page: Page, site: Site, lesson: int) -> None:
    """She reads who holds it, is offered nothing to approve, and what the button would send changes nothing."""
    page.goto(f"{site.url}/admin/pages/{lesson}/edit/")
    expect(page.locator(".messages")).to_contain_text("审核中：初审，等何雪芹审")
    expect(page.locator("[data-workflow-action-name]")).to_have_count(0)
    page.evaluate(
        """async ([lesson, state]) => {
            const body = new FormData(document.querySelector("#page-edit-form"));
            await fetch(`/admin/pages/${lesson}/workflow/action/approve/${state}/`, { method: "POST", body });
        }""",
        [lesson, site.ask(f"{PAGES}.get(pk={lesson}).current_workflow_task_state.pk")],
    )
    assert site.ask(f"{PAGES}.get(pk={lesson}).current_workflow_task.step") == "first"


def approve_from_the_start_page(page: Page, site: Site, step: str, *, then: str) -> None:
    """A reviewer finds it among what waits for her, reads whose turn it is, approves, and is told what comes next."""
    page.goto(f"{site.url}/admin/")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.locator(".messages")).to_contain_text(f"{step}轮到您了")
    page.click("footer [data-workflow-action-name=approve]")
    expect(page.locator(".messages .success", has_text=then)).to_be_visible(timeout=20 * SECONDS)


def visitor_plays_it_with_captions(page: Page, site: Site, lesson: int) -> None:
    """Somebody without an account, on a phone: picture, sound, and the captions as the reviewer corrected them."""
    address = str(site.ask(f"{PAGES}.get(pk={lesson}).url"))
    page.goto(site.url + address.replace("http://127.0.0.1:8000", ""))
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.click("[data-play]")
    wait_for_page(page, "document.querySelector('video').currentTime > 0.6", timeout=30 * SECONDS)
    shown = "[...document.querySelector('video').textTracks[0].activeCues].map(cue => cue.text).join()"
    wait_for_page(page, f"{shown} === {CORRECTED!r}", timeout=10 * SECONDS)
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"
    assert fits(page)
