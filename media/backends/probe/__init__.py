"""What is in a file, found by opening it and decoding a frame of each kind, in a process of its own under limits.

A header is only believed where nothing depends on it: its length serves the progress bar.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.backends import stopping
from media.backends.errors import ToolFailed
from media.backends.guard import guarded
from media.backends.limits import Limits

# Containers in which recordings come. Playlists, lists of files and stills are not among them.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,"
    "ogg,wav,w64,mp3,aac,amr,flac,aiff,caf,au,ac3,rm,dv,mxf"
)
PROTOCOLS = "file"
PROBE_SECONDS = 60
_STOPPED_FROM_OUTSIDE = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
# Smaller than this, a picture is a tracking dot or a mistake, and x264 refuses it.
SMALLEST_SIDE = 16
# What a sound may begin behind the picture unnoticed.
LATE_SECONDS = 0.05


# How bright a code value is, by its number in ISO/IEC 23091-2: the two kinds of high dynamic range.
_HDR = {16: "smpte2084", 18: "arib-std-b67"}


@dataclass(frozen=True)
class Picture:
    """The picture stream to use; width and height as a person sees them: upright, with square pixels."""

    index: int
    width: int
    height: int
    frame_rate: Fraction | None
    # The transfer curve of a high dynamic range, as zscale names it, or None.
    hdr: str | None = None
    # How many have to be decoded for each frame.
    decoded_pixels: int = 0

    @property
    def pixels_per_second(self) -> float:
        """What decoding costs; rates that no camera has are not believed."""
        return float(self.decoded_pixels * min(self.frame_rate or 30, 120))


@dataclass(frozen=True)
class Sound:
    index: int
    # It begins after the picture.
    begins_late: bool = False


@dataclass(frozen=True)
class Subtitles:
    """Captions that came as text inside the file; the language as the file names it, often not at all."""

    index: int
    language: str
    # SubRip is kept as it is: older Chinese programs write it in GB 18030, which ffmpeg refuses.
    is_subrip: bool = False


@dataclass(frozen=True)
class Probe:
    stated_seconds: float | None
    picture: Picture | None
    sound: Sound | None
    subtitles: tuple[Subtitles, ...] = ()


def probe(path: Path, *, limits: Limits) -> Probe:
    """What can be played in the file. Raises ToolFailed with a FailureCode."""
    reader = [sys.executable, "-I", str(Path(__file__).with_name("reader.py")), FORMATS, PROTOCOLS, f"file:{path}"]
    command = guarded(reader, memory_mb=limits.memory_mb, cpu_seconds=PROBE_SECONDS, niceness=limits.niceness)
    try:
        done = subprocess.run(  # noqa: S603  (own reader, no shell)
            command,
            capture_output=True,
            timeout=PROBE_SECONDS,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.defpath, "READER_MAX_PIXELS": str(limits.pixels)},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolFailed("unreadable", f"Probing took over {PROBE_SECONDS} s.", permanent=True) from error
    if done.returncode:
        detail = done.stderr.decode(errors="replace")[-2000:]
        if done.returncode in _STOPPED_FROM_OUTSIDE:
            # Whoever stops the worker may stop its whole group: that says nothing about the file.
            stopping.check()
            raise ToolFailed("unexpected", f"The reader was stopped by signal {-done.returncode}.", permanent=False)
        if done.returncode < 0 or "MemoryError" in detail or "Cannot allocate memory" in detail:
            raise ToolFailed("unreadable", f"The reader ended with {done.returncode}: {detail}", permanent=True)
        raise ToolFailed("not_media", detail, permanent=True)
    found = json.loads(done.stdout)
    if found.get("error"):
        raise ToolFailed(found["error"], found["detail"], permanent=True)
    picture, sound = _picture(found["picture"]), found["sound"]
    if picture is None and sound is None:
        code = "unknown_codec" if found["unknown"] else "nothing_playable"
        raise ToolFailed(code, json.dumps(found), permanent=True)
    if picture and picture.decoded_pixels > limits.pixels:
        raise ToolFailed("picture_too_large", json.dumps(found["picture"]), permanent=True)
    return Probe(
        found["stated_seconds"],
        picture,
        Sound(sound["index"], begins_late=sound["late"] > LATE_SECONDS) if sound else None,
        tuple(Subtitles(text["index"], text["language"], text["is_subrip"]) for text in found["subtitles"]),
    )


def _picture(found: dict | None) -> Picture | None:
    """The picture as a person sees it, or None where it is too small to be one."""
    if found is None:
        return None
    numerator, denominator = found["sample_aspect"]
    width, height = found["width"], found["height"]
    if numerator > 0 and denominator > 0:
        width = round(width * numerator / denominator)
    if abs(found["rotation"] % 180 - 90) < 1:  # ffmpeg leaves slanted pictures in their frame
        width, height = height, width
    if min(width, height) < SMALLEST_SIDE or max(width, height) > 100 * min(width, height):
        return None
    rate = found["frame_rate"]
    return Picture(
        found["index"],
        width,
        height,
        Fraction(*rate) if rate else None,
        hdr=_HDR.get(found["transfer"]),
        decoded_pixels=found["pixels"],
    )
