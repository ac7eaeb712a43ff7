"""A voice behind one interface: espeak-ng, which any machine can have, none, and a dummy for unit tests."""

from functools import cache

from django.conf import settings

from .base import SpeakFailed, Voice

__all__ = ["SpeakFailed", "Voice", "voice"]


@cache
def _load(backend: str, words_per_minute: int) -> Voice:
    if backend == "dummy":
        from .dummy import DummyVoice

        return DummyVoice()
    from .espeak import EspeakVoice

    return EspeakVoice(words_per_minute)


def voice() -> Voice | None:
    """The voice that the settings name; None where texts are not to be rendered at all."""
    if settings.SPEAK_BACKEND == "none":
        return None
    return _load(settings.SPEAK_BACKEND, settings.SPEAK_WORDS_PER_MINUTE)
