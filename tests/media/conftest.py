"""Storage of its own for each test of recordings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from media.backends import stopping


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_NICENESS = 0
    settings.MEDIA_SENDER = "django"
    cache.clear()
    stopping.forget()
    yield tmp_path / "files"
    stopping.forget()
