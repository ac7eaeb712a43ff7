"""Whether the waiting times that are told come true: what was said over what it became (aim: 0.7 to 1.4).

A few recordings teach the server its speed; then several are received at once, each is told its wait, and one worker
works them off.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LEARNT_FROM = 3
WAITING = 5
SECONDS = 12


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
    worker = subprocess.Popen([sys.executable, "manage.py", "run_media_worker"], stdout=subprocess.DEVNULL)
    try:
        while not videos[0].stage_runs.exists():
            time.sleep(0.02)
        told_at = timezone.now()
        told = waits(at=told_at)
        while videos[-1].stage_runs.filter(end="done").count() < 2:
            time.sleep(0.2)
    finally:
        worker.terminate()
        worker.wait()
    said, became = [], []
    for video in videos[1:]:
        said.append(told[video.pk].seconds or 0)
        became.append((video.stage_runs.order_by("started_at")[0].started_at - told_at).total_seconds())
    figure("media_queue_wait_said_over_became", sum(said) / sum(became), "ratio")
    worst = max((abs(s - b) for s, b in zip(said, became, strict=True)))
    figure("media_queue_wait_worst_error", worst, "s")
    figure("media_queue_wait_became", statistics.mean(became), "s")


def work() -> None:
    subprocess.run([sys.executable, "manage.py", "run_media_worker", "--batch"], check=True, stdout=subprocess.DEVNULL)


def figure(name: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
