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
from .engine import TOKEN_MS, Decoded, Heard, Segment, Word, cut_at_times, tries
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

    def hear(self, sound: np.ndarray, *, language: str, terms: Sequence[str], on_beat: Callable[[], None]) -> Heard:
        import torch
        import whisper

        model = self._model
        # The freer tries draw at random; with the same seed the same recording gives the same draft.
        torch.manual_seed(0)
        tokenizer = whisper.tokenizer.get_tokenizer(
            model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
        )
        frames = sound.size // whisper.audio.HOP_LENGTH
        mel = whisper.log_mel_spectrogram(sound, model.dims.n_mels, padding=whisper.audio.N_SAMPLES)[:, :frames]
        mel = whisper.pad_or_trim(mel, whisper.audio.N_FRAMES).to(model.device)
        with torch.no_grad(), _beating(model, on_beat):
            features = model.encoder(mel[None])
            prompt = prompt_tokens(terms, language, tokenizer.encode)
            decoded, tokens = self._decoded(features, language, prompt)
            if decoded.is_silence:
                return Heard([])
            length_ms = sound.size * 1000 // SAMPLE_RATE
            found, until_ms = cut_at_times(tokens, first_time=tokenizer.timestamp_begin, length_ms=length_ms)
            words = self._words(features, tokenizer, tokens, found)
        segments = [
            Segment(start, end, tokenizer.decode(text), decoded.confidence, tuple(said))
            for (start, end, text), said in zip(found, words, strict=True)
        ]
        return Heard(segments, until_ms)

    def _decoded(self, features: Any, language: str, prompt: list[int]) -> tuple[Decoded, list[int]]:
        """The first try that is good enough, else the last."""
        import whisper

        for temperature, told in tries(prompt):
            options = whisper.DecodingOptions(
                language=language, temperature=temperature, prompt=told or None, fp16=features.is_cuda
            )
            result = whisper.decode(self._model, features, options)[0]
            decoded = Decoded(result.tokens, result.avg_logprob, result.no_speech_prob, result.text)
            if decoded.is_good:
                break
        return decoded, result.tokens

    def _words(
        self, features: Any, tokenizer: Any, tokens: list[int], found: list[tuple[int, int, list[int]]]
    ) -> list[list[Word]]:
        """The words of each segment: the decoder writes once more what it wrote, and is watched."""
        import torch
        import whisper

        if not found:
            return []
        model = self._model
        start = list(tokenizer.sot_sequence)
        given = torch.tensor([[*start, *tokens, tokenizer.eot]], device=features.device)
        looks: dict[int, Any] = {}

        def look(layer: int) -> Callable[..., None]:
            return lambda _module, _arguments, outcome: looks.__setitem__(layer, outcome[1])

        hooks = [block.cross_attn.register_forward_hook(look(at)) for at, block in enumerate(model.decoder.blocks)]
        try:
            with whisper.model.disable_sdpa():
                logits = model.decoder(given, features)[0]
        finally:
            for hook in hooks:
                hook.remove()
        chances = logits[len(start) - 1 : -1].float().softmax(dim=-1)
        chosen = chances[torch.arange(len(tokens)), given[0, len(start) : -1]].tolist()
        heads = model.alignment_heads.indices().T.tolist()
        weights = torch.stack([looks[layer][0, head] for layer, head in heads]).float()[:, len(start) :]
        return [
            self._words_of(weights, chosen, tokenizer, at, segment)
            for at, segment in zip(_places(tokens, tokenizer.timestamp_begin, found), found, strict=True)
        ]

    @staticmethod
    def _words_of(
        weights: Any, chosen: list[float], tokenizer: Any, at: int, segment: tuple[int, int, list[int]]
    ) -> list[Word]:
        """The words of one segment, sought between its own times."""
        from whisper.timing import median_filter

        start_ms, end_ms, text = segment
        first, after = start_ms // TOKEN_MS, max(end_ms // TOKEN_MS, start_ms // TOKEN_MS + 2)
        seen = weights[:, at : at + len(text) + 1, first:after].softmax(dim=-1)
        deviation = seen.std(dim=-2, keepdim=True, unbiased=False)
        seen = (seen - seen.mean(dim=-2, keepdim=True)) / deviation.clamp(min=1e-9)
        rows, columns = cheapest_way(-median_filter(seen, 7).mean(dim=0).cpu().numpy())
        starts = starts_along(rows, columns + first)
        return words_at(starts, text, chosen[at:], tokenizer.split_to_word_tokens)


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
    """Call on_beat after each layer of the encoder and each token: also a large model stops within seconds."""
    parts = [*model.encoder.blocks, model.decoder]
    hooks = [part.register_forward_hook(lambda *_args: on_beat()) for part in parts]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
