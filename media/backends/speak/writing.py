"""Spoken sentences as one small file that every phone plays (AAC), with the hidden label of generated content."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from media.backends.guard import guarded
from media.backends.limits import Limits
from media.backends.transcode.base import Label
from media.backends.transcode.command import comment

from .base import Sound, SpeakFailed, Voice
from .sentences import characters, sentences

# Speech of one voice without room or music needs no more.
_KBITS = 24
_RATE = 22_050
_PAUSE_MS = 260
_LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Written:
    """A text as it was spoken: for each sentence when it begins and how many characters it has."""

    cues: tuple[tuple[int, int], ...]
    duration_ms: int


def write(text: str, target: Path, *, voice: Voice, label: Label, limits: Limits) -> Written:
    """Speak the text into a file. Raises SpeakFailed."""
    parts = sentences(text)
    if not parts:
        raise SpeakFailed("There is nothing to say.", permanent=True)
    cues, samples, rate = [], bytearray(), 0
    for part in parts:
        sound = voice.speak(part, limits=limits)
        rate = rate or sound.rate
        cues.append((len(samples) // 2 * 1000 // rate, characters(part)))
        samples += sound.samples + bytes(2 * (rate * _PAUSE_MS // 1000))
    whole = Sound(bytes(samples), rate)
    _encode(whole, target, label=label, limits=limits)
    return Written(tuple(cues), whole.duration_ms)


def _encode(sound: Sound, target: Path, *, label: Label, limits: Limits) -> None:
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
        "-protocol_whitelist", "pipe,file", "-f", "s16le", "-ar", str(sound.rate), "-ac", "1", "-i", "pipe:0",
        "-ar", str(_RATE), "-c:a", "aac", "-b:a", f"{_KBITS}k", "-map_metadata", "-1", "-fflags", "+bitexact",
        "-metadata", f"comment={comment(label)}", "-movflags", "+faststart", "-f", "mp4", str(target),
    ]  # fmt: skip
    run = guarded(command, memory_mb=limits.memory_mb, cpu_seconds=_LONGEST_SECONDS, niceness=limits.niceness)
    try:
        done = subprocess.run(run, input=sound.samples, capture_output=True, timeout=_LONGEST_SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpeakFailed(f"ffmpeg: {error}", permanent=False) from error
    if done.returncode:
        said = done.stderr[-500:].decode(errors="replace").strip()
        raise SpeakFailed(f"ffmpeg ended with {done.returncode}. {said}", permanent=False)
