"""An officer sets the rules of her own authority: no overlap, no gap, nothing earlier than what was earned."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lms.audit.models import AuditEntry
from lms.credits.domain.registering import register_credit
from lms.credits.domain.writing import CannotWriteRule, Draft, end_own_rule, uncovered, withdraw_rule, write_rule
from lms.credits.models import CreditRule
from lms.credits.policies import may_write_rules_of, rule_authorities
from lms.credits.queries import rule_in_force
from tests.cast import TODAY
from tests.credits.world import AT, adopt, complete, earn, teach

pytestmark = pytest.mark.django_db
TOMORROW, NEW_YEAR, JULY = date(2026, 11, 21), date(2027, 1, 1), date(2027, 7, 1)


@pytest.fixture
def draft(cast):
    return Draft(
        authority=cast.orgs.organization_department,
        name="甲县学时规则",
        unit="lesson",
        parameters={"minutes_per_hour": "45", "complete_ratio": "0.9"},
        active_from=NEW_YEAR,
        source="甲组发〔2026〕12 号",
        confidence="A",
    )


def test_only_officers_of_that_organisation_department_may(cast):
    org = cast.orgs.organization_department
    may = {part for part, person in cast.everybody.items() if may_write_rules_of(person, org, TODAY)}
    some = {part for part, person in cast.everybody.items() if rule_authorities(person, TODAY)}

    assert may == {"officer"}
    assert some == {"officer", "neighbour_officer", "prefecture_officer"}
    assert not may_write_rules_of(cast.officer, None, TODAY)
    assert not may_write_rules_of(cast.officer, cast.orgs.agriculture_department, TODAY)


@pytest.mark.parametrize(
    "part", ["neighbour_officer", "ended_officer", "prefecture_officer", "system_admin", "learner"]
)
def test_nobody_else_writes_ends_or_withdraws(cast, draft, part):
    rule = write_rule(draft, by=cast.officer, at=AT)

    for act in (
        lambda by: write_rule(replace(draft, active_from=JULY, ends_current=True), by=by, at=AT),
        lambda by: end_own_rule(rule, active_to=JULY, by=by, at=AT),
        lambda by: withdraw_rule(rule, by=by, at=AT),
    ):
        with pytest.raises(CannotWriteRule):
            act(getattr(cast, part))

    assert list(CreditRule.objects.filter(authority__isnull=False)) == [rule]


def test_the_own_rule_comes_before_that_of_the_place_from_its_first_day(cast, draft):
    place = adopt()

    rule = write_rule(draft, by=cast.officer, at=AT)

    org = cast.orgs.organization_department
    assert rule_in_force(org, date(2026, 12, 31)) == place
    assert rule_in_force(org, NEW_YEAR) == rule
    entry = AuditEntry.objects.get(action="credit_rule_written")
    assert (entry.actor_id, entry.subject_id) == (cast.officer.pk, str(rule.pk))
    assert entry.detail["code"] == rule.code == f"{org.code}-1"


def test_days_that_overlap_are_refused_by_name_and_day(cast, draft):
    write_rule(draft, by=cast.officer, at=AT)

    with pytest.raises(CannotWriteRule, match=r"甲县学时规则.*2027"):
        write_rule(replace(draft, active_from=JULY), by=cast.officer, at=AT)

    assert CreditRule.objects.count() == 1


def test_a_new_version_ends_the_one_before_on_its_first_day(cast, draft):
    first = write_rule(draft, by=cast.officer, at=AT)

    second = write_rule(replace(draft, active_from=JULY, ends_current=True, based_on=first), by=cast.officer, at=AT)

    first.refresh_from_db()
    assert (first.active_to, second.active_from, second.code) == (JULY, JULY, f"{draft.authority.code}-2")
    assert AuditEntry.objects.filter(action="credit_rule_ended").count() == 1


def test_a_later_rule_is_not_silently_cut_by_an_earlier_one(cast, draft):
    later = write_rule(replace(draft, active_from=JULY), by=cast.officer, at=AT)

    with pytest.raises(CannotWriteRule):
        write_rule(replace(draft, ends_current=True), by=cast.officer, at=AT)
    write_rule(replace(draft, active_to=JULY), by=cast.officer, at=AT)

    later.refresh_from_db()
    assert later.active_to is None


def test_days_between_two_rules_are_refused_where_none_would_hold(cast, draft):
    write_rule(replace(draft, active_to=date(2027, 6, 1)), by=cast.officer, at=AT)

    with pytest.raises(CannotWriteRule, match="2027"):
        write_rule(replace(draft, active_from=JULY), by=cast.officer, at=AT)


def test_days_between_two_rules_are_allowed_where_the_rule_of_the_place_holds(cast, draft):
    adopt()
    write_rule(replace(draft, active_to=date(2027, 6, 1)), by=cast.officer, at=AT)

    assert write_rule(replace(draft, active_from=JULY), by=cast.officer, at=AT).active_from == JULY


def test_a_third_version_sees_no_gap_where_the_second_held(cast, draft):
    write_rule(draft, by=cast.officer, at=AT)
    write_rule(replace(draft, active_from=JULY, ends_current=True), by=cast.officer, at=AT)

    third = replace(draft, active_from=date(2028, 1, 1), ends_current=True)
    assert write_rule(third, by=cast.officer, at=AT).pk


@pytest.mark.parametrize(
    ("covered", "gap"),
    [
        ([], (1, 10)),
        ([(1, None)], None),
        ([(1, 4), (4, 10)], None),
        ([(1, 4), (6, 10)], (4, 6)),
        ([(3, 20)], (1, 3)),
        ([(0, 5)], (5, 10)),
        ([(0, 8), (2, 4), (8, None)], None),
    ],
)
def test_uncovered_names_the_first_days_that_nothing_covers(covered, gap):
    def day(number):
        return None if number is None else date(2026, 1, 1 + number)

    found = uncovered((day(1), day(10)), [(day(first), day(last)) for first, last in covered])

    assert found == (gap and (day(gap[0]), day(gap[1])))


def test_today_is_too_early_once_hours_were_registered(cast, draft):
    adopt()
    earn(cast.learner)

    with pytest.raises(CannotWriteRule, match="2026"):
        write_rule(replace(draft, active_from=TODAY), by=cast.officer, at=AT)
    assert write_rule(replace(draft, active_from=TOMORROW), by=cast.officer, at=AT).pk


def test_an_earlier_day_is_allowed_while_nothing_was_registered_from_it_on(cast, draft):
    completion = complete(cast.learner, teach(2700))
    earn(cast.neighbour_learner) if adopt(region="990102000000") else None

    rule = write_rule(replace(draft, active_from=date(2026, 1, 1)), by=cast.officer, at=AT)

    (entry,) = register_credit(completion, at=AT)
    assert (entry.rule, entry.hours) == (rule, Decimal("1.00"))


def test_parameters_that_could_be_misread_are_refused_here_too(cast, draft):
    with pytest.raises(CannotWriteRule):
        write_rule(replace(draft, parameters={"minutes_per_hour": 45.0}), by=cast.officer, at=AT)

    assert CreditRule.objects.count() == 0


def test_a_rule_ends_after_what_was_earned_under_it(cast, draft):
    rule = write_rule(replace(draft, active_from=date(2026, 1, 1)), by=cast.officer, at=AT)
    earn(cast.learner, 2700)

    with pytest.raises(CannotWriteRule, match="2026"):
        end_own_rule(rule, active_to=TODAY, by=cast.officer, at=AT)
    assert end_own_rule(rule, active_to=TOMORROW, by=cast.officer, at=AT).active_to == TOMORROW
    rule.refresh_from_db()
    with pytest.raises(CannotWriteRule):
        end_own_rule(rule, active_to=NEW_YEAR, by=cast.officer, at=AT)


def test_a_rule_that_has_not_begun_is_taken_back_and_the_one_before_goes_on(cast, draft):
    first = write_rule(draft, by=cast.officer, at=AT)
    second = write_rule(replace(draft, active_from=JULY, ends_current=True), by=cast.officer, at=AT)

    assert withdraw_rule(second, by=cast.officer, at=AT) == first

    first.refresh_from_db()
    assert first.active_to is None
    assert list(CreditRule.objects.all()) == [first]
    assert AuditEntry.objects.get(action="credit_rule_withdrawn").detail["reopened"] == first.code


def test_a_rule_that_has_begun_is_not_taken_back(cast, draft):
    rule = write_rule(replace(draft, active_from=date(2026, 1, 1)), by=cast.officer, at=AT)

    with pytest.raises(CannotWriteRule):
        withdraw_rule(rule, by=cast.officer, at=AT)


def test_a_rule_from_which_another_was_written_stays(cast, draft):
    first = write_rule(draft, by=cast.officer, at=AT)
    write_rule(replace(draft, active_from=JULY, ends_current=True, based_on=first), by=cast.officer, at=AT)

    with pytest.raises(CannotWriteRule):
        withdraw_rule(first, by=cast.officer, at=AT)

    assert CreditRule.objects.count() == 2


def test_ending_a_rule_leaves_no_days_before_the_next_one(cast, draft):
    first = write_rule(draft, by=cast.officer, at=AT)
    write_rule(replace(draft, active_from=JULY, ends_current=True), by=cast.officer, at=AT)
    first.refresh_from_db()

    with pytest.raises(CannotWriteRule, match="2027"):
        end_own_rule(first, active_to=date(2027, 5, 1), by=cast.officer, at=AT)
    adopt()
    assert end_own_rule(first, active_to=date(2027, 5, 1), by=cast.officer, at=AT).active_to == date(2027, 5, 1)
