from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import CorrectionRefused, NotTheAuthority, correct_entry, reverse_entry
from lms.credits.domain.registering import register_credit
from lms.credits.domain.sealing import seal_day
from lms.credits.models import CreditLedgerEntry
from lms.credits.queries import hours_of
from lms.learning.models import LessonCompletion
from lms.people.enums import RoleKind
from tests.credits.world import AT, adopt, complete, complete_course, earn, per_course, teach
from tests.factories.people import RoleFactory

pytestmark = pytest.mark.django_db


def year(person):
    return hours_of(person, 2026)["online_self_study"]


def test_reverse_entry_takes_the_hours_back_and_keeps_the_entry(cast):
    adopt()
    entry = earn(cast.learner)

    reversal = reverse_entry(entry, reason="代学", by=cast.officer, at=AT)

    assert (reversal.kind, reversal.hours, reversal.day, reversal.reverses) == (
        "reversal",
        Decimal("-1.00"),
        entry.day,
        entry,
    )
    assert year(cast.learner) == Decimal("0.00")
    assert list(CreditLedgerEntry.objects.standing()) == []
    assert list(ledger_faults()) == []


def test_reverse_entry_twice_returns_the_first_reversal(cast):
    adopt()
    entry = earn(cast.learner)

    first = reverse_entry(entry, reason="代学", by=cast.officer, at=AT)

    assert reverse_entry(entry, reason="again", by=cast.officer, at=AT) == first
    assert year(cast.learner) == Decimal("0.00")


def test_a_correction_is_a_reversal_and_a_new_entry(cast):
    adopt()
    entry = earn(cast.learner)

    correction = correct_entry(entry, hours=Decimal("0.5"), reason="录音有误", by=cast.officer, at=AT)

    assert (correction.reversal.hours, correction.entry.hours) == (Decimal("-1.00"), Decimal("0.50"))
    assert (correction.entry.counts, correction.entry.freed_by) == (True, correction.reversal)
    assert year(cast.learner) == Decimal("0.50")
    assert list(ledger_faults()) == []


def test_correct_entry_twice_returns_the_first_correction(cast):
    adopt()
    entry = earn(cast.learner)

    first = correct_entry(entry, hours=Decimal("0.5"), reason="x", by=cast.officer, at=AT)

    assert correct_entry(entry, hours=Decimal("0.50"), reason="x", by=cast.officer, at=AT) == first
    with pytest.raises(CorrectionRefused):
        correct_entry(entry, hours=Decimal("0.75"), reason="x", by=cast.officer, at=AT)


def test_a_correction_can_be_corrected(cast):
    adopt()
    entry = earn(cast.learner)
    first = correct_entry(entry, hours=Decimal("0.5"), reason="x", by=cast.officer, at=AT).entry

    correct_entry(first, hours=Decimal("0.75"), reason="y", by=cast.officer, at=AT)

    assert year(cast.learner) == Decimal("0.75")
    assert list(ledger_faults()) == []


def test_registering_again_after_a_reversal_does_not_bring_the_hours_back(cast):
    adopt()
    entry = earn(cast.learner)
    reversal = reverse_entry(entry, reason="代学", by=cast.officer, at=AT)

    register_credit(LessonCompletion.objects.get(pk=entry.source_id), at=AT)

    assert list(CreditLedgerEntry.objects.all()) == [entry, reversal]


def test_a_reversed_achievement_is_free_for_another_door(cast):
    rule = adopt("sx_legacy")
    taught = teach(2700)
    (entry,) = register_credit(complete(cast.learner, taught), at=AT)
    reverse_entry(entry, reason="x", by=cast.officer, at=AT)
    per_course(rule)

    (through_course,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert (through_course.counts, through_course.hours) == (True, Decimal("1.00"))


@pytest.mark.parametrize("who", ["learner", "neighbour_officer", "ended_officer", "prefecture_officer", "trainer"])
def test_only_an_officer_of_the_authority_may_correct(cast, who):
    adopt()
    entry = earn(cast.learner)

    with pytest.raises(NotTheAuthority):
        reverse_entry(entry, reason="x", by=getattr(cast, who), at=AT)
    with pytest.raises(NotTheAuthority):
        correct_entry(entry, hours=Decimal(9), reason="x", by=getattr(cast, who), at=AT)

    assert list(CreditLedgerEntry.objects.all()) == [entry]


def test_an_officer_does_not_correct_her_own_hours(cast):
    adopt()
    entry = earn(cast.learner)
    RoleFactory(person=cast.learner, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)

    with pytest.raises(NotTheAuthority):
        correct_entry(entry, hours=Decimal(9), reason="x", by=cast.learner, at=AT)


@pytest.mark.parametrize("hours", ["-1", "1000", "NaN"])
def test_hours_that_cannot_be_are_refused(cast, hours):
    adopt()

    with pytest.raises(CorrectionRefused):
        correct_entry(earn(cast.learner), hours=Decimal(hours), reason="x", by=cast.officer, at=AT)


def test_a_reason_is_needed(cast):
    adopt()

    with pytest.raises(CorrectionRefused):
        reverse_entry(earn(cast.learner), reason="  ", by=cast.officer, at=AT)


def test_what_does_not_count_cannot_be_reversed(cast):
    adopt()
    reversal = reverse_entry(earn(cast.learner), reason="x", by=cast.officer, at=AT)

    with pytest.raises(CorrectionRefused):
        reverse_entry(reversal, reason="x", by=cast.officer, at=AT)


def test_a_correction_is_in_the_audit_log(cast):
    adopt()
    entry = earn(cast.learner)

    correct_entry(entry, hours=Decimal("0.5"), reason="录音有误", by=cast.officer, at=AT)

    logged = AuditEntry.objects.about("credit_ledger_entry", entry.pk).get()
    assert (logged.action, logged.actor_id) == ("credit_corrected", cast.officer.pk)
    assert logged.detail == {"reason": "录音有误", "from": "1.00", "to": "0.50"}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE credits_creditledgerentry SET hours = 9",
        "UPDATE credits_creditledgerentry SET counts = NOT counts",
        "DELETE FROM credits_creditledgerentry",
        "UPDATE credits_dailyseal SET root = 'x'",
    ],
)
def test_the_database_refuses_to_change_the_ledger(cast, attack):
    adopt()
    earn(cast.learner)
    seal_day(date(2026, 11, 20), at=AT.replace(day=22))

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(attack)


def test_a_person_with_entries_cannot_be_deleted(cast):
    adopt()
    entry = earn(cast.learner)

    with pytest.raises(DatabaseError), transaction.atomic():
        cast.learner.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.rule.delete()
