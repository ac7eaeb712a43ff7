"""The twelve recordings: a title card and a synthetic voice, made into files as a trainer would send them."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from django.core.files import File

from lms.demo.domain.places import DATA
from lms.people.models import Org, Person
from media.domain.captioning import import_captions
from media.domain.receiving import receive_video
from media.models import Video

AI_LABEL = "本课声音由人工智能合成"


class RecordingFailed(Exception):
    """ffmpeg could not make the file; the message is its own."""


@dataclass(frozen=True)
class Recording:
    """One recording of `data/`: `code` is the lesson it belongs to."""

    code: str

    @property
    def facts(self) -> dict[str, Any]:
        """recognised_in_demo, duration in seconds, and the sentences with their true times."""
        return json.loads((DATA / "audio" / f"{self.code}.json").read_text(encoding="utf-8"))

    @property
    def is_recognised(self) -> bool:
        """Whether the small checkpoint knows its sentences; the others bring their captions."""
        return self.facts["recognised_in_demo"]

    def vtt(self) -> str:
        """Its captions as WebVTT, from the true times."""
        lines = ["WEBVTT", ""]
        for sentence in self.facts["sentences"]:
            lines += [f"{_stamp(sentence['start'])} --> {_stamp(sentence['end'])}", sentence["text"], ""]
        return "\n".join(lines)

    def render(self, folder: Path) -> Path:
        """Write the recording as an MP4 into the folder: the card as picture, the voice as sound."""
        path = folder / f"{self.code}.mp4"
        # fmt: off
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-loop", "1", "-framerate", "5",
            "-i", str(DATA / "cards" / f"{self.code}.jpg"), "-i", str(DATA / "audio" / f"{self.code}.m4a"),
            "-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-pix_fmt", "yuv420p",
            "-c:a", "copy", "-shortest", "-metadata", f"comment={AI_LABEL}", str(path),
        ]
        # fmt: on
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own arguments)
        if done.returncode:
            raise RecordingFailed(done.stderr.strip())
        return path


def _stamp(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}.{thousandths:03}"


def all_recordings() -> list[Recording]:
    """Those of the two courses that can be finished in one sitting first, so that they are ready first."""
    codes = sorted(path.stem for path in (DATA / "scripts").glob("*.txt"))
    return [Recording(code) for code in sorted(codes, key=lambda code: (not code.startswith("gov"), code))]


def receive(recording: Recording, *, title: str, org: Org, by: Person, at: datetime) -> Video:
    """Hand the recording to the pipeline, as an upload would; one that brings its captions is not recognised."""
    with tempfile.TemporaryDirectory() as folder, recording.render(Path(folder)).open("rb") as file:
        video = receive_video(
            File(file, name=f"{title}.mp4"),
            title=title,
            org=org,
            by=by,
            language="zh",
            at=at,
            ai_generated=True,
            ai_label=AI_LABEL,
        )
    if not recording.is_recognised:
        import_captions(video, recording.vtt(), language="zh", by=by, at=at)
    return video
