"""espeak-ng: plain, but it speaks on every machine, from a package that carries it or as the system's own program.

The package (espeakng-loader) brings version 1.52 with its data. It runs in a process under limits either way: it reads
text that anybody may have written, and its licence (GPL-3.0) is that of a program apart.
"""

import importlib.util
import io
import shutil
import subprocess
import sys
import wave
from functools import cached_property
from pathlib import Path

from media.backends.guard import guarded
from media.backends.limits import Limits

from .base import Sound, SpeakFailed
from .pronouncing import pinyin

# The voice `cmn` of older versions spells characters out in English.
_VOICE = "cmn-latn-pinyin"
_LONGEST_SECONDS = 60
_MEMORY_MB = 1000
_PROGRAM = Path(__file__).with_name("espeak_program.py")


class EspeakVoice:
    """Speaks Standard Chinese at so many words a minute (espeak counts a syllable as a word)."""

    def __init__(self, words_per_minute: int) -> None:
        self.words_per_minute = words_per_minute
        self.name = f"espeak-ng {_VOICE} {words_per_minute}"

    @cached_property
    def _command(self) -> list[str]:
        """What to start; empty where there is nothing."""
        pace = str(self.words_per_minute)
        if importlib.util.find_spec("espeakng_loader"):
            import espeakng_loader

            library, data = espeakng_loader.get_library_path(), Path(espeakng_loader.get_data_path()).parent
            return [sys.executable, "-I", "-S", str(_PROGRAM), library, str(data), _VOICE, pace]
        found = shutil.which("espeak-ng")
        return [found, "-v", _VOICE, "-s", pace, "--stdin", "--stdout"] if found else []

    def why_not(self) -> str:
        if not importlib.util.find_spec("pypinyin"):
            return "The package pypinyin is not installed."
        return "" if self._command else "Neither the package espeakng-loader nor the program espeak-ng is installed."

    def speak(self, sentence: str, *, limits: Limits) -> Sound:
        if lack := self.why_not():
            raise SpeakFailed(lack, permanent=False)
        command = guarded(self._command, memory_mb=_MEMORY_MB, cpu_seconds=_LONGEST_SECONDS, niceness=limits.niceness)
        try:
            done = subprocess.run(  # noqa: S603  (own arguments, no shell)
                command, input=pinyin(sentence).encode(), capture_output=True, timeout=_LONGEST_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeakFailed(f"espeak-ng: {error}", permanent=False) from error
        if done.returncode:
            said = done.stderr[-500:].decode(errors="replace").strip()
            raise SpeakFailed(f"espeak-ng ended with {done.returncode}. {said}", permanent=done.returncode > 0)
        return _read(done.stdout)


def _read(data: bytes) -> Sound:
    """A WAV as written to a pipe: its header cannot know how long it is."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            form = (sound.getnchannels(), sound.getsampwidth())
            rate, samples = sound.getframerate(), sound.readframes(len(data) // 2)
    except (wave.Error, EOFError) as error:
        raise SpeakFailed(f"espeak-ng gave no WAV: {error}.", permanent=True) from error
    if form != (1, 2) or not samples:
        raise SpeakFailed(f"espeak-ng gave nothing to hear: {form}.", permanent=True)
    return Sound(samples[: len(samples) // 2 * 2], rate)
