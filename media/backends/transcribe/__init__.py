"""Speech recognition behind one interface: two engines for the same models, and a dummy for unit tests."""

from functools import cache

from django.conf import settings

from .base import Correction, CueDraft, NoShelf, Shelf, Term, TranscribeFailed, Transcriber, Wording

__all__ = [
    "Correction",
    "CueDraft",
    "NoShelf",
    "Shelf",
    "Term",
    "TranscribeFailed",
    "Transcriber",
    "Wording",
    "transcriber",
]


@cache
def _load(backend: str, model: str, threads: int) -> Transcriber:
    if backend == "dummy":
        from .dummy import DummyTranscriber

        return DummyTranscriber()
    from .recognising import Recogniser

    root = settings.VAR_DIR / "models"
    if backend == "faster-whisper":
        from .faster import FasterWhisperEngine

        return Recogniser(FasterWhisperEngine(model, root=root, threads=threads))
    from .whisper import WhisperEngine

    return Recogniser(WhisperEngine(model, root=root, threads=threads))


def transcriber() -> Transcriber:
    """The recogniser that the settings name. A process keeps it, and with it the loaded model."""
    model = settings.WHISPER_MODEL
    local = settings.BASE_DIR / model
    if model.endswith(".pt") or local.is_dir():
        model = str(local)
    return _load(settings.TRANSCRIBE_BACKEND, model, settings.MEDIA_THREADS)
