"""Speech recognition behind one interface: whisper for real, dummy for unit tests."""

from functools import cache

from django.conf import settings

from .base import CueDraft, TranscribeFailed, Transcriber

__all__ = ["CueDraft", "TranscribeFailed", "Transcriber", "transcriber"]


@cache
def _load(backend: str, model: str, threads: int) -> Transcriber:
    if backend == "dummy":
        from .dummy import DummyTranscriber

        return DummyTranscriber()
    from .whisper import WhisperTranscriber

    return WhisperTranscriber(model, root=settings.VAR_DIR / "models", threads=threads)


def transcriber() -> Transcriber:
    """The recogniser that the settings name. A process keeps it, and with it the loaded model."""
    model = settings.WHISPER_MODEL
    if model.endswith(".pt"):
        model = str(settings.BASE_DIR / model)
    return _load(settings.TRANSCRIBE_BACKEND, model, settings.MEDIA_THREADS)
