"""What transcoding costs: time against the same ffmpeg arguments by hand (aim: at most 1.05), and memory by length.

python -m tests.bench.media_pipeline            # the ratio, and 1 and 10 minutes of memory
python -m tests.bench.media_pipeline --long     # 60 minutes as well
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROUNDS = 3


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.MEDIA_ROOT = Path(folder) / "files"
            settings.MEDIA_NICENESS = 0
            by_hand(Path(folder))
            by_length(Path(folder), [1, 10, 60] if "--long" in sys.argv else [1, 10])
    finally:
        teardown_databases(old, verbosity=0)


def by_hand(folder: Path) -> None:
    """By turns, so that whatever else the machine does meets both alike; by hand, the copy is a second command."""
    from media.backends.limits import limits
    from media.backends.probe import probe
    from media.backends.transcode.command import arguments, copy_arguments
    from media.backends.transcode.plan import rungs_of
    from media.domain.transcoding import transcode
    from tests.factories.media import make_film, received_video

    film = make_film(folder / "film.mp4", size="1280x720", seconds=60)
    found = probe(film, limits=limits())
    hands, wholes = [], []
    for number in range(ROUNDS):
        hand = folder / f"hand-{number}"
        (hand / "stream").mkdir(parents=True)
        rungs = rungs_of(found.picture) if found.picture else []
        command = arguments(film, hand, found, rungs, label=None, limits=limits())
        copy = copy_arguments(hand / "stream" / "240p.m3u8", hand / "offline.mp4", label=None, threads=2)
        begun = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(copy, check=True, stdout=subprocess.DEVNULL)
        hands.append(time.monotonic() - begun)
        video = received_video(film)
        begun = time.monotonic()
        transcode(video.pk)
        wholes.append(time.monotonic() - begun)
        video.refresh_from_db()
        if video.decoded_seconds != 60:
            raise RuntimeError(f"the pipeline did not succeed: {video.failure_code} {video.failure_detail}")
    figure("media_pipeline_seconds", statistics.median(wholes), "s per minute of 720p")
    ratio = statistics.median(whole / hand for whole, hand in zip(wholes, hands, strict=True))
    figure("media_pipeline_over_ffmpeg_by_hand", ratio, "ratio")


def by_length(folder: Path, lengths: list[int]) -> None:
    """Processor seconds and the most memory that worker's tools held, for a small picture of so many minutes."""
    from media.domain.transcoding import transcode
    from tests.factories.media import ffmpeg, make_film, received_video

    minute = make_film(folder / "minute.mp4", size="320x240", seconds=60, rate=15)
    for minutes in lengths:
        looped = ["-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy"]
        video = received_video(ffmpeg(*looped, path=folder / f"{minutes}.mp4"))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with watched_memory() as most:
            transcode(video.pk)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        video.refresh_from_db()
        if video.decoded_seconds is None or abs(video.decoded_seconds - minutes * 60) > minutes:
            raise RuntimeError(f"the pipeline did not succeed: {video.failure_code} {video.failure_detail}")
        figure(f"media_pipeline_memory_{minutes}_minutes", most[0] / 1024, "MB of the tools together")
        figure(f"media_pipeline_processor_{minutes}_minutes", spent / minutes, "processor seconds per minute")


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """The most that all children of this process held at one time, in kB, seen ten times a second."""
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], sum(resident(pid) for pid in children()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def children() -> list[int]:
    listed = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
    return [int(pid) for pids in listed for pid in pids]


def resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def figure(name: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
