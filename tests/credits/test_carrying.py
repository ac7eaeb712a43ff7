"""Surplus that helps a later year, worked by hand and as arithmetic."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.carrying import YearOfBuckets, carried_into

RULE = {"carryover": {"from": "required", "to": "elective", "years": 1}}
HOURS = st.integers(0, 200).map(Decimal)


def year(required, elective):
    """A year in which 56 required and 28 elective were asked for, and so much was earned."""
    return YearOfBuckets(
        {"required": Decimal(required), "elective": Decimal(elective)},
        {"required": Decimal(56), "elective": Decimal(28)},
    )


def codes(steps):
    return [one["code"] for one in steps]


def test_surplus_required_hours_fill_the_electives_of_the_next_year():
    # 2025: 70 − 56 = 14 more than required; 2026 lacks 28 − 20 = 8 electives: 8 come over, 6 are left
    hours, steps = carried_into(2026, {2025: year(70, 28), 2026: year(56, 20)}, RULE)

    assert (str(hours), codes(steps)) == ("8.00", ["surplus", "carried_over"])


def test_a_surplus_lapses_after_its_years():
    hours, steps = carried_into(2027, {2025: year(70, 28), 2026: year(56, 28), 2027: year(56, 20)}, RULE)

    assert (str(hours), codes(steps)) == ("0.00", ["carryover_lapsed"])


def test_an_hour_is_carried_once_and_the_oldest_first():
    # two years: 2024 brings 10, 2025 brings 10; 2026 lacks 15 (10 + 5), 2027 lacks 15 and finds 5
    two = {"carryover": {**RULE["carryover"], "years": 2}}
    years = {2024: year(66, 28), 2025: year(66, 28), 2026: year(56, 13), 2027: year(56, 13)}

    assert str(carried_into(2026, years, two)[0]) == "15.00"
    assert str(carried_into(2027, years, two)[0]) == "5.00"


def test_no_more_than_the_rule_allows_comes_into_one_year():
    most = {"carryover": {**RULE["carryover"], "most": "5"}}

    assert str(carried_into(2026, {2025: year(70, 28), 2026: year(56, 20)}, most)[0]) == "5.00"


def test_without_a_rule_nothing_is_carried():
    hours, steps = carried_into(2026, {2025: year(99, 99), 2026: year(0, 0)}, {})

    assert (str(hours), codes(steps)) == ("0.00", ["no_carryover"])


@given(st.lists(st.tuples(HOURS, HOURS), min_size=1, max_size=8), st.integers(1, 5))
def test_all_years_together_never_bring_more_than_there_was(earned, years):
    rule = {"carryover": {**RULE["carryover"], "years": years}}
    facts = {2020 + number: year(*both) for number, both in enumerate(earned)}

    brought = {each: carried_into(each, facts, rule)[0] for each in facts}

    assert sum(brought.values()) <= sum(each.surplus("required") for each in facts.values())
    assert all(brought[each] <= facts[each].short("elective") for each in facts)
