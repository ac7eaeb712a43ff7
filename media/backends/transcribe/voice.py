"""Where in a recording somebody speaks: Silero's detector, computed with numpy.

The detector is a small network (0.3 million weights) whose weights come with the package `silero-vad`. It is computed
here because both ways that the package offers need a second machine-learning runtime on a worker that recognises with
the other one, and take some ten times as long: they ask the network for each 32 ms, where all but its memory can be
computed for minutes at once. A test holds the answers against the package's own.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from media.enums import FailureCode

from .base import SAMPLE_RATE, TranscribeFailed

# The network answers for each 32 ms and sees the 4 ms before them.
STEP = 512
STEP_MS = 1000 * STEP // SAMPLE_RATE
_BEFORE = 64
# Computed two minutes at a time, so that three hours need no more memory.
_BATCH = 4096

# Recall first: a word that is lost costs more than a second of noise that is recognised. Speech begins where the
# detector is this sure, and goes on until it has been less sure than the second for as long as a pause.
BEGINS_AT, ENDS_BELOW = 0.35, 0.2
PAUSE_MS = 500
SHORTEST_MS = 130
# Added on both sides: a word begins and ends softer than the detector hears.
EDGE_MS = 400
# What is left between two edges is not worth a cut.
JOINED_MS = 200

# Speech at this loudness (RMS of the loudest hundredth, in decibels below full scale) is what the detector was made
# for; a recording that is quieter is amplified for it, up to the gain.
_USUAL_DB, _MOST_GAIN_DB = -18.0, 36.0


@dataclass(frozen=True)
class Speech:
    """Stretches of a recording in which somebody speaks, in ms, in order and apart, and how long the whole is."""

    spans: tuple[tuple[int, int], ...]
    length_ms: int

    def within(self, start_ms: int, end_ms: int) -> int:
        """How many milliseconds of this part lie in speech."""
        return sum(max(0, min(end, end_ms) - max(start, start_ms)) for start, end in self.spans)


def find_speech(audio: np.ndarray, *, on_beat: Callable[[], None] = lambda: None) -> Speech:
    """Speech in mono samples at 16 kHz, with its edges. `on_beat` is called every two minutes of sound."""
    sure = probabilities(audio * _gain(audio), on_beat=on_beat)
    return Speech(tuple(_spans(sure, audio.size * 1000 // SAMPLE_RATE)), audio.size * 1000 // SAMPLE_RATE)


def _gain(audio: np.ndarray) -> np.float32:
    """What brings a quiet recording to usual loudness; a loud one stays."""
    frames = audio[: audio.size // STEP * STEP].reshape(-1, STEP)
    if not frames.size:
        return np.float32(1)
    loud = float(np.percentile(np.einsum("ij,ij->i", frames, frames) / STEP, 99))
    gain_db = _USUAL_DB - 10 * float(np.log10(max(loud, 1e-12)))
    return np.float32(10 ** (min(max(gain_db, 0.0), _MOST_GAIN_DB) / 20))


def _spans(sure: np.ndarray, length_ms: int) -> list[tuple[int, int]]:
    """From the answers to stretches of speech, by two thresholds and a pause."""
    spans: list[list[int]] = []
    begin, last = -1, -1
    for at, probability in enumerate(sure):
        if probability >= BEGINS_AT and begin < 0:
            begin = at
        if begin >= 0 and probability >= ENDS_BELOW:
            last = at + 1
        if begin >= 0 and (at + 1 - last) * STEP_MS >= PAUSE_MS:
            spans.append([begin, last])
            begin = -1
    if begin >= 0:
        spans.append([begin, last])
    padded: list[tuple[int, int]] = []
    for first, after in spans:
        if (after - first) * STEP_MS < SHORTEST_MS:
            continue
        start, end = max(0, first * STEP_MS - EDGE_MS), min(length_ms, after * STEP_MS + EDGE_MS)
        if padded and start - padded[-1][1] < JOINED_MS:
            start = padded.pop()[0]
        padded.append((start, end))
    return padded


def probabilities(
    audio: np.ndarray, *, on_beat: Callable[[], None] = lambda: None, network: "Network | None" = None
) -> np.ndarray:
    """How sure the detector is of speech, for each 32 ms of the sound."""
    steps = -(-audio.size // STEP)
    sound = np.zeros(_BEFORE + steps * STEP, dtype=np.float32)
    sound[_BEFORE : _BEFORE + audio.size] = audio
    windows = np.lib.stride_tricks.sliding_window_view(sound, _BEFORE + STEP)[::STEP] if steps else sound[:0, None]
    network = network or _network()
    hidden = cell = np.zeros(network.size, dtype=np.float32)
    answers = np.empty(steps, dtype=np.float32)
    for first in range(0, steps, _BATCH):
        on_beat()
        gates = network.gates(windows[first : first + _BATCH])
        for at, gate in enumerate(gates, start=first):
            hidden, cell, answers[at] = network.remember(gate, hidden, cell)
    return answers


class Network:
    """Short-time spectrum, four convolutions, one memory cell, one answer."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.spectrum = weights["stft_conv.weight"][:, 0].T.copy()
        self.layers = [(weights[f"conv{n}.weight"], weights[f"conv{n}.bias"]) for n in (1, 2, 3, 4)]
        self.input = weights["lstm_cell.weight_ih"].T.copy()
        self.memory = weights["lstm_cell.weight_hh"]
        self.bias = weights["lstm_cell.bias_ih"] + weights["lstm_cell.bias_hh"]
        self.answer, self.answer_bias = weights["final_conv.weight"][0, :, 0], weights["final_conv.bias"][0]
        self.size = self.memory.shape[1]

    def gates(self, windows: np.ndarray) -> np.ndarray:
        """What the memory cell is given for each window: all of the network that remembers nothing."""
        padded = np.pad(windows, ((0, 0), (0, 64)), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, 256, axis=1)[:, ::128]
        both = _times(np.ascontiguousarray(frames), self.spectrum)
        half = both.shape[-1] // 2
        seen = np.hypot(both[..., :half], both[..., half:])
        for (weight, bias), stride in zip(self.layers, (1, 2, 2, 1), strict=True):
            seen = np.maximum(_convolve(seen, weight, stride) + bias, 0)
        return seen[:, 0] @ self.input + self.bias

    def remember(self, gate: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """One step of the memory cell: its new state, and how sure it is of speech."""
        enter, forget, new, leave = (gate + self.memory @ hidden).reshape(4, -1)
        cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(new)
        hidden = _sigmoid(leave) * np.tanh(cell)
        return hidden, cell, float(_sigmoid(np.maximum(hidden, 0) @ self.answer + self.answer_bias))


def _convolve(seen: np.ndarray, weight: np.ndarray, stride: int) -> np.ndarray:
    """A convolution of width three over (window, time, channel), with one zero at each end."""
    windows, times, channels = seen.shape
    count = (times - 1) // stride + 1
    beside = np.zeros((windows, count, 3, channels), dtype=seen.dtype)  # before, at and after each time
    beside[:, 1:, 0] = seen[:, stride - 1 :: stride][:, : count - 1]
    beside[:, :, 1] = seen[:, ::stride]
    after = seen[:, 1::stride]
    beside[:, : after.shape[1], 2] = after
    return _times(beside.reshape(windows, count, -1), weight.transpose(2, 1, 0).reshape(3 * channels, -1))


def _times(seen: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(window, time, channel) times a matrix, as one product: many small ones take six times as long."""
    windows, times, channels = seen.shape
    return (seen.reshape(windows * times, channels) @ weight).reshape(windows, times, -1)


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * value)


@cache
def _network() -> Network:
    """Read from the package, without importing it: that would load torch."""
    package = find_spec("silero_vad")
    if package is None or not package.submodule_search_locations:
        raise TranscribeFailed(
            FailureCode.MODEL_MISSING, "The speech packages are not installed: no silero_vad.", permanent=False
        )
    file = Path(package.submodule_search_locations[0]) / "data" / "silero_vad_16k.safetensors"
    try:
        return Network(_weights(file.read_bytes()))
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise TranscribeFailed(
            FailureCode.MODEL_MISSING, f"The speech detector cannot be loaded: {error!r}.", permanent=False
        ) from error


def _weights(data: bytes) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file: the length of a JSON table, the table, the numbers."""
    (length,) = struct.unpack("<Q", data[:8])
    table = json.loads(data[8 : 8 + length])
    table.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[8 + length :][slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in table.items()
    }
