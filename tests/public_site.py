"""The public pages as production sends them: gunicorn with production settings behind the nginx of deploy/, on SQLite.

    with PublicSite(folder) as site: …        # site.url, site.addresses, site.session

The whole outline is live, each lesson with the same short recording, which went through the pipeline and has approved
captions. Visitors come to localhost, which browsers trust as they do https, so that they ask for brotli and keep secure
cookies.
"""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.deploy.production import HOST, NOT_PASSED_ON, nginx_command
from tests.machine import free_port
from tests.migrated import Migrated

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 24
WORDS = "把手机立稳，镜头擦干净，先说这是谁家的苹果，再说多少钱一斤。"


class PublicSite:
    """Started with `with`; what it made lies in the folder, and its processes end with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.port, web_port = free_port(), free_port()
        # A name, not a number: nginx would send other hosts away.
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
            "DJANGO_SETTINGS_MODULE": "lms.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": f"site={secrets.token_hex(32)}",
            "SEALING_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
            "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
            "TIANJIAN_VAR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "var" / "files"),
            "STATIC_ROOT": str(folder / "static"),
            "WEB_BIND": f"127.0.0.1:{web_port}",
            "WEB_WORKERS": "1",
            "SMS_HTTP_ADDRESS": f"https://sms.{HOST}/send",
            "SMS_HTTP_KEY": "site",
            "TRANSCRIBE_BACKEND": "dummy",
        }

    def __enter__(self) -> Self:
        (self.folder / "var" / "files").mkdir(parents=True)
        Migrated(self.folder).copy_to_file(self.folder / "site.sqlite3")
        self._run("manage.py", "migrate", "--noinput", "--verbosity", "0")
        self._run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        told = json.loads(self._run("-m", "tests.public_site").splitlines()[-1])
        self.session, self.addresses = told.pop("session"), told
        gunicorn = str(Path(sys.executable).parent / "gunicorn")
        self._start("web", [gunicorn, "--config", "deploy/gunicorn.conf.py", "lms.wsgi:application"])
        files, upstream = self.environment["MEDIA_ROOT"], self.environment["WEB_BIND"]
        self._start("nginx", nginx_command(self.folder, port=self.port, upstream=upstream, files=files))
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=400
        )
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                assert time.monotonic() < deadline, (self.folder / "web.log").read_text()[-3000:]
                time.sleep(0.3)


def fill() -> dict[str, Any]:
    """Make the pages and a learner who has begun a lesson; where each kind of page lies, and her session."""
    from django.conf import settings
    from django.utils import timezone
    from wagtail.models import Page, Site

    from courses.domain.loading import load_outline
    from courses.domain.outlines import write_outline
    from courses.enums import CompletionRule
    from courses.models import CataloguePage, CoursePage, LessonPage
    from lms.learning.domain.watching import open_session
    from media.domain.transcoding import transcode
    from media.enums import TranscriptSource, TranscriptState, VideoStatus
    from media.models import CaptionTrack, Cue, Transcript, Video
    from tests.factories.learning import quiz_of, signed_in
    from tests.factories.media import make_film, received_video
    from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory

    at = timezone.now()
    place = DivisionFactory(code="900000000000")  # production refuses to start over the province of the demo
    org, learner = OrgFactory(division=place), PersonFactory(village=place)
    film = make_film(Path(settings.VAR_DIR) / "film.mp4", size="960x540", seconds=SECONDS, rate=15)
    video = received_video(film, org=org)
    assert transcode(video.pk), "nobody else converts it"
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.READY, ready_at=at)
    video.refresh_from_db()
    approved = Transcript.objects.create(
        video=video, language="zh", source=TranscriptSource.HAND, state=TranscriptState.APPROVED, version=1,
        created_at=at, approved_at=at,
    )  # fmt: skip
    for number in range(SECONDS // 4):
        Cue.objects.create(
            transcript=approved, number=number, start_ms=number * 4000, end_ms=number * 4000 + 3900, text=WORDS
        )
    CaptionTrack.objects.create(
        video=video, language="zh", label="中文", transcript=approved, published_at=at,
        vtt="WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n" + WORDS + "\n",
    )  # fmt: skip
    load_outline(org=org)
    LessonPage.objects.filter(kind="video").update(video=video, org=org)
    Page.objects.filter(pk__in=LessonPage.objects.values("pk")).update(live=True)
    Site.objects.update(hostname="localhost")
    for course in CoursePage.objects.live():
        write_outline(course, at)
    track = CataloguePage.objects.live().order_by("path").first()
    course = CoursePage.objects.child_of(track).live().order_by("path").first()
    lesson, quiz = LessonPage.objects.child_of(course).filter(kind="video").order_by("path")[:2]
    LessonPage.objects.filter(pk=quiz.pk).update(quiz=quiz_of(org), completion_rule=CompletionRule.QUIZ)
    open_session(learner, lesson, at=at)
    pages = {"home": "/", "track": track.get_url(), "course": course.get_url(), "lesson": lesson.get_url()}
    return {
        **pages,
        "sign-in": "/account/sign-in/",
        "not found": "/no-such-page/",
        "quiz": f"/learn/lessons/{quiz.pk}/quiz/",
        "my learning": "/learn/",
        "session": signed_in(learner).cookies[settings.SESSION_COOKIE_NAME].value,
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(fill()))
