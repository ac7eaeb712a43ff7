"""Tables to which rows are only ever added, guarded by the database itself.

An app calls `protect(Model, …)` in `ready()`. After every migration run the refusing triggers are put (back) in
place on SQLite and PostgreSQL, because a table rebuild on SQLite drops them silently. A system check of the
database fails where one is missing.

On SQLite, `INSERT OR REPLACE` deletes without firing delete triggers, so an insert that meets a row with the same
key is refused too; `ignore_conflicts` is therefore an error there as well.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import UniqueConstraint
from django.db.models.signals import post_migrate

REFUSAL = "rows of this table are only ever added"

_protected: list[type[models.Model]] = []


def protect(*wanted: type[models.Model]) -> None:
    """Guard the tables of these models against UPDATE, DELETE and TRUNCATE, from the next migration run on."""
    _protected.extend(model for model in wanted if model not in _protected)


def protected_models() -> list[type[models.Model]]:
    """Every model registered so far."""
    return list(_protected)


def _keys(model: type[models.Model]) -> list[list[str]]:
    """The columns of each key that holds for every row."""
    meta = model._meta
    names = [[field.name] for field in meta.local_fields if field.unique]
    names += [list(together) for together in meta.unique_together]
    names += [
        list(constraint.fields)
        for constraint in meta.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None
    ]
    columns = {field.name: str(field.column) for field in meta.local_fields}
    return [[columns[name] for name in key] for key in names]


def _sqlite_triggers(connection: BaseDatabaseWrapper, model: type[models.Model]) -> dict[str, list[str]]:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: {REFUSAL}'); END"
    # One question for each key: of all in one, SQLite may read the whole table at every insert.
    same = " OR ".join(
        f"EXISTS (SELECT 1 FROM {quote(table)} WHERE "  # noqa: S608  (names of our own models)
        + " AND ".join(f"{quote(column)} = NEW.{quote(column)}" for column in key)
        + ")"
        for key in _keys(model)
    )
    triggers = {
        f"{table}_no_update": [
            f"CREATE TRIGGER {quote(table + '_no_update')} BEFORE UPDATE ON {quote(table)} {refuse}"
        ],
        f"{table}_no_delete": [
            f"CREATE TRIGGER {quote(table + '_no_delete')} BEFORE DELETE ON {quote(table)} {refuse}"
        ],
        f"{table}_no_replace": [
            f"CREATE TRIGGER {quote(table + '_no_replace')} BEFORE INSERT ON {quote(table)} WHEN {same} {refuse}"
        ],
    }
    return {name: [f"DROP TRIGGER IF EXISTS {quote(name)}", *statements] for name, statements in triggers.items()}


def _postgresql_triggers(connection: BaseDatabaseWrapper, model: type[models.Model]) -> dict[str, list[str]]:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    function = quote("tianjian_refuse_change")
    body = f"RAISE EXCEPTION '%: {REFUSAL}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
    make_function = (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
    row, all_rows = f"{table}_no_change", f"{table}_no_truncate"
    return {
        row: [
            make_function,
            f"CREATE TRIGGER {quote(row)} BEFORE UPDATE OR DELETE ON {quote(table)} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        ],
        all_rows: [
            make_function,
            f"CREATE TRIGGER {quote(all_rows)} BEFORE TRUNCATE ON {quote(table)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ],
    }


def _wanted_triggers(connection: BaseDatabaseWrapper, model: type[models.Model]) -> dict[str, list[str]]:
    makers = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}
    return makers[connection.vendor](connection, model) if connection.vendor in makers else {}


def _present_triggers(connection: BaseDatabaseWrapper) -> dict[str, str | None]:
    """By name: the statement that made the trigger, where the database keeps it as it was written."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT t.tgname, NULL FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgenabled = 'O' AND pg_table_is_visible(c.oid)"
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def _stands(name: str, statements: list[str], present: dict[str, str | None]) -> bool:
    """Whether the trigger is there, and as these statements make it."""
    return name in present and present[name] in {None, statements[-1]}


def _standing(connection: BaseDatabaseWrapper) -> list[type[models.Model]]:
    """The protected models whose table exists."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    return [model for model in _protected if model._meta.db_table in tables]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place that is missing or was made otherwise.

    Names are cut by PostgreSQL at 63 characters, so keep tables short.
    """
    if connection.vendor not in {"sqlite", "postgresql"}:
        return
    present = _present_triggers(connection)
    with connection.cursor() as cursor:
        for model in _standing(connection):
            for name, statements in _wanted_triggers(connection, model).items():
                if not _stands(name, statements, present):
                    for statement in statements:
                        cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[tuple[type[models.Model], str]]:
    """The triggers that ought to stand and do not."""
    present = _present_triggers(connection)
    return [
        (model, name)
        for model in _standing(connection)
        for name, statements in _wanted_triggers(connection, model).items()
        if not _stands(name, statements, present)
    ]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers, for the flush between live-server tests and for nothing else."""
    with connection.cursor() as cursor:
        present = _present_triggers(connection)
        for model in _standing(connection):
            for name in _wanted_triggers(connection, model):
                if name in present:
                    on = (
                        f" ON {connection.ops.quote_name(model._meta.db_table)}"
                        if connection.vendor == "postgresql"
                        else ""
                    )
                    cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}{on}")
    try:
        yield
    finally:
        install(connection)


def _install_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    if any(model._meta.app_label == sender.label for model in _protected):
        install(connections[using])


@register(Tags.database)
def check_triggers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error for each append-only table that the database would let be changed."""
    return [
        Error(
            f"The append-only table {model._meta.db_table} lacks its trigger {name} in database {alias!r}.",
            hint="Run `manage.py migrate --skip-checks`, which puts it back, and find out who removed it.",
            obj=model,
            id="append_only.E001",
        )
        for alias in databases or []
        if connections[alias].vendor in {"sqlite", "postgresql"}
        for model, name in missing(connections[alias])
    ]


post_migrate.connect(_install_after_migration, dispatch_uid="lms.lib.append_only")
