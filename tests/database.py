"""Databases in tests: migrated once in a run, emptied although tables are append-only, shared by threads."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import management
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from wagtail.models import Site

from tests.migrated import Migrated


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, migrated: Migrated, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Making the test database would migrate: it becomes a copy of one that was migrated for the whole run."""
    call_command = management.call_command

    def copy_instead(name: str, *arguments: Any, **options: Any) -> Any:
        if name != "migrate":
            return call_command(name, *arguments, **options)
        management.call_command = call_command
        if connection.vendor == "postgresql":
            connection.close()
            migrated.copy_to_server(connection.settings_dict["NAME"])
            return None
        file = tmp_path_factory.mktemp("migrated") / "copy.sqlite3"
        migrated.copy_to_file(file)
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as copy:
            copy.backup(connection.connection)
        return None

    management.call_command = copy_instead


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a transactional test everything is as migrations left it: the next test in this process may be an ordinary
    one and expects a root page, credit rules, synonyms.

    Django's own flush would take what migrations made, and is slower than bringing it back.
    """
    with django_db_blocker.unblock():
        as_migrated = AsMigrated()
    answers = Answers()
    teardown = TransactionTestCase._fixture_teardown

    def put_back(self: TransactionTestCase) -> None:
        for close in CLOSED_BEFORE_THE_FLUSH:
            close()
        answers.wait_for_the_last()
        as_migrated.put_back()
        # The next test's rows have the keys of this one's.
        ContentType.objects.clear_cache()
        for cache in caches.all(initialized_only=True):
            cache.clear()
        Site.clear_site_root_paths_cache()

    TransactionTestCase._fixture_teardown = put_back
    yield
    answers.close()
    TransactionTestCase._fixture_teardown = teardown
    with django_db_blocker.unblock():
        hang_up_on_others()


def hang_up_on_others() -> None:
    """End what threads of the live server have left open, or the server would keep the database of these tests."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


# What still asks the live server: a browser that was started adds how to close its windows.
CLOSED_BEFORE_THE_FLUSH: list[Callable[[], None]] = []


class Answers:
    """Counts the requests that the live server's threads answer: none may meet the flush."""

    def __init__(self) -> None:
        self._open, self._any, self._lock = 0, False, threading.Lock()
        request_started.connect(self._begin, weak=False)
        request_finished.connect(self._end, weak=False)

    def close(self) -> None:
        request_started.disconnect(self._begin)
        request_finished.disconnect(self._end)

    def wait_for_the_last(self) -> None:
        """At most ten seconds: where one hangs, the flush says so."""
        last, until = time.monotonic(), time.monotonic() + 10
        while self._any and time.monotonic() < until:
            if self._open:
                last = time.monotonic()
            if time.monotonic() - last > 0.05:
                break
            time.sleep(0.01)
        self._any = False

    def _begin(self, **kwargs: Any) -> None:
        self._count(1)

    def _end(self, **kwargs: Any) -> None:
        self._count(-1)

    def _count(self, one: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self._lock:
                self._open, self._any = self._open + one, True


class AsMigrated:
    """What every test begins with: all rows as migrations left them. On PostgreSQL no key is given twice in a process:
    rows that come back (tests/snapshots.py) have the keys they had."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.is_sqlite = connection.vendor == "sqlite"
        if self.is_sqlite:
            self.database = sqlite3.connect(":memory:")
            connection.connection.backup(self.database)
            return
        with connection.cursor() as cursor:
            self.tables = [connection.ops.quote_name(name) for name in connection.introspection.table_names(cursor)]
            self.rows = {table: self._copied(cursor, table) for table in self._with_rows(cursor)}

    def put_back(self) -> None:
        if self.is_sqlite:
            self.database.backup(connection.connection)
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger refuses, none adds
            for table in {*self._with_rows(cursor), *self.rows}:
                cursor.execute(f"DELETE FROM {table}")
            for table, copied in self.rows.items():
                with cursor.cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(copied)

    def _with_rows(self, cursor: Any) -> list[str]:
        # Each is named in its own quotes, so none needs escaping.
        each = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in self.tables)
        cursor.execute(" UNION ALL ".join(each))
        return [table for (table,) in cursor.fetchall()]

    def _copied(self, cursor: Any, table: str) -> bytes:
        with cursor.cursor.copy(f"COPY {table} TO STDOUT") as copy:
            return b"".join(copy)


class Threads:
    """Runs a function several times at once, each time on a database connection of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch, self._folder = monkeypatch, folder

    def run(self, work: Callable[[], Any], times: int = 2) -> list[Any]:
        """What each run returned or raised, after all have ended."""
        start = threading.Barrier(times)

        def one() -> Any:
            start.wait(timeout=30)
            try:
                return work()
            except Exception as error:  # the test judges what may be raised
                return error
            finally:
                connections.close_all()

        with self._database(), ThreadPoolExecutor(times) as pool:
            return [future.result(timeout=60) for future in [pool.submit(one) for _ in range(times)]]

    def read(self, work: Callable[[], Any]) -> Any:
        """What the work sees of the database that the threads wrote to."""
        return self.run(work, times=1)[0]

    @contextmanager
    def _database(self) -> Iterator[None]:
        """An in-memory SQLite database cannot be shared honestly, so threads open a copy of it in a file."""
        if connection.vendor != "sqlite":
            yield
            return
        path = self._folder / "threads.sqlite3"
        if not path.exists():
            connection.ensure_connection()
            with closing(sqlite3.connect(path)) as copy:
                connection.connection.backup(copy)
        with self._monkeypatch.context() as patch:
            patch.setitem(connections.settings["default"], "NAME", str(path))
            yield


@pytest.fixture
def threads(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Threads:
    return Threads(monkeypatch, tmp_path)
