"""Attacks on an append-only table, by raw SQL and through the ORM, on the database of this test run."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils import timezone

from lms.audit.domain import record
from lms.audit.models import AuditEntry
from lms.lib import append_only

TABLE = AuditEntry._meta.db_table
pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> AuditEntry:
    return record("tested", actor=None, subject_kind="test", subject_id=1, at=timezone.now())


def execute(sql: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def rows() -> list[tuple[object, ...]]:
    return list(AuditEntry.objects.order_by("pk").values_list())


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE {TABLE} SET action = 'other'",
        f"UPDATE {TABLE} SET hash = hash",
        f"DELETE FROM {TABLE}",
        f"DELETE FROM {TABLE} WHERE seq = 1",
    ],
)
def test_raw_change_is_refused(entry, attack):
    before = rows()

    with pytest.raises(DatabaseError, match="only ever added"):
        execute(attack)

    assert rows() == before


def test_truncate_is_refused_or_unknown(entry):
    with pytest.raises(DatabaseError):
        execute(f"TRUNCATE {TABLE} CASCADE")

    assert len(rows()) == 1


@pytest.mark.parametrize("key", ["id", "seq"])
def test_insert_or_replace_is_refused_or_unknown(entry, key):
    names = [field.column for field in AuditEntry._meta.fields]
    chosen = ", ".join(f"{name} + 1000" if name in {"id", "seq"} and name != key else name for name in names)
    before = rows()

    with pytest.raises(DatabaseError):
        execute(f"INSERT OR REPLACE INTO {TABLE} ({', '.join(names)}) SELECT {chosen} FROM {TABLE}")

    assert rows() == before


def test_upsert_is_refused(entry):
    listed = ", ".join(field.column for field in AuditEntry._meta.fields)

    with pytest.raises(DatabaseError, match="only ever added"):
        execute(
            f"INSERT INTO {TABLE} ({listed}) SELECT {listed} FROM {TABLE} WHERE true "
            "ON CONFLICT (id) DO UPDATE SET action = 'other'"
        )


def test_the_orm_is_refused_too(entry):
    entry.action = "other"

    for attack in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            attack()


def test_changing_no_row_is_no_offence(entry):
    assert AuditEntry.objects.filter(seq=99).update(action="other") == 0


def test_the_check_fails_for_a_missing_trigger_and_migrating_puts_it_back(entry):
    assert append_only.missing(connection) == []
    name = next(iter(append_only._wanted_triggers(connection, AuditEntry)))
    execute(f"DROP TRIGGER {name}" + (f" ON {TABLE}" if connection.vendor == "postgresql" else ""))

    assert append_only.missing(connection) == [(AuditEntry, name)]
    with pytest.raises(SystemCheckError, match=name):
        call_command("check", tags=["database"], databases=["default"], stderr=StringIO())

    append_only.install(connection)
    assert append_only.missing(connection) == []


@pytest.mark.only_sqlite  # PostgreSQL keeps no statement to compare with
def test_a_trigger_that_was_made_otherwise_is_missing_and_made_again(entry):
    name = f"{TABLE}_no_delete"
    execute(f"DROP TRIGGER {name}")
    execute(f"CREATE TRIGGER {name} BEFORE DELETE ON {TABLE} BEGIN SELECT 1; END")

    assert append_only.missing(connection) == [(AuditEntry, name)]
    append_only.install(connection)

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        execute(f"DELETE FROM {TABLE}")


def test_lifted_lets_a_flush_through_and_puts_the_triggers_back(entry):
    with append_only.lifted(connection):
        AuditEntry.objects.all().delete()

    assert rows() == []
    assert append_only.missing(connection) == []


@pytest.fixture
def rebuilt_table() -> Iterator[type[models.Model]]:
    """A protected table of its own, because a rebuild on SQLite needs a connection outside a transaction."""

    class RebuiltRow(models.Model):
        word = models.CharField(max_length=5)

        class Meta:
            app_label = "audit"
            db_table = "test_rebuilt"

        def __str__(self) -> str:
            return self.word

    append_only.protect(RebuiltRow)
    with connection.schema_editor() as editor:
        editor.create_model(RebuiltRow)
    append_only.install(connection)
    yield RebuiltRow
    append_only._protected.remove(RebuiltRow)
    del RebuiltRow._meta.apps.all_models["audit"]["rebuiltrow"]
    RebuiltRow._meta.apps.clear_cache()
    with connection.schema_editor() as editor:
        editor.delete_model(RebuiltRow)


@pytest.mark.django_db(transaction=True)
def test_triggers_survive_a_table_rebuild_once_migrations_have_run(rebuilt_table):
    longer = models.CharField(max_length=50)
    longer.set_attributes_from_name("word")
    longer.model = rebuilt_table
    with connection.schema_editor() as editor:
        editor.alter_field(rebuilt_table, rebuilt_table._meta.get_field("word"), longer)

    call_command("migrate", "audit", verbosity=0, skip_checks=True)
    rebuilt_table.objects.create(word="a")

    assert append_only.missing(connection) == []
    with pytest.raises(IntegrityError, match="only ever added"):
        rebuilt_table.objects.update(word="b")
