"""An empty, migrated place for a site with keys of its own: made once in a run of the suite, copied by every story."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrated import Migrated


class FreshPlaces:
    """Copies of one `var/` with keys and an empty SQLite database, shared by the processes of the suite."""

    def __init__(self, folder: Path, migrated: Migrated) -> None:
        self._migrated = migrated
        self._made, self._lock = folder / "fresh-var", folder / "fresh-var.lock"

    def copy_to(self, var: Path, migrate: Callable[[Path], object]) -> None:
        """Make `var`; the first caller has `migrate` note the keys in a folder that everybody copies then."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._made.exists():
                half = self._made.with_suffix(".half")
                shutil.rmtree(half, ignore_errors=True)
                half.mkdir()
                self._migrated.copy_to_file(half / "db.sqlite3")
                migrate(half)
                half.rename(self._made)
        shutil.copytree(self._made, var)

    def make_database(self, name: str) -> str:
        """Make a migrated database without keys on the PostgreSQL server; returns its address."""
        return self._migrated.copy_to_server(name)


@pytest.fixture(scope="session")
def fresh_places(tmp_path_factory: pytest.TempPathFactory, migrated: Migrated) -> FreshPlaces:
    own = tmp_path_factory.getbasetemp()
    return FreshPlaces(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own, migrated)
