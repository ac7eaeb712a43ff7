"""Whether the waiting times that are told come true: what was said over what it became (aim: 0.7 to 1.4).

A few recordings teach the server its speed; then several are received at once and one worker works them off. Every
second all that wait are told how long; each of these is compared with what it became.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

LEARNT_FROM = 3
WAITING = 5
SECONDS = 12
# A wait shorter than this, in seconds, is none.
WORTH_TELLING = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "TIANJIAN_VAR": str(folder / "var"),
            "TRANSCRIBE_BACKEND": "dummy",
            "LOG_LEVEL": "WARNING",
        }
        os.environ.pop("DATABASE_URL", None)
        (folder / "var").mkdir()
        import django

        django.setup()
        measure(folder)


def measure(folder: Path) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from media.domain.queueing import waits
    from tests.factories.media import make_film, received_video
    from tests.factories.people import OrgFactory

    call_command("migrate", verbosity=0)
    org = OrgFactory()

    def received(number: int) -> Any:
        film = make_film(folder / f"{number}.mp4", size="640x480", seconds=SECONDS)
        return received_video(film, org, title=str(number), at=timezone.now())

    for number in range(LEARNT_FROM):
        received(number)
    work()
    videos = [received(number) for number in range(LEARNT_FROM, LEARNT_FROM + WAITING)]
    told: list[tuple[int, datetime, int]] = []
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "run_media_worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while videos[-1].stage_runs.filter(end="done").count() < 2:
            now = timezone.now()
            told += [(pk, now, wait.seconds) for pk, wait in waits(at=now).items() if wait.seconds is not None]
            time.sleep(1)
    finally:
        worker.terminate()
        worker.wait()
    begun = {video.pk: video.stage_runs.order_by("started_at")[0].started_at for video in videos}
    pairs = [(said, (begun[pk] - at).total_seconds()) for pk, at, said in told if pk in begun]
    pairs = [(said, became) for said, became in pairs if became >= WORTH_TELLING]
    figure("media_queue_wait_said_over_became", statistics.median(said / became for said, became in pairs), "ratio")
    figure("media_queue_wait_error", statistics.median(abs(said - became) for said, became in pairs), "s")
    figure("media_queue_wait_became", statistics.mean(became for _said, became in pairs), "s")


def work() -> None:
    subprocess.run(
        [sys.executable, "manage.py", "run_media_worker", "--batch"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def figure(name: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
