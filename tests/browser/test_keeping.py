"""A lesson is kept on a phone: fetched in pieces, played and answered without network, and handed in afterwards."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import TimeoutError as TooLong
from wagtail.images.models import Image
from wagtail.models import Collection

import lms.worker
from courses.models import LessonPage, VideoQuestion
from lms.learning.models import (
    LessonCompletion,
    OfflinePackage,
    PackageReceipt,
    QuizAttempt,
    QuizSitting,
    VideoAnswer,
    WatchRecord,
)
from lms.people.models import Person
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Cue, Transcript, Video
from tests.browser.streaming import SECONDS, enter, film, patiently, streamed, wait_until
from tests.browser.test_accessibility import AXE, LOOK
from tests.browser.test_quizzes import fill
from tests.browsing import fits, keep_picture, wait_for_page
from tests.cast import Cast
from tests.factories.learning import published, quiz_of

__all__ = ["film", "streamed"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Person], Client]
ENDED = "document.querySelector('video').ended"
NOTHING = 1_200_000
PLAY_FAST = "(v => { v.playbackRate = 2; return v.play(); })(document.querySelector('video'))"
SHIFTED = "(ms => {{ const now = Date.now; Date.now = () => now.call(Date) + ms; }})({})"
DATABASES = "indexedDB.databases().then(found => found.map(each => each.name).sort())"
LEFT = """new Promise((resolve) => {
  const asked = indexedDB.open("tianjian-lessons");
  asked.onsuccess = () => {
    const names = [...asked.result.objectStoreNames];
    const counts = names.map((name) => new Promise((done) => {
      const counted = asked.result.transaction(name).objectStore(name).count();
      counted.onsuccess = () => done(counted.result);
    }));
    Promise.all(counts).then((found) => { asked.result.close(); resolve(found.reduce((sum, each) => sum + each, 0)); });
  };
})"""  # rows of kept lessons
WAITING = "navigator.serviceWorker.getRegistration().then(it => it.waiting)"
CACHES = "caches.keys().then(names => names.filter(name => name.startsWith('tianjian')))"
WITHOUT = "delete Navigator.prototype.serviceWorker; delete window.caches; delete window.indexedDB;"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 8.1.0; PAR-AL00 Build/HUAWEIPAR-AL00; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/80.0.3987.99 Mobile Safari/537.36 MicroMessenger/7.0.20 Language/zh_CN"
)


def whole(page: Page) -> None:
    """Nothing sideways, nothing that axe calls serious."""
    assert fits(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(LOOK) == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs service workers."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    yield context
    context.close()


def make_large(video: Video) -> None:
    """Behind its end, where MP4 allows a box of nothing, the film becomes so large that it is fetched in pieces."""
    rendition = video.renditions.get(kind="file")
    path = Path(settings.MEDIA_ROOT) / video.stream_folder / rendition.playlist
    size = NOTHING + path.stat().st_size
    with path.open("ab") as file:
        file.write(NOTHING.to_bytes(4, "big") + b"free" + bytes(NOTHING - 8))
    video.renditions.filter(pk=rendition.pk).update(size_bytes=size)


@pytest.fixture
def lesson(streamed: LessonPage) -> LessonPage:
    """With approved captions and a quiz."""
    video, now = streamed.video, timezone.now()
    transcript = Transcript.objects.create(
        video=video, language="zh", source=TranscriptSource.HAND, state=TranscriptState.APPROVED, version=1,
        created_at=now, approved_at=now,
    )  # fmt: skip
    for number, (second, words) in enumerate(((0, "先把手机立稳"), (3, "再打开相机")), start=1):
        start = second * 1000
        Cue.objects.create(transcript=transcript, number=number, start_ms=start, end_ms=start + 2500, text=words)
    vtt = "WEBVTT\n\n00:00.000 --> 00:02.500\n先把手机立稳\n\n00:03.000 --> 00:05.500\n再打开相机\n"
    CaptionTrack.objects.create(
        video=video, language="zh", label="中文", transcript=transcript, published_at=now, vtt=vtt
    )
    make_large(video)
    LessonPage.objects.filter(pk=streamed.pk).update(quiz=quiz_of(streamed.org))
    return published(LessonPage.objects.get(pk=streamed.pk))


class Phone:
    """A person's phone, and the lesson that she keeps on it."""

    def __init__(self, context: BrowserContext, site: str, lesson: LessonPage, person: Person, sign_in: SignIn) -> None:
        self.context, self.site, self.lesson, self.person = context, site, lesson, person
        enter(context, patiently(lambda: sign_in(person)), site)
        self.page = context.new_page()
        self.address = site + lesson.get_url()
        self.kept = f"{site}/learn/kept/{lesson.pk}/"

    def press_save(self) -> None:
        self.page.goto(self.address)
        self.page.get_by_role("button", name="存到手机里").click()

    def save(self) -> None:
        self.press_save()
        expect(self.page.get_by_role("link", name="看，不费流量")).to_be_visible()

    def without_network(self) -> None:
        self.context.set_offline(True)

    def play_to_the_end(self) -> None:
        self.page.evaluate(PLAY_FAST)
        wait_for_page(self.page, ENDED)


