"""A moved clock, for stories that read it themselves (Wagtail's publishing, default values of fields)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.utils import timezone


@contextmanager
def moved_to(at: datetime) -> Iterator[None]:
    """While inside, Django's clock stands at `at`."""
    with mock.patch.object(timezone, "now", lambda: at):
        yield
