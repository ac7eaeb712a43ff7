"""A ledger rewritten by somebody who holds the database and the sealing key, against seals that were kept elsewhere."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from lms.audit.models import AuditEntry, AuditHead
from lms.credits.domain.rebuilding import rebuild_person
from lms.credits.domain.seal_files import NotASealFile, file_faults, read_seals, seals_as_text
from lms.credits.domain.sealing import ledger_at_ends_of, seal_day, seal_faults
from lms.credits.models import CreditChain, CreditLedgerEntry, DailySeal
from lms.lib import append_only
from lms.lib.sealing import GENESIS, chain_hash, sign
from tests.cast import Cast
from tests.credits.world import AT, adopt, earn

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
DAYS = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]


@pytest.fixture
def sealed(cast: Cast) -> str:
    """Three days with hours, each sealed the morning after, and the file that somebody carried away."""
    adopt()
    for number, day in enumerate(DAYS):
        at = AT + timedelta(days=number)
        earn(cast.learner, at=at)
        earn(cast.neighbour_learner, at=at)
        seal_day(day, at=at + timedelta(days=1))
    return seals_as_text(DailySeal.objects.all(), at=AT + timedelta(days=4))


def forge_chain(person_id: int) -> None:
    """Make the hashes of a chain fit its rows again, as the site itself would."""
    last = GENESIS
    for number, entry in enumerate(CreditLedgerEntry.objects.filter(person=person_id).order_by("seq"), start=1):
        entry.seq, entry.prev_hash = number, last
        last = entry.hash = chain_hash(last, entry.payload)
        entry.save()
    CreditChain.objects.filter(person=person_id).update(
        seq=CreditLedgerEntry.objects.filter(person=person_id).count(), hash=last
    )
    rebuild_person(person_id, dry_run=False)


def forge_seals() -> None:
    """Sign every day anew over the ledger as it stands now."""
    seals = list(DailySeal.objects.order_by("day"))
    before = ""
    for seal, then in zip(seals, ledger_at_ends_of([seal.day for seal in seals]), strict=True):
        seal.root, seal.heads, seal.entries, seal.prev_signature = then.root, then.heads, then.entries, before
        if logged := AuditEntry.objects.filter(seq=seal.audit_seq).first():
            seal.audit_hash = logged.hash
        before = seal.signature = sign(seal.signed_bytes)
        seal.save()


def edit(cast: Cast) -> None:
    entry = CreditLedgerEntry.objects.get(person=cast.learner, seq=2)
    entry.hours = Decimal("9.00")
    entry.save()


def delete(cast: Cast) -> None:
    CreditLedgerEntry.objects.get(person=cast.learner, seq=2).delete()


def delete_a_person(cast: Cast) -> None:
    CreditLedgerEntry.objects.filter(person=cast.learner).delete()


def swap(cast: Cast) -> None:
    first, second = CreditLedgerEntry.objects.filter(person=cast.learner, seq__lte=2).order_by("seq")
    first.day, second.day = second.day, first.day - timedelta(days=40)
    first.save()
    second.save()


def cut_the_tail(cast: Cast) -> None:
    CreditLedgerEntry.objects.get(person=cast.learner, seq=3).delete()


def backdate(cast: Cast) -> None:
    """An entry of today is slipped into a day that is sealed."""
    entry = earn(cast.learner, at=AT + timedelta(days=3))
    entry.registered_at = AT + timedelta(days=1)
    entry.save()


@pytest.mark.parametrize(
    ("attack", "first_day"),
    [(edit, 1), (delete, 1), (delete_a_person, 0), (swap, 0), (cut_the_tail, 2), (backdate, 1)],
)
def test_what_was_rewritten_and_signed_anew_is_found_by_the_file(
    cast: Cast, sealed: str, attack: Callable[[Cast], None], first_day: int
) -> None:
    assert list(file_faults(sealed)) == []
    with append_only.lifted(connection):
        attack(cast)
        forge_chain(cast.learner.pk)
        forge_seals()

    assert list(seal_faults()) == []
    faults = list(file_faults(sealed))
    for number, day in enumerate(DAYS):
        says = f"seal {day}: the ledger of that day is no longer the one that was sealed (by the file)"
        assert (says in faults) == (number >= first_day)
        assert (f"seal {day} of the file: another one stands here now" in faults) == (number >= first_day)


def test_a_head_that_was_signed_anew_alone_is_found_without_a_file(cast: Cast, sealed: str) -> None:
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(person=cast.learner, seq=3).delete()
        forge_chain(cast.learner.pk)

    assert list(seal_faults()) == [
        f"seal {DAYS[2]}: the ledger of that day is no longer the one that was sealed",
        f"seal {DAYS[2]}: 6 entries were sealed, there are 5",
    ]


def test_seals_that_were_removed_or_added_are_found(sealed: str) -> None:
    with append_only.lifted(connection):
        DailySeal.objects.filter(day=DAYS[1]).delete()

    assert f"seal {DAYS[1]} of the file: is missing here" in list(file_faults(sealed))

    content = json.loads(sealed)
    del content["seals"][1]
    assert f"seal {DAYS[2]}: does not continue the seal before it (by the file)" in list(
        file_faults(json.dumps(content))
    )


def test_an_audit_log_that_was_rewritten_is_found(cast: Cast, sealed: str) -> None:
    first = AuditEntry.objects.order_by("seq").first()
    assert first is not None and DailySeal.objects.get(day=DAY).audit_seq == AuditHead.objects.get().seq
    with append_only.lifted(connection):
        first.detail = {"code": "another"}
        last = first.prev_hash
        for entry in [first, *AuditEntry.objects.filter(seq__gt=first.seq)]:
            entry.prev_hash = last
            last = entry.hash = chain_hash(last, entry.payload)
            entry.save()
        forge_seals()

    assert list(seal_faults()) == []
    assert f"seal {DAY}: the audit log of that day is no longer the one that was sealed (by the file)" in list(
        file_faults(sealed)
    )


def test_a_file_that_was_changed_says_so(sealed: str) -> None:
    forged = sealed.replace('"heads":2', '"heads":3', 1)

    assert f"seal {DAY} of the file: the signature does not hold, the file was changed" in list(file_faults(forged))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": "x", "seals": []}', "[" * 100_000,
     '{"format": "tianjian daily seals, version 1", "seals": [{"day": 5}]}',
     '{"format": "tianjian daily seals, version 1", "seals": [{"day": "2026-11-20", "heads": "2"}]}',
     '{"format": "tianjian daily seals, version 1", "seals": 7}'],
)  # fmt: skip
def test_what_is_no_file_of_seals_is_refused(text: str) -> None:
    with pytest.raises(NotASealFile):
        read_seals(text)


def test_what_is_read_is_what_was_written(sealed: str) -> None:
    assert [seal.signed_bytes for seal in read_seals(sealed)] == [
        seal.signed_bytes for seal in DailySeal.objects.order_by("day")
    ]


def test_seals_from_before_the_counts_still_hold(sealed: str) -> None:
    """A seal of the first kind: without the number of entries and the end of the audit log."""
    with append_only.lifted(connection):
        first = DailySeal.objects.get(day=DAY)
        first.entries = first.audit_seq = None
        first.audit_hash = ""
        first.signature = sign(first.signed_bytes)
        first.save()
        second = DailySeal.objects.get(day=DAYS[1])
        second.prev_signature = first.signature
        second.signature = sign(second.signed_bytes)
        second.save()
        DailySeal.objects.filter(day=DAYS[2]).delete()

    assert list(seal_faults()) == []
    assert list(file_faults(seals_as_text(DailySeal.objects.all(), at=AT))) == []


def test_the_commands_write_and_check_a_file(cast: Cast, sealed: str, tmp_path) -> None:
    path = tmp_path / "seals.json"
    out = StringIO()
    call_command("export_seals", path, "--since", str(DAYS[1]), stdout=out)
    assert out.getvalue().startswith(f"2 seals in {path}.")

    call_command("check_ledger", "--seals", path, stdout=out)
    assert out.getvalue().endswith("6 entries, 3 seals, 0 differences.\n")

    with append_only.lifted(connection):
        edit(cast)
    err = StringIO()
    with pytest.raises(CommandError, match="differences"):
        call_command("check_ledger", "--seals", path, stderr=err)
    for bad in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("check_ledger", "--seals", bad)
