"""What was seen in a hall gives hours only where a rule says so, and none once she says that she was not there."""

import pytest

from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.registering import register_credit
from lms.credits.domain.striking import objected_lessons, strike_hours
from lms.credits.models import CreditLedgerEntry
from lms.learning.domain.objecting import object_to
from lms.learning.models import LessonCompletion, WatchRecord
from lms.lib.stretches import Stretches
from tests.credits.test_group_and_elective import under
from tests.factories import learning as make
from tests.learning.halls import Hall

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
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    under(group_share="1")
    register_credit(seen, at=hall.clock.now)

    with django_capture_on_commit_callbacks(execute=True):
        object_to(cast.learner.group_ticks.get(), by=cast.learner, at=hall.clock.now)

    assert CreditLedgerEntry.objects.standing().count() == 0
