from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from lms.credits.domain.appending import DayIsSealed
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry
from lms.credits.domain.registering import register_credit
from lms.credits.domain.sealing import DayIsNotOver, SealedOutOfOrder, seal_day, seal_faults
from lms.credits.models import CreditChain, CreditLedgerEntry, CreditRequirement, CreditRule, DailySeal, YearlyHours
from lms.credits.queries import hours_of
from lms.lib import append_only
from lms.lib.durations import beijing_midnight
from lms.lib.sealing import chain_hash
from tests.credits.world import AT, adopt, complete, complete_course, earn, load, per_course, teach

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def tamper(sql):
    """What somebody with the keys of the database could do."""
    with append_only.lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql)


def run(command, *args):
    out, err = StringIO(), StringIO()
    call_command(command, *args, stdout=out, stderr=err)
    return out.getvalue()


@pytest.fixture
def history(cast):
    """Two cadres with earned and corrected entries, and a farmer who completed the same lesson."""
    adopt("sx_legacy")
    earn(cast.learner)
    correct_entry(earn(cast.learner, 2700), hours=Decimal("0.5"), reason="x", by=cast.officer, at=AT)
    taught = teach(2700, 2700)
    register_credit(complete(cast.learner, taught), at=AT)
    earn(cast.neighbour_learner, 2700)
    complete(cast.farmer, taught)
    return cast


def test_an_honest_ledger_proves_itself(history):
    seal_day(DAY, at=AT + timedelta(days=1))

    assert list(ledger_faults()) == []
    assert run("check_ledger", "--seals") == "6 entries, 1 seals, 0 differences.\n"
    assert run("rebuild_derived") == "2 persons, 0 differences.\n"


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE credits_creditledgerentry SET hours = 9 WHERE seq = 1", "was changed"),
        ("UPDATE credits_creditledgerentry SET evidence = '{}' WHERE seq = 99", None),
        ("UPDATE credits_creditledgerentry SET source_id = 424242 WHERE kind = 'earned' AND seq = 1 AND id = "
         "(SELECT min(id) FROM credits_creditledgerentry)", "its completion does not exist"),
        ("UPDATE credits_creditchain SET seq = seq + 1", "the chain should end"),
        ("UPDATE credits_yearlyhours SET hours = hours + 1", "sums of the years differ"),
        ("DELETE FROM credits_yearlyhours", "sums of the years differ"),
        ("UPDATE credits_creditrule SET unit = 'course' WHERE region_code <> ''", "its rule says something else now"),
    ],
)  # fmt: skip
def test_check_ledger_finds(history, attack, fault):
    tamper(attack)

    faults = list(ledger_faults())

    if fault is None:
        assert faults == []
    else:
        assert any(fault in line for line in faults), faults
        with pytest.raises(CommandError, match="differences"):
            run("check_ledger")


def test_check_ledger_finds_hours_that_do_not_follow_even_when_the_chain_was_made_again(cast):
    adopt()
    entry = earn(cast.learner)
    tamper("UPDATE credits_creditledgerentry SET hours = 9")
    tamper("UPDATE credits_yearlyhours SET hours = 9")
    entry.hours = Decimal("9.00")
    forged = chain_hash(entry.prev_hash, entry.payload)
    tamper(f"UPDATE credits_creditledgerentry SET hash = '{forged}'")
    CreditChain.objects.update(hash=forged)

    assert list(ledger_faults()) == [f"person {cast.learner.pk}: entry 1: its hours do not follow from its evidence"]


def test_check_ledger_finds_a_lesson_counted_twice(cast):
    rule = adopt("sx_legacy")
    taught = teach(2700)
    (first,) = register_credit(complete(cast.learner, taught), at=AT)
    per_course(rule)
    (second,) = register_credit(complete_course(cast.learner, taught), at=AT)
    tamper(f"UPDATE credits_creditledgerentry SET counts = (1=1) WHERE id = {second.pk}")
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=second.pk).update(evidence=first.evidence)

    assert any("counts 2 times" in fault for fault in ledger_faults())


def test_missing_hours_are_found_and_swept(cast):
    adopt()
    completion = complete(cast.learner, teach(1800))
    complete(cast.farmer, teach(1800))

    assert list(ledger_faults()) == [
        f"person {cast.learner.pk}: lesson_completion {completion.pk} lacks its hours "
        "(register_missing_credits adds them)"
    ]
    assert run("register_missing_credits", "--dry-run").endswith("1 completions lack their hours.\n")
    assert CreditLedgerEntry.objects.count() == 0
    assert run("register_missing_credits").endswith("1 completions lacked their hours.\n")
    assert run("register_missing_credits") == "0 completions lacked their hours.\n"
    assert list(ledger_faults()) == []


