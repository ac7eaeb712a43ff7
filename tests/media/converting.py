"""What tests of transcoding share: a file sent through it, and what lies in the storage afterwards."""

from pathlib import Path

import av

from media.domain.transcoding import transcode
from media.models import Video
from tests.factories.media import received_video


def converted(path: Path, **fields: object) -> Video:
    video = received_video(path, **fields)
    assert transcode(video.pk)
    video.refresh_from_db()
    return video


def stream_of(video: Video, files: Path) -> Path:
    return files / video.stream_folder


def left_over(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file() and path.name != "source"]


def frame_times(playlist: Path) -> list[float]:
    with av.open(str(playlist)) as opened:
        return [float(frame.time) for frame in opened.decode(video=0)]
