"""What many tests begin with is built once in a process, by the real stories; later tests get its rows back."""

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from wagtail.models import Site

P = ParamSpec("P")
T = TypeVar("T")
Row = tuple[Any, ...]
# Triggers write these when the other rows come back.
WRITTEN_BY_TRIGGERS = {"reports_touched"}
# Their rows stand before a test begins, and have other keys after a flush.
MADE_BY_MIGRATIONS = {"wagtailcore_page", "wagtailcore_site", "wagtailcore_locale", "wagtailcore_collection"}


@dataclass(frozen=True)
class Table:
    name: str
    key: str
    is_numbered: bool
    columns: tuple[str, ...]

    @property
    def quoted(self) -> str:
        return connection.ops.quote_name(self.name)

    @property
    def listed(self) -> str:
        return ", ".join(map(connection.ops.quote_name, self.columns))

    @property
    def where(self) -> str:
        return f"{connection.ops.quote_name(self.key)} = %s"

    def standing(self) -> str:
        """How many rows there are, and the highest key where keys are numbers."""
        highest = f", (SELECT MAX({connection.ops.quote_name(self.key)}) FROM {self.quoted})"
        return f"(SELECT COUNT(*) FROM {self.quoted})" + (highest if self.is_numbered else "")

    def select(self) -> dict[Any, Row]:
        """The rows by their keys, as the driver gives them."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self.listed} FROM {self.quoted}")
            place = self.columns.index(self.key)
            return {row[place]: row for row in cursor.fetchall()}


@dataclass
class Kept:
    """What a build added and changed, and what it returned."""

    built: Any
    written: frozenset[str] = frozenset()
    added: dict[Table, list[Row]] = field(default_factory=dict)
    changed: dict[Table, list[Row]] = field(default_factory=dict)
    deleted: dict[Table, list[Row]] = field(default_factory=dict)
    # What was to be done after the commit.
    afterwards: list[Callable[[], Any]] = field(default_factory=list)

    def put_back(self) -> Any:
        with connection.cursor() as cursor:
            for table, keys in self.deleted.items():
                cursor.executemany(f"DELETE FROM {table.quoted} WHERE {table.where}", keys)
            for table, rows in self.added.items():
                places = ", ".join(["%s"] * len(table.columns))
                cursor.executemany(f"INSERT INTO {table.quoted} ({table.listed}) VALUES ({places})", rows)
            for table, rows in self.changed.items():
                key = table.columns.index(table.key)
                values = ", ".join(f"{connection.ops.quote_name(column)} = %s" for column in table.columns)
                cursor.executemany(
                    f"UPDATE {table.quoted} SET {values} WHERE {table.where}",
                    [(*row, row[key]) for row in rows],
                )
        for work in self.afterwards:
            transaction.on_commit(work)
        written.names |= self.written
        Site.clear_site_root_paths_cache()
        return copy.deepcopy(self.built)


_kept: dict[tuple[Any, ...], Kept | None] = {}


def _built_once(name: Any, build: Callable[[], T]) -> T:
    """What `build` returns, and its rows in the database.

    They come back where the test has taken the same steps (the same builds, the same statements) as before the build,
    and as many rows, with the same highest keys, stand in the tables it wrote to: what the test has is then what the
    build had. It is built anew where the rows would outlast the test (nothing rolls them back), and in another hour of
    the test's clock, for what was built knows the moment. What is asked for once in a process is not kept.
    """
    if not connection.in_atomic_block:
        return build()
    steps = tuple(written.steps)
    key = name, timezone.now().strftime("%Y-%m-%d %H"), steps, _standing(written.tables)
    try:
        return _built(name, key, build)
    finally:
        written.steps[:] = [*steps, name]


def _built(name: Any, key: tuple[Any, ...], build: Callable[[], T]) -> T:
    if key not in _kept:
        _kept[key] = None
        return build()
    kept = _kept[key]
    if kept is not None:
        built: T = kept.put_back()
        return built
    before = {table: table.select() for table in _tables().values()}
    waiting = len(connection.run_on_commit)
    built = build()
    kept = Kept(copy.deepcopy(built), frozenset(written.names))
    kept.afterwards = [work for _sids, work, *_robust in connection.run_on_commit[waiting:]]
    for table in written.tables:
        known, now = before[table], table.select()
        for found, rows in (
            (kept.added, [row for pk, row in now.items() if pk not in known]),
            (kept.changed, [row for pk, row in now.items() if pk in known and row != known[pk]]),
            (kept.deleted, [(pk,) for pk in known if pk not in now]),
        ):
            if rows:
                found[table] = rows
    _kept[key] = kept
    return built


def kept(build: Callable[P, T]) -> Callable[P, T]:
    """A factory whose rows come back when it is called again with equal arguments; see `_built_once`."""

    @wraps(build)
    def factory(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            name = build.__qualname__, _named(args), _named(kwargs)
        except TypeError:
            return build(*args, **kwargs)
        return _built_once(name, lambda: build(*args, **kwargs))

    return factory


def _named(value: Any) -> Any:
    """What tells one argument from another; a row is known by its key and what stands in it."""
    if isinstance(value, models.Model):
        if value.pk is None:
            raise TypeError(f"{value!r} is not saved")
        return value._meta.label, *(repr(value.__dict__.get(field.attname)) for field in value._meta.concrete_fields)
    if isinstance(value, list | tuple):
        return tuple(map(_named, value))
    if isinstance(value, dict):
        return tuple((name, _named(one)) for name, one in value.items())
    if value is None or isinstance(value, str | int | float | Decimal | date | type):
        return repr(value)  # True is not 1
    raise TypeError(f"{value!r} has no name")


@cache
def _tables() -> dict[str, Table]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.db_table not in WRITTEN_BY_TRIGGERS:
            columns = tuple(field.column for field in meta.local_concrete_fields)
            is_numbered = isinstance(meta.pk.target_field if meta.pk.is_relation else meta.pk, models.IntegerField)
            found[meta.db_table] = Table(meta.db_table, meta.pk.column, is_numbered, columns)
    return found


def _standing(tables: Iterable[Table]) -> Row:
    """How many rows stand in each of the tables, and their highest keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(table.standing() for table in tables))
        standing: Row = cursor.fetchone()
    return standing


class Written:
    """Notes what a test has written since it began: to which tables, by which statements and builds."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.steps: list[Any] = []

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql) if isinstance(sql, str) else None
        if found:
            self.names.add(found[1])
            # What is inserted is counted, what is changed is not.
            self.steps.append(sql if sql.lstrip()[:6].upper() == "INSERT" else (sql, repr(params)))
        return execute(sql, params, many, context)

    @property
    def tables(self) -> list[Table]:
        known = _tables()
        return [known[name] for name in sorted(self.names | MADE_BY_MIGRATIONS) if name in known]


WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
written = Written()


@pytest.fixture(autouse=True)
def _nothing_is_written_yet() -> None:
    written.names.clear()
    written.steps.clear()
    if written not in connection.execute_wrappers:
        connection.execute_wrappers.append(written)
