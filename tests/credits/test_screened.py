"""What was seen in a hall gives hours only where a rule says so, and none once she says that she was not there."""

import pytest
from django.db import connection

from lms.credits.domain.assessing import keep_standings
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.registering import register_credit
from lms.credits.domain.striking import objected_lessons, regain_hours, strike_hours
from lms.credits.models import CreditLedgerEntry
from lms.learning.domain.objecting import object_to, withdraw
from lms.learning.models import LessonCompletion, WatchRecord
from lms.learning.signals import announce, evidence_improved
from lms.lib import append_only
from lms.lib.stretches import Stretches
from tests.credits.test_group_and_elective import under
from tests.factories import learning as make
from tests.learning.halls import Hall
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(cast, clock) -> Hall:
    return Hall(cast, clock)


@pytest.fixture
def seen(hall, cast):
    """A village cadre has seen a lesson in the hall, for which hours are given."""
    shown = hall.running(make.credit_lesson())
    hall.scan(shown, cast.learner)
    hall.close(shown, minutes=20)
    return LessonCompletion.objects.get(person=cast.learner)


def test_a_lesson_seen_in_a_hall_is_done_and_gives_no_hours(hall, seen):
    under()

    assert register_credit(seen, at=hall.clock.now) == []


def test_it_gives_hours_where_the_rule_says_so(hall, seen):
    under(group_share="1")

    (entry,) = register_credit(seen, at=hall.clock.now)

    assert entry.evidence["lessons"][0]["group_percent"] == 100


def test_it_gives_none_even_then_once_she_objected(hall, seen, cast):
    under(group_share="1")
    object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)

    assert register_credit(seen, at=hall.clock.now) == []


def test_hours_that_were_given_are_taken_back_once_when_she_objects(hall, seen, cast):
    under(group_share="1")
    (entry,) = register_credit(seen, at=hall.clock.now)
    object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)

    (reversal,) = strike_hours(seen, at=hall.clock.now)

    assert (reversal.reverses, reversal.hours) == (entry, -entry.hours)
    assert strike_hours(seen, at=hall.clock.now) == []
    assert list(objected_lessons()) == [seen]
    assert list(ledger_faults()) == []
    assert CreditLedgerEntry.objects.standing().count() == 0


def test_hours_stay_where_she_has_watched_it_herself_as_well(hall, seen, cast):
    under(group_share="1")
    (entry,) = register_credit(seen, at=hall.clock.now)
    WatchRecord.objects.update(settled=Stretches.of([(0, 1200)]).to_bytes())
    object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)

    assert strike_hours(seen, at=hall.clock.now) == []
    assert CreditLedgerEntry.objects.standing().get() == entry


def test_an_objection_strikes_the_hours_by_a_task(hall, seen, cast, settings, django_capture_on_commit_callbacks):
    run_tasks_at_once(settings)
    under(group_share="1")
    register_credit(seen, at=hall.clock.now)

    with django_capture_on_commit_callbacks(execute=True):
        object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)

    assert CreditLedgerEntry.objects.standing().count() == 0


@pytest.fixture
def struck(hall, seen, cast):
    """Her hours were taken back, because she said that she was not there."""
    under(group_share="1")
    (entry,) = register_credit(seen, at=hall.clock.now)
    object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)
    strike_hours(seen, at=hall.clock.now)
    return entry


def test_hours_come_again_once_when_she_takes_the_objection_back(hall, seen, struck, cast):
    assert regain_hours(seen, at=hall.clock.now) == []
    withdraw(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.move(days=2))
    assert [fault for fault in ledger_faults() if "bears hours again" in fault]

    (again,) = regain_hours(seen, at=hall.clock.now)

    assert (again.hours, again.day, again.rule, again.freed_by) == (
        struck.hours, struck.day, struck.rule, struck.reversal,
    )  # fmt: skip
    assert regain_hours(seen, at=hall.clock.now) == []
    assert register_credit(seen, at=hall.clock.now) == [struck]
    assert CreditLedgerEntry.objects.standing().get() == again
    keep_standings([cast.learner], on=again.day)
    assert list(ledger_faults()) == []


def test_hours_come_again_when_she_watches_the_lesson_after_all(
    hall, seen, struck, cast, settings, django_capture_on_commit_callbacks
):
    run_tasks_at_once(settings)
    record = WatchRecord.objects.get(person=cast.learner)
    WatchRecord.objects.update(settled=Stretches.of([(0, 1200)]).to_bytes(), covered_seconds=1200)

    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            announce(evidence_improved, watch_record_id=record.pk)

    assert CreditLedgerEntry.objects.standing().get().hours == struck.hours
    assert list(ledger_faults()) == []


def test_what_an_officer_took_back_since_is_not_given_again(hall, seen, struck, cast):
    withdraw(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)
    (again,) = regain_hours(seen, at=hall.clock.now)
    reverse_entry(again, reason="重复", by=cast.officer, at=hall.clock.now)

    assert regain_hours(seen, at=hall.clock.now) == []


def test_check_ledger_finds_hours_that_nobody_had_taken_back(hall, seen, struck, cast):
    withdraw(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)
    (again,) = regain_hours(seen, at=hall.clock.now)
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=again.pk).update(hours=again.hours + 1)

    assert any("its hours do not follow from its evidence" in fault for fault in ledger_faults())
