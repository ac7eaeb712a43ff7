"""Courses that a cadre may take, has not completed and that would give her hours."""

from decimal import Decimal

import pytest
from wagtail.models import Page

from courses.models import CoursePage
from lms.credits.domain.registering import register_credit
from lms.credits.domain.suggesting import suggest_courses
from tests.credits.world import AT, adopt, complete, complete_course, earn, per_course, teach

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock):
    clock.set(2026, 11, 20, 12)


def offer(*seconds, **more):
    """A course that is on show."""
    taught = teach(*seconds, **more)
    Page.objects.update(live=True)
    return taught


def found(person):
    return [(one.course.title, one.hours, one.bonus) for one in suggest_courses(person, at=AT)]


def test_courses_come_with_the_hours_of_their_decoded_lengths_most_first(cast):
    adopt()
    short, long = offer(900), offer(1800, 1200)
    offer(1800, credit_for=["civil_servant"])

    # At most 15 minutes: 0.25. Half an hour: 1, and twenty minutes: 0.5.
    assert found(cast.learner) == [
        (long.page.title, Decimal("1.50"), Decimal("0.00")),
        (short.page.title, Decimal("0.25"), Decimal("0.00")),
    ]
    assert found(cast.farmer) == []


def test_what_gave_hours_already_is_not_promised_again(cast):
    adopt()
    earn(cast.learner)
    begun, done = offer(1800, 1800), offer(1800)
    register_credit(complete(cast.learner, begun, 0), at=AT)
    complete(cast.learner, done)
    complete_course(cast.learner, done)

    assert found(cast.learner) == [(begun.page.title, Decimal("1.00"), Decimal("0.00"))]


def test_a_rule_that_counts_courses_counts_their_whole_length(cast):
    per_course(adopt("sx_legacy"))
    taught = offer(1350, 1350)

    assert found(cast.learner) == [(taught.page.title, Decimal("1.00"), Decimal("0.00"))]


def test_tests_are_named_apart_because_nobody_knows_whether_they_are_passed(cast):
    adopt()
    taught = offer(1800)
    newer = taught.outline
    newer.pk, newer.number, newer.lessons[0]["quiz_id"] = None, 2, 1
    newer.save(force_insert=True)

    assert found(cast.learner) == [(taught.page.title, Decimal("1.00"), Decimal("0.50"))]


def test_nothing_is_promised_without_a_rule_or_behind_a_closed_door(cast):
    taught = offer(1800)
    without_rule = found(cast.learner)
    adopt()
    CoursePage.objects.filter(pk=taught.page.pk).update(live=False)

    assert without_rule == found(cast.learner) == []


def test_my_hours_shows_what_is_missing_and_what_would_help(cast, signed_in):
    adopt()
    taught = offer(1800)

    html = signed_in(cast.learner).get("/hours/").content.decode()

    assert 'data-suggestion="1.00"' in html
    assert taught.page.title in html


def test_hours_that_only_wait_are_told_apart(cast, signed_in):
    adopt()
    complete(cast.learner, offer(1800))

    html = signed_in(cast.learner).get("/hours/").content.decode()

    assert 'data-pending="1.00"' in html
    assert 'data-category="online_self_study" data-hours="0.00"' in html
