"""OpenAI's Whisper, run in this process.

Nothing of it is imported before the first recognition: the web process needs neither torch nor a model.
"""

import fcntl
import os
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import exp
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np

from media.enums import FailureCode

from .base import SAMPLE_RATE, CueDraft, Progress, TranscribeFailed
from .doubts import flags_of
from .reading import split_for_reading
from .silence import without_long_silences

# Whisper's own thresholds: a window less probable or more repetitive than this is decoded again, more freely.
# Its last two steps (0.8, 1.0) are left out: what they bring is guesswork that a reviewer would have to delete.
TEMPERATURES = (0.0, 0.2, 0.4, 0.6)
REPETITIVE = 2.4
# Below this peak (-60 dB) nobody hears anything, and Whisper is known to invent text for it.
AUDIBLE = 0.001
# Recognised in stretches, cut at the quietest moment of the last minute: Whisper's spectrogram of three hours would
# take 3 GB, of twenty minutes 0.3 GB.
STRETCH_SECONDS = 20 * 60
CUT_SECONDS = 60
DOWNLOAD_SILENCE_SECONDS = 60


class WhisperTranscriber:
    """One model, loaded at the first recognition and kept; recognitions of one process take turns."""

    def __init__(self, model: str, *, root: Path, threads: int) -> None:
        self.name = model
        self.root = root
        self.threads = threads
        self._model: Any = None
        self._turn = threading.Lock()

    def __str__(self) -> str:
        return f"whisper {Path(self.name).name}"

    def transcribe(self, audio: np.ndarray, *, language: str, on_progress: Progress) -> list[CueDraft]:
        """Cues with times and confidence.

        The confidence of a cue is Whisper's mean probability per token of the window in which it lies,
        exp(avg_logprob), times the probability that there is speech at all, and lowered in proportion when the text
        of the window repeats itself (compression ratio above 2.4). Cues of one window therefore share it.
        """
        if audio.size == 0 or max(audio.max(), -audio.min()) < AUDIBLE:
            return []
        with self._turn:
            model = self._loaded(on_progress)
            heard = without_long_silences(audio)
            cues: list[CueDraft] = []
            for start, end in stretches(heard.audio):
                tell = partial(_tell_of_whole, on_progress, start / heard.audio.size, (end - start) / heard.audio.size)
                segments = self._segments(model, heard.audio[start:end], language, tell)
                cues += _cues(segments, heard.audio[start:end], offset_ms=start * 1000 // SAMPLE_RATE)
        on_progress(1.0)
        return in_order(replace(cue, **heard.place(cue.start_ms, cue.end_ms)) for cue in cues)

    def _loaded(self, on_progress: Progress) -> Any:
        if self._model is None:
            self._model = _load(self.name, self.root, self.threads, on_progress)
        return self._model

    @staticmethod
    def _segments(model: Any, audio: np.ndarray, language: str, on_progress: Progress) -> list[dict[str, Any]]:
        import torch

        # The freer steps draw at random; with the same seed the same recording gives the same draft.
        torch.manual_seed(0)
        with _window_position(model, on_progress):
            result = model.transcribe(
                audio,
                language=language,
                temperature=TEMPERATURES,
                condition_on_previous_text=False,
                fp16=model.device.type == "cuda",
            )
        return [segment for segment in result["segments"] if segment["text"].strip()]


def _tell_of_whole(on_progress: Progress, done: float, share: float, part: float) -> None:
    """Progress within one stretch as progress of the whole recording."""
    on_progress(done + share * part)


def stretches(audio: np.ndarray) -> list[tuple[int, int]]:
    """The samples in stretches of at most twenty minutes, as (start, end), cut where it is quietest."""
    bounds, longest, last, step = [0], STRETCH_SECONDS * SAMPLE_RATE, CUT_SECONDS * SAMPLE_RATE, SAMPLE_RATE // 10
    while audio.size - bounds[-1] > longest:
        end = bounds[-1] + longest
        tenths = np.abs(audio[end - last : end]).reshape(-1, step)
        half_seconds = np.convolve(tenths.mean(axis=1), np.ones(5), mode="valid")
        bounds.append(end - last + (int(half_seconds.argmin()) + 2) * step + step // 2)
    return list(zip(bounds, [*bounds[1:], audio.size], strict=True))


def _cues(segments: list[dict[str, Any]], audio: np.ndarray, *, offset_ms: int) -> list[CueDraft]:
    """Segments of one stretch as readable cues with confidence and flags."""
    cues: list[CueDraft] = []
    before = ""
    for segment in segments:
        start, end = round(segment["start"] * 1000), round(segment["end"] * 1000)
        text = segment["text"].strip()
        loudness = loudness_db(audio[start * SAMPLE_RATE // 1000 : end * SAMPLE_RATE // 1000])
        flags = flags_of(text, end - start, loudness_db=loudness, same_as_before=text == before)
        cues += [
            CueDraft(offset_ms + a, offset_ms + b, part, _confidence(segment), flags)
            for a, b, part in split_for_reading(start, end, text)
        ]
        before = text
    return cues


def in_order(cues: Iterable[CueDraft]) -> list[CueDraft]:
    """Cues of which each begins when the one before has ended."""
    ordered: list[CueDraft] = []
    for cue in cues:
        start = max(cue.start_ms, ordered[-1].end_ms if ordered else 0)
        ordered.append(replace(cue, start_ms=start, end_ms=max(cue.end_ms, start + 1)))
    return ordered


def _confidence(segment: dict[str, Any]) -> float:
    confidence = exp(min(0.0, segment["avg_logprob"])) * (1.0 - segment["no_speech_prob"])
    return round(confidence * min(1.0, REPETITIVE / max(segment["compression_ratio"], 0.01)), 3)


def loudness_db(audio: np.ndarray) -> float:
    """The loudest fifth of a second, in decibels below full scale."""
    step = SAMPLE_RATE // 5
    power = max(float(np.mean(np.square(audio[at : at + step]))) for at in range(0, max(1, audio.size), step))
    return 10 * float(np.log10(max(power, 1e-12)))


def _load(name: str, root: Path, threads: int, on_progress: Progress) -> Any:
    """The model by its official name, fetched by Whisper itself into `root`, or from a path to a `.pt`."""
    # Read when torch is first loaded. Threads that spin long while they wait for each other made recognition six
    # times slower on two cores that had other work to do; threads that never spin, a sixth slower on idle ones.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    try:
        import torch
        import whisper
    except ImportError as error:
        raise _no_model(f"The speech packages are not installed: {error}.") from error
    if name not in whisper.available_models() and not Path(name).is_file():
        raise _no_model(f"No model {name!r}: neither an official name nor a file.")
    torch.set_num_threads(threads)
    root.mkdir(parents=True, exist_ok=True)
    try:
        with (root / "loading.lock").open("w") as lock, _download_progress(whisper, on_progress):
            fcntl.flock(lock, fcntl.LOCK_EX)  # two workers must not write one download
            return whisper.load_model(name, download_root=str(root))
    except OSError as error:
        raise _no_model(f"Model {name} could not be fetched: {error}.") from error
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, UnpicklingError) as error:
        raise _no_model(f"Model {name} cannot be loaded: {error}.") from error


def _no_model(detail: str) -> TranscribeFailed:
    """Everything here can be put right by somebody, so it may be tried again."""
    return TranscribeFailed(FailureCode.MODEL_MISSING, detail, permanent=False)


@contextmanager
def _download_progress(whisper: Any, on_progress: Progress) -> Iterator[None]:
    """Whisper's own download bar goes on showing in the terminal, and beats the heart of the task."""
    bar = whisper.tqdm

    class Bar(bar):  # type: ignore[misc, valid-type]
        def update(self, n: float | None = 1) -> bool | None:
            on_progress(0.0)
            return super().update(n)

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_SILENCE_SECONDS)
    whisper.tqdm = Bar
    try:
        yield
    finally:
        whisper.tqdm = bar
        socket.setdefaulttimeout(patience)


@contextmanager
def _window_position(model: Any, on_progress: Progress) -> Iterator[None]:
    """Tell where Whisper is, by its own window: it moves a progress bar and asks `model.decode` for each window."""
    module = sys.modules["whisper.transcribe"]
    tqdm_module, decode = module.tqdm, model.decode
    bar: Any = None

    class Position(tqdm_module.tqdm):  # type: ignore[name-defined]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            nonlocal bar
            bar = self
            self.frames, self.moved = 0, True
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            self.frames, self.moved = self.frames + int(n or 0), True
            on_progress(min(1.0, self.frames / max(1, self.total)))
            return None

        def beat(self, first_try: bool) -> None:
            if first_try and not self.moved:
                self.frames += 3000  # Whisper skipped a window without speech, and does not tell its bar
            self.moved = self.moved and not first_try
            on_progress(min(1.0, self.frames / max(1, self.total)))

    def watched_decode(mel: Any, options: Any) -> Any:
        bar.beat(options.temperature == TEMPERATURES[0])
        return decode(mel, options)

    module.tqdm = type("tqdm", (), {"tqdm": Position})  # type: ignore[attr-defined]
    model.decode = watched_decode
    try:
        yield
    finally:
        module.tqdm = tqdm_module  # type: ignore[attr-defined]
        del model.decode
