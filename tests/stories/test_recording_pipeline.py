"""A recording goes through a real worker; killed with -9 in the middle, it loses nothing."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories.media import make_film
from tests.media.hearing import lesson_file, sentences
from tests.stories.fresh import FreshPlaces

pytestmark = [pytest.mark.story, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
FILM_SECONDS = 15
MAKE_ORG = (
    "from tests.factories.people import DivisionFactory, OrgFactory;"
    "print(OrgFactory(division=DivisionFactory(code='900000000000')).code)"
)


class Place:
    """A database and files of their own in a folder, and the worker that is started there."""

    def __init__(self, folder: Path, org: str = "") -> None:
        self.folder = folder
        self.files = folder / "var" / "files"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "TIANJIAN_VAR": str(folder / "var"),
            "WHISPER_MODEL": str(MODEL),
            "TRANSCRIBE_BACKEND": "dummy",
            "MEDIA_SWEEP_SECONDS": "1",
            "MEDIA_LANES": "1",
            "MEDIA_HIGHEST_VARIANT": "240",
        }
        self.worker: subprocess.Popen[bytes] | None = None
        self.org = org

    def manage(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env={**self.environment, **environment}, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def shell(self, program: str) -> str:
        return self.manage("shell", "-v", "0", "-c", program).splitlines()[-1]

    def facts(self) -> tuple[str, int, int]:
        """Status, percent and attempts, read past Django: a film would be done before `manage.py` has started."""
        with closing(sqlite3.connect(self.folder / "var" / "db.sqlite3", timeout=20)) as database:
            row = database.execute("SELECT status, stage_progress, attempts FROM media_video").fetchone()
        return row[0], json.loads(row[1]).get("transcode", {}).get("percent") or 0, row[2]

    def statuses(self) -> dict[str, str]:
        """Of every recording, by its title."""
        with closing(sqlite3.connect(self.folder / "var" / "db.sqlite3", timeout=20)) as database:
            return dict(database.execute("SELECT title, status FROM media_video").fetchall())

    def runs(self) -> list[tuple[str, str, str, int]]:
        """Title, stage, end and count of the runs of workers."""
        question = (
            "SELECT title, stage, end, COUNT(*) FROM media_stagerun run JOIN media_video video ON video.id = video_id "
            "GROUP BY title, stage, end ORDER BY title, stage, end"
        )
        with closing(sqlite3.connect(self.folder / "var" / "db.sqlite3", timeout=20)) as database:
            return database.execute(question).fetchall()

    def wait_until(self, title: str, status: str, seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while self.statuses()[title] != status:
            assert time.monotonic() < deadline, (self.folder / "worker.log").read_text()[-3000:]
            time.sleep(0.1)

    def start_worker(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "run_media_worker", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        return self.worker

    def end_worker(self, how: signal.Signals) -> int:
        assert self.worker
        self.worker.send_signal(how)
        return self.worker.wait(timeout=60)

    def wait_for(self, wanted: Callable[[tuple[str, int, int]], bool], seconds: float) -> tuple[str, int, int]:
        deadline = time.monotonic() + seconds
        while not wanted(facts := self.facts()):
            assert time.monotonic() < deadline, (facts, (self.folder / "worker.log").read_text()[-3000:])
            time.sleep(0.1)
        return facts


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, fresh_places: FreshPlaces) -> Place:
    """What each place begins as: migrated, with one organisation."""
    place = Place(tmp_path_factory.mktemp("empty"))
    fresh_places.copy_to(place.folder / "var", lambda var: place.manage("migrate", "-v", "0", TIANJIAN_VAR=str(var)))
    place.org = place.shell(MAKE_ORG)
    return place


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough to be caught in the middle."""
    return make_film(tmp_path_factory.mktemp("film") / "春 耕.mp4", seconds=FILM_SECONDS)


@pytest.fixture
def place(empty: Place, tmp_path: Path) -> Iterator[Place]:
    shutil.copytree(empty.folder / "var", tmp_path / "var")
    place = Place(tmp_path, empty.org)
    yield place
    if place.worker and place.worker.poll() is None:
        place.worker.kill()
        place.worker.wait()


