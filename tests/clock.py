"""A clock that stands still until a test moves it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock:
    """Stands at a moment: `clock.now`, `clock.move(minutes=5)`, `clock.set(2026, 12, 31, 23, 59, 30)` in Beijing."""

    def __init__(self, traveller: time_machine.Traveller, now: datetime) -> None:
        self._traveller = traveller
        self.now = now

    def move(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        self._traveller.move_to(self.now)
        return self.now

    def set(self, *beijing: int) -> datetime:
        self.now = datetime(*beijing, tzinfo=BEIJING)
        self._traveller.move_to(self.now)
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Ten in the morning of 15 April 2026 in Beijing, for Python's own clock as well."""
    start = datetime(2026, 4, 15, 10, tzinfo=BEIJING)
    with time_machine.travel(start, tick=False) as traveller:
        yield Clock(traveller, start)
