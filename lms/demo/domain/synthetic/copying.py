"""Many rows at once: COPY on PostgreSQL, INSERT in groups on SQLite. Keys are given out by whoever adds the rows."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection
from django.db.models import JSONField, Max, Model

Row = tuple[Any, ...]


class Json(str):
    """A text that is JSON already."""

    __slots__ = ()


def as_json(value: Any) -> Json:
    """The value as text; decimals as they are written in the ledger."""
    return Json(json.dumps(value, ensure_ascii=False, default=str))


def _for_sqlite(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case UUID():
            return value.hex
    return value


class Table:
    """Rows of one model: `columns` are given for each row, `same` for all; everything else has its usual value."""

    def __init__(self, model: type[Model], columns: Iterable[str], **same: Any) -> None:
        self.model = model
        given = list(columns)
        rest = {}
        for field in model._meta.local_concrete_fields:
            name = str(field.column)
            if name in given or (field.primary_key and field.get_internal_type().endswith("AutoField")):
                continue
            value = same[name] if name in same else field.get_default()
            rest[name] = as_json(value) if isinstance(field, JSONField) else value
        self.columns = [*given, *rest]
        self._rest = tuple(rest.values())
        self._rows: list[Row] = []

    def first_key(self) -> int:
        """The key after the highest that there is."""
        return (self.model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0) + 1

    def add(self, *row: Any) -> None:
        self._rows.append(row + self._rest)

    def take(self) -> Any:
        """What was added, in the form in which `write` sends it; this needs no connection."""
        rows, self._rows = self._rows, []
        if connection.vendor == "postgresql":
            return "".join(map(_line, rows)).encode()
        return [tuple(map(_for_sqlite, row)) for row in rows]

    def write(self, taken: Any) -> None:
        quote = connection.ops.quote_name
        name, columns = quote(self.model._meta.db_table), ", ".join(map(quote, self.columns))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                    copy.write(taken)
            else:
                places = ", ".join(["?"] * len(self.columns))
                # Past Django's own parameters, which are made for single rows.
                cursor.cursor.connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", taken)  # noqa: S608  (names of our own models)


def _line(row: Row) -> str:
    """A row as PostgreSQL reads it."""
    return "\t".join(["\\N" if value is None else _text(value) for value in row]) + "\n"


def _text(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def keys_are_proven() -> None:
    """Let PostgreSQL pass over looking up each of millions of foreign keys, where its user may ask for that.

    Until the transaction ends. Whoever asks has made both ends of every key.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


@contextmanager
def indexes_at_the_end(tables: Iterable[Table]) -> Iterator[None]:
    """On PostgreSQL drop the indexes of the tables and make them again when all rows are there, which is much faster.

    Within the caller's transaction: whatever goes wrong, they are back. Keys to which others point stay.
    """
    names = [table.model._meta.db_table for table in tables]
    drops, makes = _indexes(names) if connection.vendor == "postgresql" else ([], [])
    with connection.cursor() as cursor:
        for statement in ["SET CONSTRAINTS ALL IMMEDIATE", *drops] if drops else []:
            cursor.execute(statement)
        yield
        for statement in makes:
            cursor.execute(statement)


def _indexes(tables: list[str]) -> tuple[list[str], list[str]]:
    """The statements that drop the indexes and unique constraints of the tables, and those that make them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass, quote_ident(c.conname), pg_get_constraintdef(c.oid) FROM pg_constraint c"
            " WHERE c.contype = 'u' AND c.conrelid::regclass::text = ANY(%s)"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)",
            [tables],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid::regclass::text = ANY(%s)"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [tables],
        )
        indexes = cursor.fetchall()
    drops = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _made in constraints]
    makes = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}" for table, name, made in constraints]
    return drops + [f"DROP INDEX {name}" for name, _made in indexes], makes + [made for _name, made in indexes]


def go_on_counting(tables: Iterable[Table]) -> None:
    """The database gives out its own keys after the highest that was given out here."""
    models = [table.model for table in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