def test_rebuild_derived_puts_the_sums_right_and_says_so(history):
    YearlyHours.objects.filter(person=history.learner).update(hours=99)
    YearlyHours.objects.filter(person=history.neighbour_learner).delete()

    assert run("rebuild_derived", "--dry-run").endswith("2 differences.\n")
    assert run("rebuild_derived").endswith("2 differences.\n")
    assert run("rebuild_derived") == "2 persons, 0 differences.\n"
    assert hours_of(history.neighbour_learner, 2026)["online_self_study"] == Decimal("1.00")


def test_a_seal_shows_that_a_rewritten_ledger_is_another_one(history):
    seal_day(DAY, at=AT + timedelta(days=1))
    tamper("UPDATE credits_creditledgerentry SET hash = prev_hash WHERE seq = 1")

    assert list(seal_faults()) == [f"seal {DAY}: the ledger of that day is no longer the one that was sealed"]
    with pytest.raises(CommandError):
        run("check_ledger", "--seals")


def test_seals_are_chained_and_signed(history):
    first = seal_day(DAY, at=AT + timedelta(days=1))
    second = seal_day(DAY + timedelta(days=1), at=AT + timedelta(days=2))

    assert seal_day(DAY, at=AT + timedelta(days=9)) == first
    assert (first.heads, second.prev_signature, second.root) == (2, first.signature, first.root)
    tamper(f"UPDATE credits_dailyseal SET heads = 3 WHERE id = {first.pk}")
    assert list(seal_faults()) == [
        f"seal {DAY}: the signature does not hold",
        f"seal {DAY}: the ledger of that day is no longer the one that was sealed",
    ]
    tamper(f"DELETE FROM credits_dailyseal WHERE id = {first.pk}")
    assert list(seal_faults()) == [f"seal {second.day}: does not continue the seal before it"]


def test_only_a_day_that_is_over_is_sealed_and_in_order(cast):
    midnight = beijing_midnight(DAY + timedelta(days=1))
    for at in (AT, midnight, midnight + timedelta(minutes=9)):
        with pytest.raises(DayIsNotOver):
            seal_day(DAY, at=at)
    seal_day(DAY, at=AT + timedelta(days=1))
    with pytest.raises(SealedOutOfOrder):
        seal_day(DAY - timedelta(days=1), at=AT + timedelta(days=1))
    with pytest.raises(CommandError):
        run("seal_day", "--day", "2999-01-01")


@pytest.mark.parametrize(("minutes", "day"), [(-1, DAY - timedelta(days=1)), (7, DAY - timedelta(days=1)), (10, DAY)])
def test_around_midnight_the_job_seals_the_newest_day_that_is_over(cast, clock, minutes: int, day: date):
    clock.now = beijing_midnight(DAY + timedelta(days=1))
    clock.move(minutes=minutes)

    run("seal_day")
    run("seal_day")

    assert list(DailySeal.objects.values_list("day", flat=True)) == [day]


def test_nothing_is_registered_into_a_sealed_day(cast):
    adopt()
    seal_day(DAY, at=AT + timedelta(days=1))
    completion = complete(cast.learner, teach(1800))

    with pytest.raises(DayIsSealed):
        register_credit(completion, at=AT)

    assert len(register_credit(completion, at=AT + timedelta(days=1))) == 1
    assert list(seal_faults()) == []
    assert DailySeal.objects.get().heads == 0


def test_load_credit_rules_twice_adds_nothing():
    assert run("load_credit_rules") == "8 rules and requirements added.\n"
    assert run("load_credit_rules") == "0 rules and requirements added.\n"
    assert CreditRule.objects.count() == 5
    assert CreditRequirement.objects.count() == 3


def test_load_credit_rules_puts_a_preset_in_force_once():
    adopting = ("load_credit_rules", "--adopt", "yn_2024", "--region", "990000000000", "--since", "2026-01-01")

    assert "in force in 990000000000 from 2026-01-01" in run(*adopting)
    run(*adopting)
    assert CreditRule.objects.filter(region_code="990000000000").count() == 1
    with pytest.raises(CommandError, match="in force there"):
        run("load_credit_rules", "--adopt", "sx_legacy", "--region", "990000000000", "--since", "2026-02-01")
    with pytest.raises(CommandError, match="needs the code"):
        run("load_credit_rules", "--adopt", "nowhere", "--region", "990000000000", "--since", "2026-02-01")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rules: [{code: yn_2024, name: x, unit: lesson, active_from: 2024-01-02, parameters: {minutes_per_hour: 1}, "
         "source: x, confidence: B}]", "another"),
        ("rules: [{code: x, name: x, unit: lesson, active_from: 2024-01-02, parameters: {tiers: 5}, source: x, "
         "confidence: B}]", "^x: "),
        ("{", "expected"),
    ],
)  # fmt: skip
def test_load_credit_rules_refuses_a_file_it_cannot_trust(tmp_path, text, complaint):
    load()
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=complaint):
        run("load_credit_rules", "--file", str(path))

    assert CreditRule.objects.count() == 5
