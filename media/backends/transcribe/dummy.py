"""The twin for unit tests: answers at once with what it was told."""

import numpy as np

from .base import NO_SHELF, NO_WORDING, CueDraft, Progress, Shelf, TranscribeFailed, Wording


class DummyTranscriber:
    """Two cues for any sound, unless `cues` or `failure` were set."""

    def __init__(self) -> None:
        self.cues: list[CueDraft] = [
            CueDraft(500, 2_000, "今天说打包四步。", 0.9),
            CueDraft(2_400, 3_600, "第一步，挑。", 0.4),
        ]
        self.failure: TranscribeFailed | None = None

    def __str__(self) -> str:
        return "dummy"

    def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: str,
        on_progress: Progress,
        wording: Wording = NO_WORDING,
        shelf: Shelf = NO_SHELF,
    ) -> list[CueDraft]:
        on_progress(0.5)
        if self.failure:
            raise self.failure
        on_progress(1.0)
        return self.cues if audio.size else []
