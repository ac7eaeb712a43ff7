"""Writing a row many times a second: what `save` and `create` write, with the SQL composed once for each model.

Composing it anew takes longer than running it; only names of our own models go into it (S608). No signals are sent, so
models whose signals somebody hears are not written this way.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, models


def update_row(row: models.Model, names: Iterable[str]) -> None:
    """Write these fields of a row that is in the database, as `save(update_fields=names)` does.

    Raises DoesNotExist of its model where it is not there any more.
    """
    fields, sql = _update(type(row), tuple(names))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(row, fields), row.pk])
        if cursor.rowcount != 1:
            raise type(row).DoesNotExist(row.pk)  # type: ignore[attr-defined]


def insert_row(row: models.Model) -> None:
    """Add the row, as `save(force_insert=True)` does; the database gives its key."""
    fields, sql = _insert(type(row))
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(row, fields))
        (row.pk,) = cursor.fetchone()
    row._state.adding = False


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


def _quoted(name: str | None) -> str:
    return str(connection.ops.quote_name(str(name)))


def _key(model: type[models.Model]) -> str:
    return _quoted(next(field.column for field in model._meta.concrete_fields if field.primary_key))