def tools_at(folder: Path) -> list[int]:
    """Processes that work on files of this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes() and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_a_worker_killed_in_the_middle_loses_nothing(place: Place, film: Path):
    place.manage("ingest_video", str(film), "--title", "春耕", "--org", place.org)
    place.start_worker()
    place.wait_for(lambda facts: facts[0] == "transcoding" and facts[1] > 0, 60)

    place.end_worker(signal.SIGKILL)

    time.sleep(1)
    assert tools_at(place.files) == [], "ffmpeg died with its worker"
    assert place.facts()[0] == "transcoding", "the row still says what was going on"
    place.start_worker()
    place.wait_for(lambda facts: facts[0] in ("ready", "failed"), 240)
    place.end_worker(signal.SIGTERM)
    told = place.shell(
        "from media.models import Video; v = Video.objects.get();"
        "print(v.status, v.decoded_seconds, v.renditions.count(), v.recognition_audio.name or '-')"
    )
    assert told == f"ready {FILM_SECONDS} 3 -"
    folders = [path for path in (place.files / "recordings").glob("*/*") if path.is_dir()]
    assert len(folders) == 1, "nothing half-done beside what is served"


def test_a_worker_asked_to_stop_gives_the_film_back_at_once(place: Place, film: Path):
    place.manage("ingest_video", str(film), "--org", place.org)
    place.start_worker()
    place.wait_for(lambda facts: facts[0] == "transcoding", 60)
    begun = time.monotonic()

    code = place.end_worker(signal.SIGTERM)

    assert code == 0
    assert time.monotonic() - begun < 60, "before the film would have been done"
    assert place.facts()[0] == "received"
    assert place.facts()[2] == 0, "the attempt does not count"
    assert not list((place.files / ".work").iterdir())


def test_a_short_recording_does_not_wait_behind_a_long_one(place: Place, tmp_path: Path):
    place.environment |= {"MEDIA_SHORT_SECONDS": "10", "MEDIA_LANES": "2", "MEDIA_STALL_SECONDS": "900"}
    film = make_film(tmp_path / "long.mp4", size="320x240", seconds=60)
    short = make_film(tmp_path / "short.mp4", size="320x240", seconds=2)
    place.manage("ingest_video", str(film), "--org", place.org)
    place.start_worker()
    place.wait_for(lambda facts: facts[0] == "transcoding" and bool(tools_at(place.files)), 240)
    tools = tools_at(place.files)
    for tool in tools:
        os.kill(tool, signal.SIGSTOP)  # the long one is not done before the short one, however busy the machine is

    place.manage("ingest_video", str(short), "--org", place.org)
    place.wait_until("short", "ready")

    assert place.statuses()[film.stem] == "transcoding"
    for tool in tools:
        os.kill(tool, signal.SIGCONT)
    place.end_worker(signal.SIGKILL)
    time.sleep(1)
    assert tools_at(place.files) == [], "the long lane and its tools died with their worker"


def test_two_workers_on_one_queue_never_do_the_same_work_twice(place: Place, tmp_path: Path):
    place.environment |= {"MEDIA_SHORT_SECONDS": "3", "MEDIA_LANES": "2"}
    films = [make_film(tmp_path / f"{seconds}.mp4", size="320x240", seconds=seconds) for seconds in (1, 2, 3, 6)]
    titles = [film.stem for film in films]
    place.manage("ingest_video", *map(str, films), "--org", place.org)

    workers = [place.start_worker("--batch") for _worker in range(2)]
    ended = [worker.wait(timeout=240) for worker in workers]

    assert ended == [0, 0], (place.folder / "worker.log").read_text()[-3000:]
    # The last ones were taken by whichever worker was still there.
    assert place.statuses() == dict.fromkeys(titles, "ready")
    assert place.runs() == [(title, stage, "done", 1) for title in titles for stage in ("transcode", "transcribe")]
    assert len([path for path in (place.files / "recordings").glob("*/*") if path.is_dir()]) == len(titles)


# Each process receives a recording or works on one, and is killed at a moment of its own.
KILLED = """
import os, signal, sys
from django.db import connections
from django.utils import timezone
from lms.lib.files import DiskStorage
from lms.people.models import Org
from media.domain import receiving, staging, transcoding, transcribing
from media.models import Video

