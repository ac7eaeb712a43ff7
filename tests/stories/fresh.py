"""An empty, migrated place for a site: `migrate` runs once in a run of the suite, and every story copies it."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


class FreshPlaces:
    """Copies of one `var/` with keys and an empty SQLite database, shared by the processes of the suite."""

    def __init__(self, folder: Path) -> None:
        self._made, self._lock = folder / "fresh-var", folder / "fresh-var.lock"

    def copy_to(self, var: Path, migrate: Callable[[Path], object]) -> None:
        """Make `var`; the first caller has `migrate` fill an empty folder, which everybody copies then."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._made.exists():
                half = self._made.with_suffix(".half")
                shutil.rmtree(half, ignore_errors=True)
                migrate(half)
                half.rename(self._made)
        shutil.copytree(self._made, var)


@pytest.fixture(scope="session")
def fresh_places(tmp_path_factory: pytest.TempPathFactory) -> FreshPlaces:
    own = tmp_path_factory.getbasetemp()
    return FreshPlaces(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
