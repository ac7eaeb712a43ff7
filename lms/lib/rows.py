"""Writing a row many times a second: what `save` and `create` write, with the SQL composed once for each model.

Composing it anew takes longer than running it; only names of our own models go into it (S608). No signals are sent, so
models whose signals somebody hears are not written this way.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models


def update_row(row: models.Model, names: Iterable[str]) -> None:
    """Write these fields of a row that is in the database, as `save(update_fields=names)` does.

    Raises DoesNotExist of its model where it is not there any more.
    """
    fields, sql = _update(type(row), tuple(names))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(row, fields), row.pk])
        if cursor.rowcount != 1:
            raise type(row).DoesNotExist(row.pk)  # type: ignore[attr-defined]  # every model has it


def insert_row(row: models.Model) -> None:
    """Add the row, as `save(force_insert=True)` does; the database gives its key."""
    fields, sql = _insert(type(row))
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(row, fields))
        (row.pk,) = cursor.fetchone()
    row._state.adding = False


def update_rows(model: type[models.Model], names: Iterable[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write these fields of many rows at once: each of `rows` holds a value for each name, then the row's key.

    Raises DoesNotExist of the model where one of them is not there any more.
    """
    named = tuple(names)
    fields, sql = _update(model, named)
    values = _prepared(rows, fields)
    with steady_cursor() as cursor:
        if connection.vendor == "postgresql":  # one way to the server and back instead of one for each row
            cursor.execute(_update_from(model, named), [list(column) for column in zip(*values, strict=True)])
        else:
            cursor.executemany(sql, values)
        if cursor.rowcount != len(rows):
            raise model.DoesNotExist  # type: ignore[attr-defined]  # every model has it


def insert_rows(model: type[models.Model], names: Iterable[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add many rows at once, each given by a value for each name; the names are all but the key."""
    fields, sql = _insert_many(model, tuple(names))
    values = _prepared(rows, fields)
    with steady_cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql, [list(column) for column in zip(*values, strict=True)])
        else:
            cursor.executemany(sql, values)


def one_of(keys: Sequence[int]) -> tuple[str, list[Any]]:
    """What follows a column in SQL to ask for any of these keys, and its parameters; for `steady_cursor`."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(keys)]
    return f"IN ({', '.join(['%s'] * len(keys))})", list(keys)


@contextmanager
def steady_cursor() -> Iterator[Any]:
    """A cursor for the same statements again and again: PostgreSQL plans each of them once for a connection."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield _Prepared(cursor)


class _Prepared:
    """A cursor of psycopg's that prepares what it executes, and tells Django's captured queries of it."""

    def __init__(self, cursor: "psycopg.Cursor[Any]") -> None:
        self._cursor = cursor

    def execute(self, sql: str, parameters: Sequence[Any]) -> None:
        if connection.queries_logged:
            connection.queries_log.append({"sql": sql, "time": "0"})
        self._cursor.execute(sql, parameters, prepare=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def _prepared(rows: Sequence[Sequence[Any]], fields: Sequence[Any]) -> list[list[Any]]:
    """The rows as the database takes them; what stands behind the fields' values stays as it is."""
    database = connections[DEFAULT_DB_ALIAS]  # itself: going through `connection` for each value takes longer
    count = len(fields)
    return [
        [*(field.get_db_prep_save(value, database) for field, value in zip(fields, row, strict=False)), *row[count:]]
        for row in rows
    ]


def _values(row: models.Model, fields: Iterable[Any]) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=row._state.adding), connection) for field in fields]


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Any], str]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = f"UPDATE {_quoted(model._meta.db_table)} SET {sets} WHERE {_key(model)} = %s"  # noqa: S608
    return fields, sql


@cache
def _insert(model: type[models.Model]) -> tuple[list[Any], str]:
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns, places = ", ".join(_quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    table = _quoted(model._meta.db_table)
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {_key(model)}"  # noqa: S608
    return fields, sql


@cache
def _insert_many(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Any], str]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns, places = ", ".join(_quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    postgresql = connection.vendor == "postgresql"
    what = f"SELECT * FROM unnest({_arrays(fields)})" if postgresql else f"VALUES ({places})"  # noqa: S608
    return fields, f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) {what}"


@cache
def _update_from(model: type[models.Model], names: tuple[str, ...]) -> str:
    """The update of many rows as one statement of PostgreSQL, which takes an array for each column."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = [_quoted(field.column) for field in fields]
    sets = ", ".join(f"{column} = new.{column}" for column in columns)
    table, key = _quoted(model._meta.db_table), _key(model)
    return (
        f"UPDATE {table} SET {sets} FROM unnest({_arrays([*fields, model._meta.pk])})"  # noqa: S608
        f" AS new ({', '.join([*columns, key])}) WHERE {table}.{key} = new.{key}"
    )


def _arrays(fields: list[Any]) -> str:
    """An array for each field, sent in binary: writing them as text takes longer."""
    return ", ".join(f"%b::{field.rel_db_type(connection) or field.db_type(connection)}[]" for field in fields)


def _quoted(name: str | None) -> str:
    return str(connection.ops.quote_name(str(name)))


def _key(model: type[models.Model]) -> str:
    return _quoted(next(field.column for field in model._meta.concrete_fields if field.primary_key))