@pytest.fixture
def phone(context: BrowserContext, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: SignIn) -> Phone:
    return Phone(context, live_server.url, lesson, cast.learner, signed_in)


def covered(person: Person) -> int:
    record = WatchRecord.objects.filter(person=person).first()
    return record.covered_seconds if record else 0


def test_a_lesson_is_kept_played_answered_and_counted(phone: Phone) -> None:
    page = phone.page
    page.goto(phone.address)
    button = page.get_by_role("button", name="存到手机里，没网也能看（2\u00a0MB）")
    expect(button).to_be_visible()
    expect(page.locator("[data-keep]")).to_be_hidden()
    keep_picture(page, "lesson-offer")
    button.click()
    expect(page.get_by_role("link", name="看，不费流量")).to_be_visible()
    keep_picture(page, "lesson-kept")

    phone.without_network()
    page.goto(f"{phone.site}/learn/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    keep_picture(page, "offline")
    whole(page)
    page.get_by_role("link", name="存在手机里的课").click()
    expect(page.locator("[data-title]")).to_have_text(phone.lesson.title)
    expect(page.locator("[data-until]")).to_contain_text("能看到")
    keep_picture(page, "list-offline")
    page.get_by_role("link", name="看", exact=False).last.click()

    expect(page.locator("h1")).to_have_text(phone.lesson.title)
    page.evaluate(PLAY_FAST)
    expect(page.locator(".transcript [aria-current]")).to_have_text("先把手机立稳")
    shown = "[...document.querySelector('video').textTracks[0].activeCues].map(cue => cue.text).join()"
    wait_for_page(page, f"{shown} === '再打开相机'")
    wait_for_page(page, ENDED)
    expect(page.locator("[data-kept]")).to_contain_text("这部手机里")
    keep_picture(page, "kept-lesson")
    whole(page)
    page.goto(phone.address)  # the lesson's own address, still without network
    expect(page.locator("[data-kept-lesson]")).to_be_visible()
    page.goto(f"{phone.site}/learn/lessons/{phone.lesson.pk}/quiz/")
    sitting = patiently(lambda: QuizSitting.objects.get(person=phone.person))
    fill(page, sitting)
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-quiz-kept]")).to_be_visible()
    keep_picture(page, "quiz-offline")
    assert not patiently(PackageReceipt.objects.exists)

    phone.context.set_offline(False)
    phone.context.new_page().goto(f"{phone.site}/learn/kept/")

    wait_until(lambda: covered(phone.person) == SECONDS, seconds=30)
    wait_until(QuizAttempt.objects.exists, seconds=30)
    attempt = patiently(QuizAttempt.objects.get)
    assert attempt.passed and attempt.answered_offline
    record = patiently(lambda: WatchRecord.objects.get(person=phone.person))
    assert record.offline and not record.online
    assert patiently(LessonCompletion.objects.count) == 1


