"""The spoken demo lessons, and what was truly said when."""

import json
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from media.backends.transcribe import CueDraft
from media.backends.transcribe.base import SAMPLE_RATE
from media.captions_text import bare

DATA = Path(__file__).resolve().parent.parent / "data"
MODEL = DATA / "whisper-nano" / "whisper-nano.pt"


@dataclass(frozen=True)
class Said:
    """A sentence of a lesson: when it begins and ends, in seconds, and its words."""

    start: float
    end: float
    text: str


def lesson_file(name: str) -> Path:
    return DATA / "audio" / f"{name}.m4a"


def sentences(name: str) -> list[Said]:
    rows = json.loads((DATA / "audio" / f"{name}.json").read_text(encoding="utf-8"))["sentences"]
    return [Said(row["start"], row["end"], row["text"]) for row in rows]


def sound(name: str) -> np.ndarray:
    """A lesson as the recogniser gets it."""
    return sound_of(lesson_file(name))


def sound_of(path: Path) -> np.ndarray:
    """A file as the recogniser gets it."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32) / 32768.0


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def cut(name: str, first: int, last: int) -> tuple[np.ndarray, list[Said]]:
    """The sentences first to last (from 0, both included) of a lesson, with times counted from the cut."""
    chosen = sentences(name)[first : last + 1]
    begin, end = chosen[0].start - 0.2, chosen[-1].end + 0.2
    shifted = [Said(said.start - begin, said.end - begin, said.text) for said in chosen]
    return sound(name)[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)], shifted


def joined(parts: list[tuple[np.ndarray, list[Said]]], pause: float) -> tuple[np.ndarray, list[Said]]:
    """The cuts one after the other with a pause of so many seconds between."""
    pieces: list[np.ndarray] = []
    truth: list[Said] = []
    for audio, said in parts:
        if pieces:
            pieces.append(silence(pause))
        at = sum(piece.size for piece in pieces) / SAMPLE_RATE
        truth += [Said(at + one.start, at + one.end, one.text) for one in said]
        pieces.append(audio)
    return np.concatenate(pieces), truth


def error_rate(cues: list[CueDraft], truth: list[Said]) -> float:
    """Character error rate without punctuation: how many characters must be changed, for each that was said."""
    heard, said = bare("".join(cue.text for cue in cues)), bare("".join(one.text for one in truth))
    row = list(range(len(said) + 1))
    for i, mine in enumerate(heard, start=1):
        before, row[0] = row[0], i
        for j, theirs in enumerate(said, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (mine != theirs))
    return row[-1] / len(said)


def starts_found(cues: list[CueDraft], truth: list[Said], *, within: float) -> float:
    """The share of sentences whose first words stand in a cue that begins at the right time."""
    found = sum(
        any(
            abs(cue.start_ms / 1000 - said.start) <= within and bare(cue.text)[:3] == bare(said.text)[:3]
            for cue in cues
        )
        for said in truth
    )
    return found / len(truth)
