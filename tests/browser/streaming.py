"""A lesson that streams, and a phone that plays it."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import OperationalError
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import CoursePage, LessonPage
from lms.learning.models import WatchRecord
from lms.people.models import Person
from media.backends.transcode.base import Outcome
from media.backends.transcode.ffmpeg import FfmpegTranscoder
from media.domain.transcoding import transcode
from media.enums import VideoStatus
from media.models import Video
from tests.browsing import wait_for_page
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.media import make_film, received_video

SECONDS = 6


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", size="426x240", seconds=SECONDS)


class ConvertingOnce(FfmpegTranscoder):
    """The real one; what it made of a file is copied where the same file comes again in this process."""

    made: ClassVar[dict[Any, tuple["TemporaryDirectory[str]", Outcome]]] = {}

    def transcode(self, source: Path, folder: Path, **how: Any) -> Outcome:
        name = sha256(source.read_bytes()).digest(), how["label"], how["limits"], how["span"]
        if name not in self.made:
            outcome = super().transcode(source, folder, **how)
            kept = TemporaryDirectory(prefix="tianjian-made-")
            shutil.copytree(folder, kept.name, dirs_exist_ok=True)
            self.made[name] = kept, deepcopy(outcome)
            return outcome
        kept, known = self.made[name]
        shutil.copytree(kept.name, folder, dirs_exist_ok=True)
        sound = known.recognition_audio
        return replace(deepcopy(known), recognition_audio=folder / sound.name if sound else None)


def playable(film: Path, course: CoursePage, settings: Any) -> Video:
    """A recording of this film that went through the pipeline."""
    settings.MEDIA_TRANSCODER = f"{__name__}.{ConvertingOnce.__name__}"
    video = received_video(film, org=course.org)
    assert transcode(video.pk)
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.READY, ready_at=video.received_at)
    video.refresh_from_db()
    return video


@pytest.fixture
def streamed(transactional_db: Any, settings: Any, tmp_path: Path, film: Path) -> LessonPage:
    """A lesson whose recording went through the pipeline."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    course = live_course()
    return published(live_lesson(course, video=playable(film, course, settings)))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser wakes no service worker; tests/losses/test_worker.py has one that does."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN", service_workers="block")
    yield context
    context.close()


def enter(context: BrowserContext, client: Client, url: str) -> None:
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def play(page: Page, address: str) -> None:
    page.goto(address)
    page.click("[data-play]")
    wait_for_page(page, "document.querySelector('video').currentTime > 0.3")


def patiently(work: Callable[[], Any]) -> Any:
    """What it gives; an SQLite in memory says at once that the live server is just writing."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return work()
        except OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def wait_until(question: Callable[[], Any], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not patiently(question):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def answers(path: str) -> Iterator[None]:
    """What is done in it has the live server answer a request to the path, and ends when it has.

    A page that leaves tells once: what it tells must not find the test just reading an SQLite in memory.
    """
    asked: set[int] = set()
    answered = threading.Event()

    def begin(environ: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if environ and environ["PATH_INFO"] == path:
            asked.add(threading.get_ident())

    def end(**kwargs: Any) -> None:
        if threading.get_ident() in asked:
            answered.set()

    request_started.connect(begin)
    request_finished.connect(end)
    try:
        yield
        assert answered.wait(10), f"nobody asked for {path}"
    finally:
        request_started.disconnect(begin)
        request_finished.disconnect(end)


def covered(person: Person) -> int:
    """Percent of the only lesson that she watched."""
    record = WatchRecord.objects.filter(person=person).first()
    return record.percent if record else 0
