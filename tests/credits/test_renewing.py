"""A course is taken again where the rule in force counts it anew every year, and then gives hours again."""

from datetime import datetime, timedelta

import pytest

from lms.credits.domain.registering import register_credit
from lms.credits.domain.renewing import counts_once, is_over
from lms.credits.models import CreditRule
from lms.learning.domain.retaking import CannotRetake, retake
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.stretches import Stretches
from tests.cast import Cast
from tests.credits import world
from tests.factories import learning as make

pytestmark = pytest.mark.django_db
LAST_YEAR = datetime(2026, 11, 20, 10, tzinfo=world.BEIJING)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, 1, tzinfo=world.BEIJING)


def watched(person, lesson, at):
    session = open_session(person, lesson, at=at)
    accept_report(session, 1, stretches=Stretches.of([(0, 900)]), at=at + timedelta(seconds=900))


@pytest.fixture
def lesson(cast: Cast):
    """A lesson that `learner` completed last year, under a rule that counts it every year."""
    rule = world.adopt()
    CreditRule.objects.filter(pk=rule.pk).update(parameters=rule.parameters | {"every_year": True})
    lesson = make.published(make.live_lesson(make.live_course(credit_for=["village_cadre"]), seconds=900))
    watched(cast.learner, lesson, LAST_YEAR)
    return lesson


def test_the_new_round_gives_hours_again(cast: Cast, lesson):
    first = register_credit(LessonCompletion.objects.get(), at=LAST_YEAR + timedelta(hours=1))

    retake(cast.learner, lesson.course, at=NEW_YEAR)
    watched(cast.learner, lesson, NEW_YEAR)
    second = register_credit(LessonCompletion.objects.get(round=2), at=NEW_YEAR + timedelta(hours=1))

    assert world.hours(*first) == world.hours(*second) != []
    assert [entry.day.year for entry in (*first, *second)] == [2026, 2027]
    assert CourseCompletion.objects.count() == 2


def test_the_last_second_of_the_old_year_is_too_early(cast: Cast, lesson):
    with pytest.raises(CannotRetake):
        retake(cast.learner, lesson.course, at=NEW_YEAR - timedelta(seconds=2))


def test_a_rule_that_counts_once_opens_no_second_round(cast: Cast, lesson):
    rule = CreditRule.objects.get(region_code="990000000000")
    CreditRule.objects.filter(pk=rule.pk).update(parameters=rule.parameters | {"every_year": False})

    with pytest.raises(CannotRetake):
        retake(cast.learner, lesson.course, at=NEW_YEAR)


def test_whoever_gets_no_hours_for_it_takes_no_course_again(cast: Cast, lesson):
    watched(cast.farmer, lesson, LAST_YEAR)

    with pytest.raises(CannotRetake):
        retake(cast.farmer, lesson.course, at=NEW_YEAR)


@pytest.mark.parametrize(
    ("parameters", "year", "today", "over"),
    [
        ({}, 2026, 2040, False),
        ({"every_year": False}, 2026, 2040, False),
        ({"every_year": True}, 2026, 2027, True),
        ({"counts_once": "ever"}, 2026, 2040, False),
        ({"counts_once": "year"}, 2026, 2026, False),
        ({"counts_once": "year"}, 2026, 2027, True),
        ({"counts_once": "cycle"}, 2023, 2027, False),  # the cycle of the plan is 2023 to 2027
        ({"counts_once": "cycle"}, 2027, 2028, True),
        ({"counts_once": "cycle"}, 2022, 2023, True),
        ({"counts_once": "cycle", "cycle_from": 2025}, 2025, 2029, False),
        ({"counts_once": "cycle", "cycle_from": 2025}, 2029, 2030, True),
    ],
)
def test_a_period_is_over_when_the_rule_says_so(parameters, year, today, over):
    assert is_over(year, today, parameters) is over


def test_the_older_word_for_once_a_year_is_still_read():
    assert counts_once({"every_year": True}) == counts_once({"counts_once": "year"}) == "year"


def test_a_rule_by_cycle_opens_the_next_round_with_the_next_cycle(cast: Cast, lesson):
    rule = CreditRule.objects.get(region_code="990000000000")
    parameters = {key: value for key, value in rule.parameters.items() if key != "every_year"}
    CreditRule.objects.filter(pk=rule.pk).update(parameters=parameters | {"counts_once": "cycle"})

    with pytest.raises(CannotRetake):
        retake(cast.learner, lesson.course, at=NEW_YEAR)
    assert retake(cast.learner, lesson.course, at=datetime(2028, 1, 1, tzinfo=world.BEIJING)).round == 2
