from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from lms.audit.domain import SecretInDetail, record
from lms.audit.models import AuditEntry, AuditHead
from lms.audit.queries import log_faults
from lms.lib import append_only
from lms.lib.sealing import GENESIS

AT = datetime(2026, 4, 15, 2, 0, 0, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def write(count: int = 1) -> list[AuditEntry]:
    return [
        record("role_granted", actor=None, subject_kind="role", subject_id=number, detail={"n": number}, at=AT)
        for number in range(count)
    ]


def test_record_chains_entries():
    first, second = write(2)

    assert (first.seq, first.prev_hash) == (1, GENESIS)
    assert (second.seq, second.prev_hash) == (2, first.hash)
    assert AuditHead.objects.values_list("seq", "hash").get() == (2, second.hash)
    assert log_faults() == []


def test_record_keeps_the_actor_as_a_bare_id(cast):
    entry = record("x", actor=cast.officer, subject_kind="person", subject_id=cast.learner.pk, at=AT)

    assert entry.actor_id == cast.officer.pk
    assert list(AuditEntry.objects.by(cast.officer.pk).about("person", cast.learner.pk)) == [entry]


def test_detail_is_kept_as_it_is_read_back():
    entry = record("x", actor=None, subject_kind="x", subject_id=1, detail={"hours": Decimal("0.50"), "at": AT}, at=AT)

    assert entry.detail == AuditEntry.objects.get().detail
    assert entry.detail["hours"] == "0.50"


@pytest.mark.parametrize("detail", [{"phone": "x"}, {"a": [{"password": "x"}]}])
def test_secrets_are_refused(detail):
    with pytest.raises(SecretInDetail):
        record("x", actor=None, subject_kind="x", subject_id=1, detail=detail, at=AT)


def test_an_entry_of_a_story_that_fails_leaves_nothing():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        1 / 0  # noqa: B018

    write()
    assert AuditEntry.objects.get().seq == 1
    assert log_faults() == []


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE audit_auditentry SET actor_id = 7 WHERE seq = 2", "2: was changed"),
        ("DELETE FROM audit_auditentry WHERE seq = 2", "3: follows 1"),
        ("DELETE FROM audit_auditentry WHERE seq = 3", "2: the chain should end at 3"),
        ("UPDATE audit_auditentry SET prev_hash = hash WHERE seq = 2", "2: does not continue"),
    ],
)
def test_check_audit_finds_what_was_done_behind_the_triggers(attack, fault):
    write(3)
    with append_only.lifted(connection), connection.cursor() as cursor:
        cursor.execute(attack)
    errors = StringIO()

    with pytest.raises(CommandError, match="faults"):
        call_command("check_audit", stderr=errors)

    assert fault in errors.getvalue()


def test_check_audit_says_how_many_entries_it_saw():
    write(3)
    out = StringIO()

    call_command("check_audit", stdout=out)

    assert out.getvalue() == "3 audit entries, no faults.\n"


@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_make_one_chain(threads):
    results = threads.run(lambda: [entry.seq for entry in write(3)], times=3)

    assert sorted(seq for seqs in results for seq in seqs) == list(range(1, 10))
    assert threads.read(log_faults) == []
