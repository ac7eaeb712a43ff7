"""Whisper by faster-whisper and CTranslate2, whose numbers are whole ones of eight bits: the same model, much faster.

Nothing of it is imported before the first recognition. Needs no torch, unless a `.pt` is to be converted.
"""

import fcntl
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .aligning import starts_along, words_at
from .base import SAMPLE_RATE, no_model
from .engine import Decoded, Heard, Segment, cut_at_times, is_lost, tries
from .prompting import prompt_tokens

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# How often somebody who waits for the engine shows that it lives, and looks whether it is still wanted.
_BEAT_SECONDS = 0.5


class FasterWhisperEngine:
    """One model, loaded at the first recognition and kept.

    The engine cannot be interrupted, so it works in a thread of its own: who asked goes on at once when its heartbeat
    says so, and the window in progress is finished for nobody.
    """

    def __init__(self, model: str, *, root: Path, threads: int) -> None:
        self.name = f"faster-whisper {Path(model).name}"
        self.model_name = model
        self.root = root
        self.threads = threads
        self._model: Any = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="faster-whisper")

    def load(self, on_beat: Callable[[], None]) -> None:
        if self._model is None:
            self._model = self._run(on_beat, _load, self.model_name, self.root, self.threads)

    def hear(
        self, sounds: Sequence[np.ndarray], *, language: str, terms: Sequence[str], on_beat: Callable[[], None]
    ) -> list[Heard]:
        return self._run(on_beat, self._hear, sounds, language, terms)

    def _run(self, on_beat: Callable[[], None], work: Callable[..., Result], *arguments: Any) -> Result:
        result: Future[Result] = self._worker.submit(work, *arguments)
        try:
            while wait([result], timeout=_BEAT_SECONDS).not_done:
                on_beat()
        except BaseException:
            result.cancel()
            raise
        on_beat()
        return result.result()

    def _hear(self, sounds: Sequence[np.ndarray], language: str, terms: Sequence[str]) -> list[Heard]:
        from faster_whisper.audio import pad_or_trim
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        mels = [model.feature_extractor(sound)[..., :-1] for sound in sounds]
        padded = np.stack([pad_or_trim(mel) for mel in mels])
        features = model.encode(padded)
        every = self._decoded(padded, features, prompt_tokens(terms, language, tokenizer.encode), tokenizer)
        first_time = tokenizer.timestamp_begin
        found, lost = [], []
        for decoded, sound in zip(every, sounds, strict=True):
            tokens = [] if decoded.is_silence else decoded.tokens
            length_ms = sound.size * 1000 // SAMPLE_RATE
            found.append(cut_at_times(tokens, first_time=first_time, length_ms=length_ms))
            lost.append(is_lost(tokens, first_time=first_time, length_ms=length_ms))
        texts = [[token for _start, _end, tokens in pieces for token in tokens] for pieces, _until in found]
        spoken = [at for at, text in enumerate(texts) if text]
        if not spoken:
            return [Heard([], until_ms) for _pieces, until_ms in found]
        if len(spoken) < len(sounds):
            features = model.encode(padded[spoken])
        aligned = model.model.align(
            features,
            tokenizer.sot_sequence,
            [texts[at] for at in spoken],
            [mels[at].shape[-1] for at in spoken],
            median_filter_width=7,
        )
        segments: list[list[Segment]] = [[] for _sound in sounds]
        for at, seen in zip(spoken, aligned, strict=True):
            segments[at] = _segments(found[at][0], seen, every[at].confidence, tokenizer)
        return [
            Heard(said, until_ms, astray)
            for said, (_pieces, until_ms), astray in zip(segments, found, lost, strict=True)
        ]

    def _decoded(self, padded: np.ndarray, features: Any, prompt: list[int], tokenizer: Any) -> list[Decoded]:
        """Of each window the first try that is good enough, else the last."""
        import ctranslate2
        from faster_whisper.transcribe import get_suppressed_tokens

        ctranslate2.set_random_seed(0)  # the same recording gives the same draft
        best: dict[int, Decoded] = {}
        left = list(range(len(padded)))
        for temperature, told in tries(prompt):
            results = self._model.model.generate(
                features if len(left) == len(padded) else self._model.encode(padded[left]),
                [self._model.get_prompt(tokenizer, told)] * len(left),
                beam_size=1,
                sampling_topk=0 if temperature else 1,
                sampling_temperature=temperature or 1.0,
                max_length=self._model.max_length,
                return_scores=True,
                return_no_speech_prob=True,
                suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
                max_initial_timestamp_index=50,
            )
            for at, result in zip(left, results, strict=True):
                tokens = result.sequences_ids[0]
                logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
                best[at] = Decoded(tokens, logprob, result.no_speech_prob, tokenizer.decode(tokens).strip())
            left = [at for at in left if not best[at].is_good]
            if not left:
                break
        return [best[at] for at in range(len(padded))]


def _segments(
    pieces: Sequence[tuple[int, int, list[int]]], aligned: Any, confidence: float, tokenizer: Any
) -> list[Segment]:
    """The segments of a window with their words, from where the decoder looked."""
    rows, columns = np.array(aligned.alignments).T
    starts = starts_along(rows, columns)
    segments, at = [], 0
    for start, end, tokens in pieces:
        chances = aligned.text_token_probs[at : at + len(tokens)]
        words = words_at(starts[at : at + len(tokens) + 1], tokens, chances, tokenizer.split_to_word_tokens)
        segments.append(Segment(start, end, tokenizer.decode(tokens), confidence, tuple(words)))
        at += len(tokens)
    return segments


def _load(name: str, root: Path, threads: int) -> Any:
    """The model by its official name, from a folder that CTranslate2 reads, or from a `.pt`, converted once."""
    try:
        import faster_whisper
    except ImportError as error:
        raise no_model(f"The packages of faster-whisper are not installed: {error}.") from error
    path = Path(name)
    if not path.exists() and name not in faster_whisper.available_models():
        raise no_model(f"No model {name!r}: neither an official name nor a file or folder.")
    root.mkdir(parents=True, exist_ok=True)
    with (root / "loading.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers must not write one model
        if path.is_file():
            from .converting import converted

            path = converted(path, root)
        try:
            folder = path if path.is_dir() else faster_whisper.download_model(name, cache_dir=str(root))
        except (OSError, RuntimeError, ValueError) as error:
            raise no_model(f"Model {name} could not be fetched: {error}.") from error
    if not (Path(folder) / "tokenizer.json").is_file():
        raise no_model(f"Model {name} is not whole: its folder has no tokenizer.json.")
    try:
        return _opened(str(folder), threads)
    except Exception as error:  # its readers raise whatever they meet in a damaged file
        raise no_model(f"Model {name} cannot be loaded: {error}.") from error


def _opened(folder: str, threads: int) -> Any:
    """On the graphics card where there is one that works, else on the processor.

    CTranslate2 looks for the libraries of a card only when it first computes there, so a second of silence is heard
    first: with libraries that are missing or of another CUDA, the model loads and then every recognition fails.
    """
    import ctranslate2
    from faster_whisper import WhisperModel

    if ctranslate2.get_cuda_device_count():
        try:
            model = WhisperModel(folder, device="cuda", compute_type="int8")
            model.encode(model.feature_extractor(np.zeros(SAMPLE_RATE, dtype=np.float32)))
        except RuntimeError as error:
            logger.warning("The graphics card cannot be used, so the processor recognises: %s", error)
        else:
            return model
    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
