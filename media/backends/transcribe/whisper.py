"""OpenAI's Whisper, run in this process.

Nothing of it is imported before the first recognition: the web process needs neither torch nor a model.
"""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np

from .aligning import cheapest_way, starts_along, words_at
from .base import SAMPLE_RATE, no_model
from .engine import TOKEN_MS, Decoded, Heard, Segment, Word, cut_at_times, is_lost, tries
from .prompting import prompt_tokens

DOWNLOAD_SILENCE_SECONDS = 60


class WhisperEngine:
    """One model, loaded at the first recognition and kept."""

    def __init__(self, model: str, *, root: Path, threads: int) -> None:
        self.name = f"whisper {Path(model).name}"
        self.model_name = model
        self.root = root
        self.threads = threads
        self._model: Any = None

    def load(self, on_beat: Callable[[], None]) -> None:
        if self._model is None:
            self._model = _load(self.model_name, self.root, self.threads, on_beat)

    def hear(
        self, sounds: Sequence[np.ndarray], *, language: str, terms: Sequence[str], on_beat: Callable[[], None]
    ) -> list[Heard]:
        import torch
        import whisper

        model = self._model
        tokenizer = whisper.tokenizer.get_tokenizer(
            model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
        )
        mels = torch.stack([_mel(sound, model.dims.n_mels) for sound in sounds]).to(model.device)
        prompt = prompt_tokens(terms, language, tokenizer.encode)
        with torch.inference_mode():
            with _beating(model, on_beat):
                features = model.encoder(mels)
            decoded = self._decoded(features, language, prompt, on_beat)
            return [
                self._heard(tokenizer, one, views, sound.size * 1000 // SAMPLE_RATE)
                for (one, views), sound in zip(decoded, sounds, strict=True)
            ]

    def _decoded(
        self, features: Any, language: str, prompt: list[int], on_beat: Callable[[], None]
    ) -> list[tuple[Decoded, "_Views"]]:
        """Of each window the first try that is good enough, else the last, and what was seen in it."""
        import torch
        from whisper.decoding import DecodingOptions, DecodingTask

        from .writing import Writing

        # The freer tries draw at random; with the same seed the same recording gives the same draft.
        torch.manual_seed(0)
        best: dict[int, tuple[Decoded, _Views]] = {}
        left = list(range(len(features)))
        for temperature, told in tries(prompt):
            options = DecodingOptions(language=language, temperature=temperature, prompt=told or None, fp16=False)
            task = DecodingTask(self._model, options)
            task.inference = writing = Writing(self._model, features[left], on_beat)
            for row, (at, found) in enumerate(zip(left, task.run(features[left]), strict=True)):
                decoded = Decoded(found.tokens, found.avg_logprob, found.no_speech_prob, found.text)
                best[at] = decoded, _Views(writing.weights(row, found.tokens), writing.chances(row, found.tokens))
            left = [at for at in left if not best[at][0].is_good]
            if not left:
                break
        return [best[at] for at in range(len(features))]

    def _heard(self, tokenizer: Any, decoded: Decoded, views: "_Views", length_ms: int) -> Heard:
        if decoded.is_silence:
            return Heard([])
        tokens = decoded.tokens
        found, until_ms = cut_at_times(tokens, first_time=tokenizer.timestamp_begin, length_ms=length_ms)
        segments = []
        for at, (start, end, text) in zip(_places(tokens, tokenizer.timestamp_begin, found), found, strict=True):
            words = views.words(tokenizer, at, start, end, text)
            segments.append(Segment(start, end, tokenizer.decode(text), decoded.confidence, tuple(words)))
        return Heard(segments, until_ms, is_lost(tokens, first_time=tokenizer.timestamp_begin, length_ms=length_ms))


class _Views:
    """How much each head saw of each moment with each token, (head, token, moment); how probable each token was."""

    def __init__(self, weights: Any, chances: list[float]) -> None:
        self._weights, self._chances = weights, chances

    def words(self, tokenizer: Any, at: int, start_ms: int, end_ms: int, text: list[int]) -> list[Word]:
        """The words of a segment whose text begins at this token, sought between its own times."""
        from whisper.timing import median_filter

        first, after = start_ms // TOKEN_MS, max(end_ms // TOKEN_MS, start_ms // TOKEN_MS + 2)
        seen = self._weights[:, at : at + len(text) + 1, first:after].softmax(dim=-1)
        deviation = seen.std(dim=-2, keepdim=True, unbiased=False)
        seen = (seen - seen.mean(dim=-2, keepdim=True)) / deviation.clamp(min=1e-9)
        rows, columns = cheapest_way(-median_filter(seen, 7).mean(dim=0).cpu().numpy())
        starts = starts_along(rows, columns + first)
        return words_at(starts, text, self._chances[at:], tokenizer.split_to_word_tokens)


def _mel(sound: np.ndarray, mels: int) -> Any:
    """The spectrum of a window, (mels, frames), with nothing after its sound."""
    import whisper

    frames = sound.size // whisper.audio.HOP_LENGTH
    mel = whisper.log_mel_spectrogram(sound, mels, padding=whisper.audio.N_SAMPLES)[:, :frames]
    return whisper.pad_or_trim(mel, whisper.audio.N_FRAMES)


def _places(tokens: list[int], first_time: int, found: list[tuple[int, int, list[int]]]) -> list[int]:
    """Where the text of each segment begins among all tokens."""
    places: list[int] = []
    at = 0
    for _start, _end, text in found:
        while tokens[at] >= first_time or tokens[at : at + len(text)] != text:
            at += 1
            if at >= len(tokens):  # text with a time inside: the first token of it will do
                return [*places, *([0] * (len(found) - len(places)))]
        places.append(at)
        at += len(text)
    return places


def _load(name: str, root: Path, threads: int, on_beat: Callable[[], None]) -> Any:
    """The model by its official name, fetched by Whisper itself into `root`, or from a path to a `.pt`."""
    # Read when torch is first loaded. Threads that spin long while they wait for each other made recognition six
    # times slower on two cores that had other work to do; threads that never spin, a sixth slower on idle ones.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    try:
        import torch
        import whisper
    except ImportError as error:
        raise no_model(f"The speech packages are not installed: {error}.") from error
    if name not in whisper.available_models() and not Path(name).is_file():
        raise no_model(f"No model {name!r}: neither an official name nor a file.")
    torch.set_num_threads(threads)
    root.mkdir(parents=True, exist_ok=True)
    try:
        with (root / "loading.lock").open("w") as lock, _download_progress(whisper, on_beat):
            fcntl.flock(lock, fcntl.LOCK_EX)  # two workers must not write one download
            return whisper.load_model(name, download_root=str(root))
    except OSError as error:
        raise no_model(f"Model {name} could not be fetched: {error}.") from error
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, UnpicklingError) as error:
        raise no_model(f"Model {name} cannot be loaded: {error}.") from error


@contextmanager
def _download_progress(whisper: Any, on_beat: Callable[[], None]) -> Iterator[None]:
    """Whisper's own download bar goes on showing in the terminal, and beats the heart of the task."""
    bar = whisper.tqdm

    class Bar(bar):  # type: ignore[misc, valid-type]
        def update(self, n: float | None = 1) -> bool | None:
            on_beat()
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
def _beating(model: Any, on_beat: Callable[[], None]) -> Iterator[None]:
    """Call on_beat after each layer of the encoder: also a large model stops within seconds."""
    hooks = [block.register_forward_hook(lambda *_args: on_beat()) for block in model.encoder.blocks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
