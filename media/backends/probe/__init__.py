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


@dataclass(frozen=True)
class Picture:
    """The picture stream to use; width and height as a person sees them: upright, with square pixels."""

    index: int
    width: int
    height: int
    frame_rate: Fraction | None


@dataclass(frozen=True)
class Sound:
    index: int


@dataclass(frozen=True)
class Probe:
    stated_seconds: float | None
    picture: Picture | None
    sound: Sound | None


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
        raise ToolFailed("nothing_playable", json.dumps(found), permanent=True)
    if picture and found["picture"]["pixels"] > limits.pixels:
        raise ToolFailed("picture_too_large", json.dumps(found["picture"]), permanent=True)
    return Probe(found["stated_seconds"], picture, Sound(sound["index"]) if sound else None)


def _picture(found: dict | None) -> Picture | None:
    """The picture as a person sees it, or None where it is too small to be one."""
    if found is None:
        return None
    numerator, denominator = found["sample_aspect"]
    width, height = found["width"], found["height"]
    if numerator > 0 and denominator > 0:
        width = round(width * numerator / denominator)
    if found["rotation"] % 180:
        width, height = height, width
    if min(width, height) < SMALLEST_SIDE or max(width, height) > 100 * min(width, height):
        return None
    rate = found["frame_rate"]
    return Picture(found["index"], width, height, Fraction(*rate) if rate else None)
