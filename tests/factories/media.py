"""Recordings for tests: received ones with a real file, and the films that ffmpeg makes for them."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from lms.people.models import Org
from media.domain.receiving import receive_video
from media.models import Video
from tests.factories.people import OrgFactory

SAMPLES = Path(__file__).parent.parent / "media" / "samples"
RECEIVED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)


def received_video(path: Path, org: Org | None = None, **fields: Any) -> Video:
    """A recording as an upload leaves it."""
    given = {"title": "测试录像", "by": None, "language": "zh", "at": RECEIVED_AT, **fields}
    return receive_video(path, org=org or OrgFactory(), **given)


def make_film(path: Path, *arguments: str, size: str = "640x480", seconds: float = 3, rate: int = 25) -> Path:
    """A moving test picture with a tone; further arguments go before the output."""
    picture = f"testsrc2=size={size}:rate={rate}:duration={seconds}"
    sound = f"sine=frequency=440:duration={seconds}"
    return ffmpeg(
        "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound,
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", *arguments, path=path,
    )  # fmt: skip


def ffmpeg(*arguments: str, path: Path) -> Path:
    """Run ffmpeg for a test's own file."""
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, f"file:{path}"], check=True)
    return path
