"""Whatever may change a figure is written down by the database itself, in the transaction in which it happens.

Triggers, because nothing passes them by: neither a bulk update nor a hand in the database. After every migration run
they are put (back) in place, since a table rebuild on SQLite drops them silently; a system check names missing ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.utils import timezone

from lms.reports.rollups.enums import TouchedKind
from lms.reports.rollups.models import FoldState, Touched

VENDORS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Watch:
    """Rows of a model whose coming, changing or going touches what `column` names (0: everybody).

    A change counts only where one of `columns` is another afterwards; empty: any.
    """

    label: str
    column: str
    kind: TouchedKind = TouchedKind.PERSON
    events: tuple[str, ...] = ("INSERT",)
    columns: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return apps.get_model(self.label)._meta.db_table


ALWAYS = ("INSERT", "UPDATE", "DELETE")
WATCHES = (
    Watch("credits.CreditLedgerEntry", "person_id"),
    Watch("learning.LessonCompletion", "person_id"),
    Watch("learning.CourseCompletion", "person_id"),
    Watch("people.Post", "person_id", events=ALWAYS),
    Watch("credits.Exemption", "person_id", events=ALWAYS),
    Watch("people.Person", "id", events=("UPDATE", "DELETE"), columns=("is_active", "closed_at", "merged_into_id")),
    Watch("people.Person", "merged_into_id", events=("UPDATE",), columns=("merged_into_id",)),
    Watch("credits.CreditRequirement", "0", TouchedKind.ALL, ALWAYS),
    Watch("people.Division", "id", TouchedKind.PLACE, ("UPDATE",), ("code", "level", "active_to", "successor_id")),
    Watch("people.Org", "division_id", TouchedKind.PLACE, ("UPDATE",), ("division_id",)),
)
_NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')", "postgresql": "clock_timestamp()"}


def _statements(connection: BaseDatabaseWrapper, watch: Watch) -> Iterator[tuple[str, list[str]]]:
    """The triggers of a watch by name, each with the statements that make it."""
    quote, vendor = connection.ops.quote_name, connection.vendor
    for event in watch.events:
        sides = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}[event]
        if watch.column in {"0", "id"}:
            sides = sides[-1:]
        refs = [watch.column if watch.column == "0" else f"{side}.{quote(watch.column)}" for side in sides]
        writes = " ".join(
            f"INSERT INTO {quote(Touched._meta.db_table)} (kind, ref, at)"
            f" SELECT '{watch.kind.value}', {ref}, {_NOW[vendor]} WHERE {ref} IS NOT NULL;"
            for ref in dict.fromkeys(refs)
        )
        differs = " OR ".join(
            f"OLD.{quote(column)} {'IS NOT' if vendor == 'sqlite' else 'IS DISTINCT FROM'} NEW.{quote(column)}"
            for column in watch.columns
        )
        when = f"WHEN ({differs})" if differs and event == "UPDATE" else ""
        name = f"{watch.table}_touch_{event.lower()}_{watch.column}"
        opening = f"CREATE TRIGGER {quote(name)} AFTER {event} ON {quote(watch.table)} FOR EACH ROW {when}"
        if vendor == "sqlite":
            yield name, [f"{opening} BEGIN {writes} END"]
        else:
            function = quote(f"tianjian_{name}")
            body = f"BEGIN {writes} RETURN NULL; END"
            make = f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
            yield name, [make, f"{opening} EXECUTE FUNCTION {function}()"]


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgenabled = 'O' AND pg_table_is_visible(c.oid)"
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> list[tuple[str, list[str]]]:
    """The triggers that ought to stand and do not, with the statements that make them."""
    if connection.vendor not in VENDORS:
        return []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if Touched._meta.db_table not in tables:
        return []
    present = _present(connection)
    return [
        (name, statements)
        for watch in WATCHES
        if watch.table in tables
        for name, statements in _statements(connection, watch)
        if name not in present
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every missing trigger in place; what happened while one was missing is found by counting everybody."""
    lacking = missing(connection)
    with connection.cursor() as cursor:
        for _name, statements in lacking:
            for statement in statements:
                cursor.execute(statement)
    if lacking and FoldState.objects.using(connection.alias).exists():
        Touched.objects.using(connection.alias).create(kind=TouchedKind.ALL, ref=0, at=timezone.now())


def _install_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    install(connections[using])


def register_touching() -> None:
    """Called once, when the app is ready. After the app that is migrated last, all tables are there."""
    for label in {watch.label.partition(".")[0] for watch in WATCHES} | {"reports"}:
        post_migrate.connect(
            _install_after_migration, sender=apps.get_app_config(label), dispatch_uid=f"reports.touching.{label}"
        )


@register(Tags.database)
def check_touching(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error for each trigger without which a fact would not be counted."""
    return [
        Error(
            f"Changes are not counted: the trigger {name} is missing in database {alias!r}.",
            hint="Run `manage.py migrate --skip-checks`, which puts it back and has everybody counted again.",
            id="reports.E001",
        )
        for alias in databases or []
        for name, _statements in missing(connections[alias])
    ]