def test_a_question_in_the_film_is_asked_and_marked_without_network_and_handed_in_later(phone: Phone) -> None:
    page = phone.page

    def ask() -> None:
        question = quiz_of(phone.lesson.org, questions=1).questions.get()
        question.explanation = "验证码谁要都不给。"
        question.save()
        VideoQuestion.objects.create(page=phone.lesson, at_seconds=1, question=question)

    patiently(ask)
    phone.save()
    phone.without_network()
    page.goto(phone.kept)
    page.evaluate(PLAY_FAST)

    asked = page.locator("[data-practice]")
    expect(asked.locator("[data-practice-question]")).to_be_focused()
    keep_picture(page, "kept-practice")
    whole(page)
    asked.locator(".choice").filter(has_text="错的").click()
    expect(asked.locator("[data-practice-said]")).to_contain_text("没答对")
    asked.locator(".choice").filter(has_text="对的").click()
    expect(asked.locator("[data-practice-said]")).to_contain_text("验证码谁要都不给。")
    keep_picture(page, "kept-practice-told")
    page.get_by_role("button", name="接着看").click()
    wait_for_page(page, ENDED)
    assert not patiently(VideoAnswer.objects.exists)
    page.goto(phone.kept)
    page.evaluate(PLAY_FAST)
    wait_for_page(page, ENDED)
    assert page.locator("[data-practice] .choice").count() == 0, "answered, it is not asked again"

    phone.context.set_offline(False)
    online = phone.context.new_page()

    def is_handed_in() -> bool:
        """Each page hands in what waits; an SQLite in memory refuses while another page is written."""
        online.goto(f"{phone.site}/catalogue/")
        online.wait_for_timeout(500)
        return VideoAnswer.objects.exists()

    wait_until(is_handed_in, seconds=30)
    answer = patiently(VideoAnswer.objects.get)
    assert (answer.person_id, answer.is_right) == (phone.person.pk, False), "the first one counts for the trainer"


@pytest.mark.slow
def test_pages_of_one_package_number_their_reports_apart(phone: Phone) -> None:
    phone.save()
    phone.without_network()
    other = phone.context.new_page()
    for page in (phone.page, other):
        page.goto(phone.kept)
        page.bring_to_front()
        page.evaluate(PLAY_FAST)
        wait_for_page(page, ENDED)
        expect(page.locator("[data-kept]")).to_contain_text("这部手机里")

    phone.context.set_offline(False)
    other.goto(f"{phone.site}/learn/kept/")

    wait_until(lambda: PackageReceipt.objects.count() >= 2, seconds=30)
    blocks = patiently(
        lambda: {number // 100_000 for number in PackageReceipt.objects.values_list("number", flat=True)}
    )
    assert len(blocks) == 2
    assert covered(phone.person) == SECONDS


class Road:
    """What becomes of requests for the film: the first so many get through."""

    def __init__(self, phone: Phone, pieces: int) -> None:
        self.left, self.asked = pieces, list[str]()
        phone.context.route("**/*.mp4", self._lead)

    def _lead(self, route: Route) -> None:
        self.left -= 1
        if self.left >= 0:
            self.asked.append(route.request.headers.get("range", ""))
            route.continue_()
        else:
            route.abort()


@pytest.mark.slow
def test_what_has_arrived_is_not_fetched_again(phone: Phone) -> None:
    """The network goes in the middle of the film; the page is closed, and opened again."""
    page, road = phone.page, Road(phone, pieces=2)
    phone.press_save()
    expect(page.locator("[data-keep-said]")).to_contain_text("网断了")
    expect(page.locator("[data-keep-lesson] [role=progressbar]")).to_have_attribute(
        "aria-valuenow", re.compile("[1-9]")
    )
    keep_picture(page, "lesson-waiting")
    page.close()
    phone.page = page = phone.context.new_page()
    page.goto(f"{phone.site}/learn/kept/")
    expect(page.locator("[data-half]")).to_contain_text("还没存完：存了 1\u00a0MB，共 2\u00a0MB")
    keep_picture(page, "list-half")
    page.get_by_role("link", name="接着存").click()
    expect(page.get_by_role("button", name="接着存")).to_be_visible()
    keep_picture(page, "lesson-half")
    road.left = 100

    page.get_by_role("button", name="接着存").click()

    expect(page.get_by_role("link", name="看，不费流量")).to_be_visible()
    assert len(road.asked) == len(set(road.asked)) >= 5
    phone.without_network()
    page.goto(phone.kept)
    phone.play_to_the_end()


@pytest.mark.slow
def test_it_is_paused_gone_on_with_and_given_up(phone: Phone) -> None:
    page, road = phone.page, Road(phone, pieces=1)
    phone.press_save()
    expect(page.locator("[data-keep-said]")).to_contain_text("网断了")
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="接着存")).to_be_visible()
    page.get_by_role("button", name="接着存").click()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()

    page.locator("[data-state=working]").get_by_role("button", name="不存了").click()

    expect(page.get_by_role("button", name="存到手机里")).to_be_visible()
    road.left = 100
    page.goto(f"{phone.site}/learn/kept/")
    expect(page.locator("[data-none]")).to_be_visible()


