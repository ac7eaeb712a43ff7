"""How much longer the whole pipeline takes than the same ffmpeg arguments by hand (aim: at most 1.1)."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import django

ROUNDS = 3


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))
    finally:
        teardown_databases(old, verbosity=0)


def measure(folder: Path) -> None:
    """By turns, so that whatever else the machine does meets both alike."""
    from django.conf import settings

    from media.backends.limits import limits
    from media.backends.probe import probe
    from media.backends.transcode.ffmpeg import arguments
    from media.backends.transcode.plan import rungs_of
    from media.domain.transcoding import transcode
    from tests.factories.media import make_film, received_video

    settings.MEDIA_ROOT = folder / "files"
    settings.MEDIA_NICENESS = 0
    film = make_film(folder / "film.mp4", size="1280x720", seconds=60)
    found = probe(film, limits=limits())
    by_hand, whole = [], []
    for number in range(ROUNDS):
        hand = folder / f"hand-{number}"
        (hand / "stream").mkdir(parents=True)
        rungs = rungs_of(found.picture) if found.picture else []
        command = arguments(film, hand, found, rungs, label=None, limits=limits())
        begun = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        by_hand.append(time.monotonic() - begun)
        video = received_video(film)
        begun = time.monotonic()
        transcode(video.pk)
        whole.append(time.monotonic() - begun)
        video.refresh_from_db()
        if video.decoded_seconds != 60:
            raise RuntimeError(f"the pipeline did not succeed: {video.failure_code} {video.failure_detail}")
    figure("media_pipeline_seconds", statistics.median(whole), "s per minute of 720p")
    figure("media_pipeline_over_ffmpeg_by_hand", statistics.median(whole) / statistics.median(by_hand), "ratio")


def figure(name: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
