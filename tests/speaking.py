"""A dummy voice for tests of what is read aloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from media.backends import speak as backend
from media.backends.speak.dummy import DummyVoice


@pytest.fixture
def speaker(settings: Any, tmp_path: Path) -> Iterator[DummyVoice]:
    """The dummy voice, which keeps what it is told between calls; its sounds lie in a folder of the test."""
    settings.SPEAK_BACKEND, settings.MEDIA_ROOT = "dummy", tmp_path
    backend._load.cache_clear()
    speaker = backend.voice()
    assert isinstance(speaker, DummyVoice)
    yield speaker
    backend._load.cache_clear()