def die(*arguments, **given):
    os.kill(os.getpid(), signal.SIGKILL)

film, org = FILM, Org.objects.get()
moments = {
    "receiving": lambda: setattr(Video.objects, "create", die),
    "moving in": lambda: setattr(DiskStorage, "take_folder", die),
    "moved in": lambda: setattr(staging.Claim, "advance", die),
    "recognising": lambda: setattr(transcribing, "transcriber", die),
    "writing the draft": lambda: setattr(transcribing, "write_machine_draft", die),
}
for moment, arm in moments.items():
    video = None
    if moment != "receiving":
        video = receiving.receive_video(film, title=moment, org=org, by=None, language="zh", at=timezone.now())
    connections.close_all()
    child = os.fork()
    if child == 0:
        if moment in ("recognising", "writing the draft"):
            transcoding.transcode(video.pk)
        arm()
        if video is None:
            receiving.receive_video(film, title=moment, org=org, by=None, language="zh", at=timezone.now())
        transcoding.transcode(video.pk)
        transcribing.transcribe(video.pk)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), moment
print("killed")
"""


def test_kill_at_each_stage_loses_nothing_and_leaves_only_what_can_be_swept(place: Place, tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", size="320x240", seconds=2)
    assert place.shell(KILLED.replace("FILM", repr(str(film)))) == "killed"

    assert place.start_worker("--batch").wait(timeout=240) == 0

    moments = ["moved in", "moving in", "recognising", "writing the draft"]
    assert place.statuses() == dict.fromkeys(moments, "ready")
    lost = [(title, stage) for title, stage, end, _count in place.runs() if end == "lost"]
    assert lost == [
        ("moved in", "transcode"), ("moving in", "transcode"),
        ("recognising", "transcribe"), ("writing the draft", "transcribe"),
    ]  # fmt: skip
    look = (
        "from datetime import timedelta; from django.utils import timezone;"
        "from media.domain.orphans import delete_orphans, orphans; from media.models import Video;"
        "at = timezone.now() + timedelta(days=2); found = orphans(at=at); delete_orphans(found); then = orphans(at=at);"
        "codes = set(Video.objects.values_list('code', flat=True));"
        "print(sorted({file.name.split('/')[1] in codes for file in found.files}),"
        "len(found.folders), len(then.files), len(then.folders))"
    )
    # Of the one that was received without a row, and of the folder that had moved in; two working folders.
    assert place.shell(look) == "[False, True] 2 0 0"
    folders = [path for path in (place.files / "recordings").glob("*/*") if path.is_dir() and any(path.iterdir())]
    assert len(folders) == len(moments)


@pytest.mark.speech
def test_a_worker_killed_while_it_recognises_goes_on_where_it_was(place: Place, tmp_path: Path):
    """Windows of thirty seconds that were heard are not heard again: the second worker only does the rest."""
    place.environment |= {"TRANSCRIBE_BACKEND": "whisper", "MEDIA_THREADS": "1"}
    place.manage("ingest_video", str(lesson_file("phone-video-call")), "--title", "视频通话", "--org", place.org)
    place.start_worker()
    place.wait_for(lambda facts: facts[0] == "transcribing" and stretches(place) >= 1, 240)

    place.end_worker(signal.SIGKILL)

    kept = stretches(place)
    assert 1 <= kept < 3 and place.facts()[0] == "transcribing"
    place.start_worker()
    place.wait_for(lambda facts: facts[0] in ("ready", "failed"), 240)
    place.end_worker(signal.SIGTERM)
    told = place.shell(
        "from media.models import *; v = Video.objects.get();"
        "print(v.status, v.attempts, RecognitionStretch.objects.count(), ''.join(c.text for c in Cue.objects.all()))"
    )
    assert told == f"ready 0 0 {''.join(one.text for one in sentences('phone-video-call'))}"
    assert f"{kept} of 3 windows were recognised before" in (place.folder / "worker.log").read_text()


def stretches(place: Place) -> int:
    with closing(sqlite3.connect(place.folder / "var" / "db.sqlite3", timeout=20)) as database:
        return database.execute("SELECT COUNT(*) FROM media_recognitionstretch").fetchone()[0]
