"""A rule tried on last year says what would have been, and agrees with what is registered under the same rule."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from lms.credits.domain.registering import register_credit
from lms.credits.domain.trying import try_rule
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.people.domain.merging import merge
from lms.people.models import Person
from tests.credits.test_offline import watched
from tests.credits.world import AT, BEIJING, adopt, complete, complete_course, earn, teach
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db


def tried(cast, terms, *people, **more):
    persons = Person.objects.filter(pk__in=[person.pk for person in people or [cast.learner]])
    return try_rule(terms, persons, authorities=[cast.orgs.organization_department], year=2026, **more)


def terms_of(code):
    return CreditRule.objects.get(code=code, region_code="", authority=None).terms


def test_the_difference_is_said_for_each_person(cast):
    adopt()
    earn(cast.learner, 2700)  # 云南: 45 min → 1
    earn(cast.learner, 5400)  # 云南: 90 min → 1; 山西: 2

    trial = tried(cast, terms_of("sx_legacy"))

    (change,) = trial.changes
    assert (change.person_id, str(change.old), str(change.new), str(change.difference)) == (
        cast.learner.pk, "2.00", "3.00", "1.00",
    )  # fmt: skip
    assert (trial.compared, trial.gaining, trial.losing) == (1, 1, 0)


UNITS, CODES = ["lesson", "course"], ["yn_2024", "sx_legacy", "sx_points"]
CAPS: list[dict[str, str]] = [{}, {"day": "1.5"}, {"course": "1", "year": "2.25"}]
# Each rule, each kind of caps and each unit at least once.
TELLING = [("lesson", CAPS[2], "yn_2024"), ("course", CAPS[1], "sx_legacy"), ("lesson", CAPS[0], "sx_points")]


@pytest.mark.parametrize(
    ("unit", "caps", "code"),
    [pytest.param(*terms, marks=[] if terms in TELLING else pytest.mark.slow) for terms in product(UNITS, CAPS, CODES)],
)
def test_the_rule_in_force_changes_nothing(cast, video, code, caps, unit):
    rule = adopt(code)
    rule.parameters, rule.unit = rule.parameters | ({"caps": caps} if caps else {}), unit
    rule.save()
    taught = teach(1800, 2700, 600)
    done = [complete(cast.learner, taught, number, at=AT + timedelta(minutes=number)) for number in range(2)]
    done += [
        watched(cast.learner, teach(1800), video, offline=(0, 1800)),
        complete(cast.learner, teach(1800, rule="quiz"), at=AT),
        complete_course(cast.learner, taught, at=AT + timedelta(hours=1)),
    ]
    for completion in sorted(done, key=lambda each: (each.completed_at, each.pk)):
        register_credit(completion, at=AT + timedelta(hours=2))

    trial = tried(cast, rule.terms)

    assert trial.changes == []
    assert trial.old == trial.new > 0


def test_nothing_is_written(cast):
    adopt()
    complete(cast.learner, teach(2700))

    trial = tried(cast, terms_of("sx_legacy"))

    assert (str(trial.old), str(trial.new)) == ("0.00", "1.00")
    assert CreditLedgerEntry.objects.count() == 0


def test_other_years_and_days_under_another_authority_are_left_out(cast):
    adopt()
    earn(cast.learner, 2700, at=datetime(2027, 1, 1, 0, 1, tzinfo=BEIJING))
    earn(cast.neighbour_learner, 2700)

    trial = tried(cast, terms_of("sx_legacy"), cast.learner, cast.neighbour_learner)

    assert (trial.compared, trial.old, trial.new) == (2, Decimal("0.00"), Decimal("0.00"))


def test_accounts_that_were_merged_are_one_person(cast):
    adopt()
    twin = PersonFactory(name="李秀英", village=cast.places.village)
    earn(cast.learner, 2700)
    PostFactory(person=twin, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    complete(twin, teach(5400))
    merge(twin, into=cast.learner, by=cast.security_admin, reason="x", at=AT)

    assert str(tried(cast, terms_of("sx_legacy")).new) == "3.00"


def test_when_the_time_is_over_it_says_how_many_were_compared(cast):
    trial = tried(cast, {"unit": "lesson", "parameters": {"minutes_per_hour": 45}}, seconds=0)

    assert (trial.in_scope, trial.compared) == (1, 0)


def test_three_people_cost_as_many_queries_as_one(cast, django_assert_num_queries):
    adopt()
    people = [cast.learner]
    for _number in range(2):
        person = PersonFactory(village=cast.places.village)
        PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
        people.append(person)
    for person in people:
        complete(person, teach(2700))
        complete(person, teach(2700))
    terms = terms_of("sx_legacy")

    for some in (people[:1], people):
        with django_assert_num_queries(10):
            assert tried(cast, terms, *some).compared == len(some)
