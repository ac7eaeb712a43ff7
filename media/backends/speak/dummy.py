"""The twin for unit tests: a tenth of a second of silence for every character, at once."""

from media.backends.limits import Limits

from .base import Sound, SpeakFailed

_RATE = 8000


class DummyVoice:
    """Says everything, unless `failure` was set; remembers what it was asked to say."""

    name = "dummy"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.failure: SpeakFailed | None = None
        self.lacks = ""

    def why_not(self) -> str:
        return self.lacks

    def speak(self, sentence: str, *, limits: Limits) -> Sound:
        if self.failure:
            raise self.failure
        self.said.append(sentence)
        return Sound(bytes(2 * (_RATE // 10) * len(sentence)), _RATE)
