"""Reports wait for each other outside the database where it would make them wait clumsily.

SQLite lets one connection write at a time; the others look again after pauses that grow to a tenth of a second. A
file lock wakes the next one at once. Nothing depends on it for being right: the database still locks for itself.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from django.db import connection

_one_thread = threading.Lock()


@cache
def _lock_file(database: Path) -> IO[bytes]:
    return database.with_name(f"{database.name}-reports.lock").open("ab")


@contextmanager
def in_turn() -> Iterator[None]:
    """Hold the turn to write to an SQLite file; any other database needs no turns."""
    database = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not database.is_file():
        yield
        return
    with _one_thread:
        lock = _lock_file(database)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
