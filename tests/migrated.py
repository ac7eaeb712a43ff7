"""Migrated databases: once in a run of the suite for each kind of server; all else copies what came of it.

What came of it is kept for later runs, as a file of SQLite and as a dump of PostgreSQL, until anything that migrating
depends on is changed. The outcome knows of no keys: whoever has keys of its own runs `migrate` over its copy, which
takes seconds.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from lms.tools.setup import digest
from tests.machine import has_postgresql, postgresql_url

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".migrated"
# What the outcome of migrating depends on.
DEPENDS_ON = [
    "requirements.lock",
    "tests/migrated.py",
    "*/settings/*.py",
    "lms/lib/*.py",
    "lms/people/notices/**/*.txt",
    "lms/reports/rollups/*.py",
] + [
    f"{apps}/{part}"
    for apps in ("lms/*", "courses", "media", "search")
    for part in ("apps.py", "enums.py", "receivers.py", "models.py", "models/**/*.py", "migrations/*.py", "shared_*.py")
]
MIGRATE = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from lms.tools.guard import note_keys_after_migrating
post_migrate.disconnect(note_keys_after_migrating, sender=apps.get_app_config("audit"))
call_command("migrate", verbosity=0)
if connection.vendor == "postgresql":
    # Most tests take back what they wrote: whoever counts rows in their midst finds none, and plans are made for none.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET (autovacuum_enabled = off)")
"""


class Migrated:
    """What the processes of one run share, in a folder of theirs."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "migrated.sqlite3"
        self._name = f"tianjian_migrated_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"

    def copy_to_file(self, file: Path) -> None:
        """Make an SQLite file with every table."""
        with self._locked("file"):
            kept = _kept("sqlite3")
            if not kept.exists():
                half = self._file.with_suffix(".half")
                half.unlink(missing_ok=True)
                _migrate(f"sqlite:///{half}")
                _keep(half, kept)
            shutil.copyfile(kept, file)

    def copy_to_server(self, name: str) -> str:
        """Make a PostgreSQL database with every table, in place of one of this name; returns its address."""
        self.make_on_server()
        with self._locked("server"), _server() as server:
            _drop(server, name)
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(self._name)))
        return address_of(name)

    def make_on_server(self) -> None:
        """Make the database that the others are copied from, once in a run."""
        mark = self._file.with_suffix(".on-server")
        with self._locked("server"), _server() as server:
            if not mark.exists():
                _drop(server, self._name)
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._name)))
                self._fill_server()
                mark.touch()

    def _fill_server(self) -> None:
        """Migrate, or read what an earlier run dumped; where the tools of PostgreSQL are missing, migrate each time."""
        address, kept = address_of(self._name), _kept("dump")
        if kept.exists() and _is_done(
            "pg_restore", "--no-owner", "--single-transaction", "--dbname", address, str(kept)
        ):
            return
        _migrate(address)
        half = self._file.with_suffix(".dump")
        if _is_done("pg_dump", "--format=custom", "--compress=1", "--file", str(half), address):
            _keep(half, kept)

    def drop(self) -> None:
        """Leave nothing on the server."""
        if self._file.with_suffix(".on-server").exists():
            with _server() as server:
                _drop(server, self._name)

    @contextmanager
    def _locked(self, what: str) -> Iterator[None]:
        with self._file.with_suffix(f".{what}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _kept(ending: str) -> Path:
    """Where the outcome of the present state stands, or would."""
    return KEPT / f"{_state()}.{ending}"


def _keep(outcome: Path, kept: Path) -> None:
    """Put it there whole, in place of what older states left."""
    KEPT.mkdir(exist_ok=True)
    for older in KEPT.glob(f"*{kept.suffix}"):
        older.unlink()
    half = kept.with_name(f"{kept.name}.half")
    shutil.copyfile(outcome, half)
    half.rename(kept)


def _is_done(tool: str, *arguments: str) -> bool:
    if not shutil.which(tool):
        return False
    return subprocess.run([tool, *arguments], capture_output=True, timeout=120).returncode == 0


def _state() -> str:
    """A name for what the outcome depends on."""
    return digest(sorted({path for pattern in DEPENDS_ON for path in ROOT.glob(pattern)}))[:16]


def address_of(name: str) -> str:
    """The address of a database on the server of the tests."""
    return urlunsplit(urlsplit(postgresql_url())._replace(path=f"/{name}"))


def drop_database(name: str) -> None:
    with _server() as server:
        _drop(server, name)


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(postgresql_url(), autocommit=True)


def _drop(server: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrate(address: str) -> None:
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "lms.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    own = tmp_path_factory.getbasetemp()
    return Migrated(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        Migrated(session.config._tmp_path_factory.getbasetemp()).drop()


def compile_tests() -> None:
    """Else each process of the first run in a folder would compile all tests, with their asserts rewritten."""
    if not any((ROOT / "tests").glob("**/__pycache__/*-pytest-*.pyc")):
        collect = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:xdist"]
        subprocess.run(collect, cwd=ROOT, capture_output=True, timeout=400, check=False)


def main() -> None:
    """Make what is not there yet, on PostgreSQL too where a server answers: set-up does so while it waits for other
    things. In the midst of the tests, of which several processes wait for it, it would take five times as long."""
    with tempfile.TemporaryDirectory() as folder:
        migrated = Migrated(Path(folder))
        migrated.copy_to_file(Path(folder) / "copy.sqlite3")
        compile_tests()
        if has_postgresql() and not _kept("dump").exists():
            migrated.make_on_server()
            migrated.drop()


if __name__ == "__main__":
    main()
