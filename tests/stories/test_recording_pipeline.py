"""A recording goes through a real worker; killed with -9 in the middle, it loses nothing."""

import json
import os
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
from tests.stories.fresh import FreshPlaces

pytestmark = pytest.mark.story
ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
MAKE_ORG = (
    "from tests.factories.people import DivisionFactory, OrgFactory;"
    "print(OrgFactory(division=DivisionFactory(code='900000000000')).code)"
)


class Place:
    """A database and files of their own in a folder, and the worker that is started there."""

    def __init__(self, folder: Path, fresh: FreshPlaces) -> None:
        self.folder = folder
        self.files = folder / "var" / "files"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "TIANJIAN_VAR": str(folder / "var"),
            "WHISPER_MODEL": str(MODEL),
            "TRANSCRIBE_BACKEND": "dummy",
            "MEDIA_SWEEP_SECONDS": "1",
        }
        self.worker: subprocess.Popen[bytes] | None = None
        fresh.copy_to(folder / "var", lambda var: self.manage("migrate", "-v", "0", TIANJIAN_VAR=str(var)))
        self.org = self.shell(MAKE_ORG)

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

    def start_worker(self) -> None:
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "run_media_worker"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

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


@pytest.fixture
def place(tmp_path: Path, fresh_places: FreshPlaces) -> Iterator[Place]:
    place = Place(tmp_path, fresh_places)
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


def test_a_worker_killed_in_the_middle_loses_nothing(place: Place, tmp_path: Path):
    film = make_film(tmp_path / "春 耕.mp4", seconds=100)
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
    assert told == "ready 100 4 -"
    folders = [path for path in (place.files / "recordings").glob("*/*") if path.is_dir()]
    assert len(folders) == 1, "nothing half-done beside what is served"


def test_a_worker_asked_to_stop_gives_the_film_back_at_once(place: Place, tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", seconds=100)
    place.manage("ingest_video", str(film), "--org", place.org)
    place.start_worker()
    place.wait_for(lambda facts: facts[0] == "transcoding", 60)
    begun = time.monotonic()

    code = place.end_worker(signal.SIGTERM)

    assert code == 0
    assert time.monotonic() - begun < 10
    assert place.facts()[0] == "received"
    assert place.facts()[2] == 0, "the attempt does not count"
    assert not list((place.files / ".work").iterdir())