@pytest.mark.slow
def test_it_is_kept_for_seven_more_days_without_fetching_the_film(phone: Phone) -> None:
    phone.save()
    expect(phone.page.get_by_role("button", name="再留七天")).to_be_hidden()
    phone.page.add_init_script(SHIFTED.format(5 * 24 * 3600 * 1000))
    phone.page.reload()
    road = Road(phone, pieces=100)

    phone.page.get_by_role("button", name="再留七天").click()

    expect(phone.page.get_by_role("button", name="再留七天")).to_be_hidden()
    expect(phone.page.get_by_role("link", name="看，不费流量")).to_be_visible()
    assert patiently(OfflinePackage.objects.count) == 2
    assert road.asked == []


@pytest.mark.slow
def test_it_goes_on_by_itself_when_the_network_comes_back(phone: Phone) -> None:
    lost = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route)
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/*.mp4", lose)

    phone.save()

    assert len(lost) == 2
    assert patiently(OfflinePackage.objects.count) == 1, "nothing was asked for twice"


def test_a_phone_without_room_says_so_and_keeps_nothing(phone: Phone) -> None:
    phone.context.add_init_script("navigator.storage.estimate = async () => ({ quota: 0, usage: 0 })")
    phone.press_save()

    expect(phone.page.locator("[data-keep-said]")).to_contain_text("手机里地方不够：这节课要 2\u00a0MB")
    keep_picture(phone.page, "lesson-full")
    assert not patiently(OfflinePackage.objects.exists)


@pytest.mark.slow
def test_a_phone_that_is_full_in_the_middle_keeps_nothing_half(phone: Phone) -> None:
    phone.context.add_init_script(
        "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (...of) {"
        " if (of[1] && of[1][1] === 'lesson.mp4') throw new DOMException('', 'QuotaExceededError');"
        " return put.apply(this, of); }"
    )
    phone.press_save()

    expect(phone.page.locator("[data-keep-said]")).to_contain_text("手机里地方不够")
    phone.page.goto(f"{phone.site}/learn/kept/")
    expect(phone.page.locator("[data-none]")).to_be_visible()


def test_a_private_window_says_what_to_do(phone: Phone) -> None:
    phone.context.add_init_script("indexedDB.open = () => { throw new DOMException('', 'InvalidStateError') }")

    phone.page.goto(phone.address)

    expect(phone.page.locator("[data-unable-why=storage]")).to_be_visible()
    expect(phone.page.get_by_role("button", name="存到手机里")).to_be_hidden()
    phone.page.goto(f"{phone.site}/learn/kept/")
    expect(phone.page.locator("[data-unable-why=storage]")).to_be_visible()
    keep_picture(phone.page, "list-private")


@pytest.mark.parametrize("agent", [WECHAT, pytest.param(None, marks=pytest.mark.slow)], ids=["WeChat", "another"])
def test_where_the_browser_cannot_a_sentence_says_which_can(
    browser: Browser, live_server: Any, lesson: LessonPage, cast: Cast, signed_in: SignIn, agent: str | None
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, user_agent=agent)
    context.add_init_script(WITHOUT)
    phone = Phone(context, live_server.url, lesson, cast.learner, signed_in)

    for address in (phone.address, f"{phone.site}/learn/kept/"):
        phone.page.goto(address)
        told = phone.page.locator("[data-unable]")
        expect(told).to_contain_text("在浏览器打开" if agent else "这个浏览器存不了课")
        expect(phone.page.get_by_role("button", name="存到手机里")).to_be_hidden()
        keep_picture(phone.page, f"unable-{bool(agent)}-{address.count('kept')}")
        whole(phone.page)
    phone.page.goto(phone.address)
    phone.page.click("[data-play]")
    wait_for_page(phone.page, "document.querySelector('video').currentTime > 1")
    context.close()


def test_without_scripts_the_list_says_so(browser: Browser, live_server: Any, lesson: LessonPage) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{live_server.url}/learn/kept/")

    expect(page.locator("noscript .notice")).to_contain_text("JavaScript")
    context.close()


def test_after_seven_days_the_player_refuses_and_the_lesson_goes(phone: Phone) -> None:
    phone.save()
    phone.without_network()
    phone.page.close()
    phone.context.add_init_script(SHIFTED.format(8 * 24 * 3600 * 1000))
    phone.page = page = phone.context.new_page()

    page.goto(phone.kept)

    expect(page.locator("[data-refused-because=over]")).to_be_visible()
    expect(page.locator("video")).to_be_hidden()
    keep_picture(page, "kept-over")
    page.goto(f"{phone.site}/learn/kept/")
    expect(page.locator("[data-gone]")).to_contain_text(phone.lesson.title)
    expect(page.locator("[data-none]")).to_be_visible()
    keep_picture(page, "list-gone")


@pytest.mark.slow
def test_a_lesson_taken_down_goes_when_the_phone_hears_of_it(phone: Phone) -> None:
    phone.save()
    patiently(lambda: LessonPage.objects.filter(pk=phone.lesson.pk).update(live=False))

    phone.page.goto(f"{phone.site}/learn/kept/")

    expect(phone.page.locator("[data-gone]")).to_contain_text("不能再看了")
    expect(phone.page.locator("[data-none]")).to_be_visible()


@pytest.mark.slow
def test_what_the_browser_threw_away_is_noticed(phone: Phone) -> None:
    phone.save()
    phone.page.goto(f"{phone.site}/healthz")
    phone.page.evaluate(
        "new Promise(done => { const gone = indexedDB.deleteDatabase('tianjian-lessons'); gone.onsuccess = done; })"
    )

    phone.page.goto(f"{phone.site}/learn/kept/")

    expect(phone.page.locator("[data-gone]")).to_contain_text("被浏览器清掉了")
    phone.page.get_by_role("button", name="知道了").click()
    expect(phone.page.locator("[data-gone]")).to_be_hidden()


@pytest.mark.slow
def test_a_lesson_of_which_a_part_is_gone_is_not_played_half(phone: Phone) -> None:
    phone.save()
    phone.without_network()
    phone.page.goto(f"{phone.site}/learn/kept/")
    expect(phone.page.locator("[data-title]")).to_be_visible()
    phone.page.evaluate(
        """lesson => new Promise(done => {
          const opening = indexedDB.open("tianjian-lessons");
          opening.onsuccess = () => {
            const changing = opening.result.transaction("pieces", "readwrite");
            changing.objectStore("pieces").delete([lesson, "lesson.mp4", 0]);
            changing.oncomplete = () => { opening.result.close(); done(); };
          };
        })""",
        phone.lesson.pk,
    )

    phone.page.goto(phone.kept)

    expect(phone.page.locator("[data-refused-because=missing]")).to_be_visible()
    phone.page.goto(f"{phone.site}/learn/kept/")
    expect(phone.page.locator("[data-gone]")).to_contain_text(phone.lesson.title)


@pytest.mark.slow
def test_everything_is_cleared_away_but_what_was_watched(phone: Phone) -> None:
    phone.save()
    phone.without_network()
    phone.page.goto(phone.kept)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机里")
    phone.page.goto(f"{phone.site}/learn/kept/")
    phone.page.get_by_role("button", name="全部清掉").click()
    keep_picture(phone.page, "list-clear")

    phone.page.get_by_role("button", name="对，全部清掉").click()

    expect(phone.page.locator("[data-none]")).to_be_visible()
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.site}/learn/kept/")
    wait_until(lambda: covered(phone.person) == SECONDS, seconds=30)


@pytest.mark.slow
def test_the_list_comes_on_a_network_that_says_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.save()
    speaks = Event()
    monkeypatch.setattr("lms.learning.views.keeping.mark_of", lambda _user: speaks.wait(60) and "")

    try:
        phone.page.goto(f"{phone.site}/learn/kept/", timeout=20_000)
        expect(phone.page.locator("[data-title]")).to_have_text(phone.lesson.title)
    finally:
        speaks.set()


@pytest.mark.slow
def test_a_new_worker_leaves_an_open_page_as_it_is(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.save()
    phone.page.goto(phone.kept)
    watched = phone.page
    other = phone.context.new_page()
    other.goto(f"{phone.site}/learn/kept/")
    before = other.evaluate(CACHES)
    built = lms.worker._script()
    monkeypatch.setattr("lms.worker._script", lambda: built + b"\n// another")
    monkeypatch.setattr("lms.learning.views.keeping.version_of", lambda *_texts: "another")

    other.evaluate("navigator.serviceWorker.getRegistration().then(it => it.update())")

    wait_for_page(other, f"{CACHES}.then(names => names.includes('tianjian-frame-another'))")
    assert set(before) < set(other.evaluate(CACHES)), "a window may still need the earlier one"
    wait_for_page(other, f"{WAITING}.then(Boolean)")
    phone.without_network()
    watched.bring_to_front()
    watched.evaluate(PLAY_FAST)
    wait_for_page(watched, ENDED)
    other.reload()
    expect(other.locator("[data-title]")).to_have_text(phone.lesson.title)
    phone.context.set_offline(False)
    assert other.evaluate(f"{WAITING}.then(Boolean)"), "the film that it would cut is open"

    watched.goto(f"{phone.site}/learn/")

    wait_for_page(other, f"{WAITING}.then(found => !found)")
    other.goto(f"{phone.site}/learn/")
    other.evaluate("navigator.serviceWorker.ready.then(it => it.active.postMessage({ kind: 'look-at-frame' }))")
    wait_for_page(other, f"{CACHES}.then(names => names.join() === 'tianjian-frame-another')")


def test_a_retired_worker_takes_all_it_kept_and_leaves_the_reports(phone: Phone, settings: Any) -> None:
    phone.save()
    phone.without_network()
    phone.page.goto(phone.kept)
    phone.play_to_the_end()
    expect(phone.page.locator("[data-kept]")).to_contain_text("这部手机里")
    assert phone.page.evaluate(LEFT) > 0
    phone.context.route("**/learn/reports/", lambda route: route.abort())
    settings.SERVICE_WORKER = False
    phone.context.set_offline(False)

    def is_gone() -> bool:
        """Each page has the browser ask for the worker, a second after; one refusal costs until the next page."""
        phone.page.close()
        phone.page = phone.context.new_page()
        try:
            phone.page.goto(phone.address, timeout=15_000)
        except TooLong:  # Chromium may lose a page that is asked for while one worker gives way to the next
            return False
        phone.page.wait_for_timeout(3000)
        return phone.page.evaluate("navigator.serviceWorker.getRegistrations().then(found => !found.length)")

    wait_until(is_gone, seconds=120)
    assert phone.page.evaluate(CACHES) == []
    # A page that has the tables open holds up their end until it is left; the next one may have made them anew, empty.
    wait_until(lambda: phone.page.evaluate(LEFT) == 0, seconds=60)
    assert "tianjian" in phone.page.evaluate(DATABASES)
    phone.context.unroute("**/learn/reports/")
    phone.page.reload()
    wait_until(lambda: covered(phone.person) == SECONDS, seconds=30)


OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  window.asked = 0;
  offer.prompt = async () => { window.asked += 1; };
  offer.userChoice = Promise.resolve({ outcome: "accepted" });
  return window.dispatchEvent(offer);
}"""


@pytest.mark.slow
def test_the_home_screen_is_offered_where_the_browser_offers_it_and_once(phone: Phone) -> None:
    page, box = phone.page, phone.page.locator("[data-install]")
    page.goto(f"{phone.site}/learn/kept/")
    expect(page.locator("[data-none]")).to_be_visible()
    expect(box).to_be_hidden()

    assert not page.evaluate(OFFER), "our line stands for the browser's own"
    expect(box).to_be_visible()
    keep_picture(page, "list-install")
    page.get_by_role("button", name="放到桌面").click()

    expect(box).to_be_hidden()
    assert page.evaluate("window.asked") == 1
    page.reload()
    expect(page.locator("[data-none]")).to_be_visible()
    assert page.evaluate(OFFER)
    expect(box).to_be_hidden()


@pytest.mark.slow
def test_a_picture_in_the_text_is_kept(phone: Phone) -> None:
    file = BytesIO()
    Picture.new("RGB", (640, 360), "#5a8f4a").save(file, "PNG")
    if Collection.get_first_root_node() is None:  # the flush of the test before took it along
        Collection.add_root(name="Root")
    image = Image.objects.create(title="苗", file=ContentFile(file.getvalue(), "a.png"))
    lesson = LessonPage.objects.get(pk=phone.lesson.pk)
    lesson.body = [("heading", "先看苗"), ("image", image)]
    lesson.save()
    phone.save()
    phone.without_network()

    phone.page.goto(phone.kept)

    picture = phone.page.locator(".prose img")
    picture.scroll_into_view_if_needed()
    wait_for_page(phone.page, "document.querySelector('.prose img').naturalWidth === 640")


@pytest.mark.slow
def test_a_sealed_quiz_answered_long_after_with_network_counts_as_answered_without(phone: Phone) -> None:
    phone.save()
    phone.page.goto(f"{phone.kept}quiz/")
    fill(phone.page, patiently(lambda: QuizSitting.objects.get(person=phone.person)))

    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=True):
        phone.page.get_by_role("button", name="交卷").click()
        expect(phone.page.locator("[data-passed=yes]")).to_be_visible()

    assert patiently(QuizAttempt.objects.get).answered_offline


def test_somebody_else_on_the_same_phone_makes_it_hers(
    phone: Phone, cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.save()
    enter(phone.context, patiently(lambda: signed_in(cast.farmer)), phone.site)
    phone.page.goto(f"{phone.site}/learn/kept/")
    expect(phone.page.locator("[data-other]")).to_be_visible()
    phone.page.goto(phone.address)
    fetched: list[str] = []
    phone.page.on("request", lambda request: fetched.append(request.url))

    phone.page.get_by_role("button", name="存成我的").click()

    expect(phone.page.get_by_role("link", name="看，不费流量")).to_be_visible()
    assert not [url for url in fetched if url.endswith(".mp4")]
    phone.without_network()
    phone.page.goto(phone.kept)
    phone.play_to_the_end()
    phone.context.set_offline(False)
    wait_until(lambda: covered(cast.farmer) == SECONDS, seconds=30)
    assert covered(phone.person) == 0


@pytest.mark.parametrize(
    ("size", "elder", "scheme"),
    [
        ((360, 800), "largest", "light"),
        pytest.param((1440, 900), "off", "dark", marks=pytest.mark.slow),
    ],
)
def test_the_pages_are_whole_for_everybody(
    browser: Browser,
    live_server: Any,
    lesson: LessonPage,
    cast: Cast,
    signed_in: SignIn,
    size: tuple[int, int],
    elder: str,
    scheme: Any,
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    context.add_cookies([{"name": "elder_mode", "value": elder, "url": live_server.url}])
    phone = Phone(context, live_server.url, lesson, cast.learner, signed_in)
    phone.save()
    for name, address in (
        ("lesson", phone.address),
        ("kept-lesson", phone.kept),
        ("kept-quiz", f"{phone.kept}quiz/"),
        ("list", f"{phone.site}/learn/kept/"),
    ):
        phone.page.goto(address)
        expect(phone.page.locator("h1")).to_be_visible()
        wait_for_page(phone.page, "document.readyState === 'complete'")
        phone.page.wait_for_timeout(300)
        keep_picture(phone.page, f"{name}-{size[0]}-{elder}-{scheme}")
        whole(phone.page)
    phone.without_network()
    phone.page.goto(f"{phone.site}/hours/")
    keep_picture(phone.page, f"offline-{size[0]}-{elder}-{scheme}")
    whole(phone.page)
    context.close()
