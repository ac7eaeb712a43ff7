"""Two workers at once: one entry, one chain."""

from datetime import timedelta

from lms.credits.domain.attesting import attest_hours, revoke
from lms.credits.domain.binding import Span
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.registering import register_credit
from lms.credits.enums import Period
from lms.credits.models import Attestation, AttestationRevocation, CreditChain, CreditLedgerEntry
from tests.cast import make_cast
from tests.credits.world import AT, adopt, complete, earn, teach


def test_two_registrations_of_one_completion_at_once_make_one_entry(threads):
    cast = make_cast()
    adopt()
    completion = complete(cast.learner, teach(1800))

    results = threads.run(lambda: [entry.pk for entry in register_credit(completion, at=AT)], times=4)

    assert len(results[0]) == 1
    assert results == [results[0]] * 4
    assert threads.read(lambda: CreditLedgerEntry.objects.count()) == 1


def test_many_completions_of_one_person_at_once_make_one_chain(threads):
    cast = make_cast()
    adopt()
    taught = teach(1800, 1800, 1800, 1800)
    waiting = [complete(cast.learner, taught, number, at=AT + timedelta(minutes=number)) for number in range(4)]

    results = threads.run(lambda: len(register_credit(waiting.pop(), at=AT)), times=4)

    assert results == [1, 1, 1, 1]
    assert threads.read(lambda: list(CreditLedgerEntry.objects.values_list("seq", flat=True))) == [1, 2, 3, 4]
    assert threads.read(lambda: CreditChain.objects.get().seq) == 4
    assert threads.read(lambda: list(ledger_faults())) == []


def test_two_reversals_at_once_take_back_once(threads):
    cast = make_cast()
    adopt()
    entry = earn(cast.learner)

    results = threads.run(lambda: reverse_entry(entry, reason="x", by=cast.officer, at=AT).pk, times=2)

    assert results[0] == results[1]
    assert threads.read(lambda: CreditLedgerEntry.objects.count()) == 2
    assert threads.read(lambda: list(ledger_faults())) == []


def test_two_attestations_at_once_are_one(threads):
    cast = make_cast()
    adopt()
    earn(cast.learner)
    year = Span(Period.ANNUAL, 2026)

    results = threads.run(lambda: attest_hours(cast.learner, year, by=cast.learner, at=AT).number, times=4)

    assert results == [results[0]] * 4
    assert threads.read(lambda: Attestation.objects.count()) == 1


def test_two_revocations_at_once_are_one(threads):
    cast = make_cast()
    adopt()
    earn(cast.learner)
    made = attest_hours(cast.learner, Span(Period.ANNUAL, 2026), by=cast.learner, at=AT)

    results = threads.run(lambda: revoke(made, reason="x", by=cast.officer, at=AT).pk, times=3)

    assert results == [results[0]] * 3
    assert threads.read(lambda: AttestationRevocation.objects.count()) == 1
