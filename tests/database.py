"""Databases in tests: migrated once in a run, emptied although tables are append-only, shared by threads."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import management
from django.core.signals import request_finished, request_started
from django.db import connection, connections
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Collection, Locale, Page, Site

from lms.lib import append_only
from media.models import GlossaryTerm
from media.shared_terms import SHARED_TERMS
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


@pytest.fixture(scope="session", autouse=True)
def flush_keeps_what_every_test_expects() -> Iterator[None]:
    """The flush after a transactional test lifts the triggers of append-only tables, and puts back the rows that
    migrations made: the next test in this process may be an ordinary one and expects a root page."""
    teardown = TransactionTestCase._fixture_teardown
    answers = Answers()

    def lifted_teardown(self: TransactionTestCase) -> None:
        for close in CLOSED_BEFORE_THE_FLUSH:
            close()
        answers.wait_for_the_last()
        with ExitStack() as stack:
            for alias in self._databases_names(include_mirrors=False):
                stack.enter_context(append_only.lifted(connections[alias]))
            teardown(self)
        Site.clear_site_root_paths_cache()

    wagtailcore = apps.get_app_config("wagtailcore")
    TransactionTestCase._fixture_teardown = lifted_teardown
    post_migrate.connect(make_roots, sender=wagtailcore)
    yield
    answers.close()
    post_migrate.disconnect(make_roots, sender=wagtailcore)
    TransactionTestCase._fixture_teardown = teardown


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


def make_roots(**kwargs: Any) -> None:
    """What migrations make and the flush takes: roots of pages and collections, a language, a site, the glossary."""
    if Page.objects.exists():
        return
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    root = Page.add_root(instance=Page(title="Root", slug="root"))
    welcome = root.add_child(instance=Page(title="Welcome", slug="home"))
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)
    Collection.add_root(name="Root")
    GlossaryTerm.objects.bulk_create(
        GlossaryTerm(language="zh", text=text, heard_as="\n".join(heard_as)) for text, heard_as in SHARED_TERMS.items()
    )


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
