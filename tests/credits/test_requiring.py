"""What is required, worked by hand: the fifteenth of a month decides, a month of a year is a twelfth."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.binding import HeldPost, Relief, Row, Span, places_around, row_on
from lms.credits.domain.judging import judge
from lms.credits.domain.requiring import months_after, need_in
from lms.credits.enums import Bound, CreditCategory, ExemptionKind, PartYear, Period, StandingState
from lms.people.enums import PersonnelCategory, PostLevel

TRAINING, ONLINE = CreditCategory.CENTRALIZED_TRAINING, CreditCategory.ONLINE_SELF_STUDY
YEAR, CYCLE = Span(Period.ANNUAL, 2026), Span(Period.FIVE_YEAR_CYCLE, 2023)
LONG_AGO = date(2015, 1, 1)
COUNTY_A, COUNTY_B = "990101000000", "990102000000"
TOWNSHIP, COUNTY = PostLevel.TOWNSHIP_LEVEL_PRINCIPAL, PostLevel.COUNTY_LEVEL_DEPUTY

NINETY = Row(
    1, Bound.TOWNSHIP_LEVEL_AND_BELOW, TRAINING, Period.ANNUAL, Decimal(90), Decimal(12), LONG_AGO, catch_up_months=12
)
FIVE_HUNDRED_FIFTY = Row(
    2, Bound.COUNTY_LEVEL_AND_ABOVE, TRAINING, Period.FIVE_YEAR_CYCLE, Decimal(550), Decimal(63), LONG_AGO,
    cycle_first_year=2023, catch_up_months=12,
)  # fmt: skip
FIFTY = Row(3, Bound.ALL_CADRES, ONLINE, Period.ANNUAL, Decimal(50), None, LONG_AGO)
NATION = [NINETY, FIVE_HUNDRED_FIFTY, FIFTY]


def post(
    since: date = LONG_AGO,
    until: date | None = None,
    *,
    level: str = TOWNSHIP,
    category: str = PersonnelCategory.CIVIL_SERVANT,
    place: str = COUNTY_A,
    authority: int = 1,
) -> HeldPost:
    return HeldPost(since, until, level, category, place, authority)


def need(*posts, span=YEAR, category=TRAINING, reliefs=(), rows=NATION):
    return need_in(span, category, posts=posts, reliefs=list(reliefs), rows=rows)


def amounts(found):
    return found.hours, found.days


def codes(found):
    return [one["code"] for one in found.why]


def under(part_year):
    return [replace(row, part_year=part_year) for row in NATION]


def test_a_whole_year_at_township_level_asks_for_all_of_it():
    # Twelve of twelve months: 90 hours or 12 days; online 50 hours, no days.
    assert amounts(need(post())) == (Decimal("90.00"), Decimal("12.00"))
    assert amounts(need(post(), category=ONLINE)) == (Decimal("50.00"), None)
    assert not need(post(), span=CYCLE).is_bound


def test_promotion_in_july_splits_the_year_and_the_cycle_and_gives_a_year_to_catch_up():
    # Promoted on 10 July 2026. The year: January to June, 6/12 of 90 = 45 hours or 6 days.
    # The cycle 2023 to 2027: July 2026 to December 2027, 18/60 of 550 = 165 hours, of 63 days = 18.9.
    # Online: bound as before and after, 50. Both of the first may be met before 10 July 2027 and the end of the cycle.
    promoted = date(2026, 7, 10)
    posts = [post(until=promoted), post(promoted, level=COUNTY)]

    year, cycle, online = need(*posts), need(*posts, span=CYCLE), need(*posts, category=ONLINE)

    assert amounts(year) == (Decimal("45.00"), Decimal("6.00"))
    assert year.until == date(2027, 7, 10)
    assert amounts(cycle) == (Decimal("165.00"), Decimal("18.90"))
    assert cycle.until == date(2028, 1, 1)
    assert (amounts(online), online.until) == ((Decimal("50.00"), None), date(2027, 1, 1))
    assert "promoted" in codes(year) and "promoted" not in codes(online)


def test_promotion_in_the_last_year_of_a_cycle_may_be_caught_up_after_it():
    # Promoted on 1 July 2027: 6/60 of 550 = 55 hours, to be met before 1 July 2028, half a year after the cycle.
    promoted = date(2027, 7, 1)

    found = need(post(until=promoted), post(promoted, level=COUNTY), span=CYCLE)

    assert amounts(found) == (Decimal("55.00"), Decimal("6.30"))
    assert found.until == date(2028, 7, 1)


@pytest.mark.parametrize(
    ("part_year", "hours", "days"),
    [
        # Hired on 12 October: October, November, December. 3/12 of 90 = 22.5 hours, of 12 days = 3.
        (PartYear.BY_MONTHS, "22.50", "3.00"),
        (PartYear.WHOLE, "90.00", "12.00"),
        (PartYear.EXEMPT, "0.00", "0.00"),
    ],
)
def test_hired_in_october_owes_as_the_rule_for_part_years_says(part_year, hours, days):
    found = need(post(date(2026, 10, 12)), rows=under(part_year))

    assert amounts(found) == (Decimal(hours), Decimal(days))
    assert found.is_exempt == (part_year == PartYear.EXEMPT)
    assert f"part_{part_year}" in codes(found)


def test_hired_after_the_fifteenth_of_october_begins_with_november():
    # 2/12 of 90 = 15 hours; of 50 online = 8.333…, rounded down to 8.33.
    assert need(post(date(2026, 10, 16))).hours == Decimal("15.00")
    assert need(post(date(2026, 10, 16)), category=ONLINE).hours == Decimal("8.33")


def test_moved_between_counties_in_may_owes_each_county_its_months():
    # County A asks for the nation's 90, county B for 120 hours or 16 days. She moves on 4 May.
    # January to April: 4/12 of 90 = 30 hours, 4 days. May to December: 8/12 of 120 = 80, of 16 = 10.67 days.
    # Together 110 hours or 14.666… days, rounded down to 14.66.
    moved = date(2026, 5, 4)
    county_b = replace(NINETY, pk=9, hours=Decimal(120), days=Decimal(16), region_code=COUNTY_B)

    found = need(post(until=moved), post(moved, place=COUNTY_B, authority=2), rows=[*NATION, county_b])

    assert amounts(found) == (Decimal("110.00"), Decimal("14.66"))
    assert [one["months"] for one in found.why if one["code"].startswith("bound_")] == [4, 8]
    assert "promoted" not in codes(found)


def test_village_cadres_owe_nothing_unless_a_place_says_so_and_a_merged_village_changes_nothing():
    # County A asks its village cadres for 24 hours a year. The village is merged into another on 1 June:
    # one post ends, the next adjoins. Twelve of twelve months: 24.
    merged, of_village = date(2026, 6, 1), {"level": "", "category": PersonnelCategory.VILLAGE_CADRE}
    posts = [post(until=merged, **of_village), post(merged, **of_village)]
    of_county = Row(7, Bound.VILLAGE_CADRES, TRAINING, Period.ANNUAL, Decimal(24), None, LONG_AGO, authority_id=1)

    without, with_row = need(*posts), need(*posts, rows=[*NATION, of_county])

    assert not without.is_bound
    assert codes(without) == ["no_requirement_village"]
    assert amounts(with_row) == (Decimal("24.00"), None)


@pytest.mark.parametrize(
    ("part_year", "hours", "days"),
    [
        # Retired on 20 March: January, February, March. 3/12 of 90 = 22.5 hours or 3 days.
        (PartYear.BY_MONTHS, "22.50", "3.00"),
        (PartYear.WHOLE, "90.00", "12.00"),
        (PartYear.EXEMPT, "0.00", "0.00"),
    ],
)
def test_retired_in_march_owes_as_the_rule_for_part_years_says(part_year, hours, days):
    assert amounts(need(post(until=date(2026, 3, 20)), rows=under(part_year))) == (Decimal(hours), Decimal(days))


def test_an_approved_year_of_retirement_leaves_nothing_under_any_rule():
    relief = Relief(ExemptionKind.RETIREMENT_YEAR, date(2026, 1, 1), date(2027, 1, 1))

    for part_year in PartYear:
        found = need(post(until=date(2026, 3, 20)), reliefs=[relief], rows=under(part_year))
        assert (found.is_exempt, found.hours) == (True, Decimal("0.00"))


def test_seven_months_of_maternity_leave_leave_five_twelfths():
    # 10 March to 9 October: the fifteenths of March to September, seven. 5/12 of 90 = 37.5 hours, of 12 days = 5;
    # 5/12 of 50 online = 20.833…, rounded down to 20.83.
    leave = Relief(ExemptionKind.MATERNITY_LEAVE, date(2026, 3, 10), date(2026, 10, 10))

    found = need(post(), reliefs=[leave])

    assert amounts(found) == (Decimal("37.50"), Decimal("5.00"))
    assert need(post(), category=ONLINE, reliefs=[leave]).hours == Decimal("20.83")
    assert [one["months"] for one in found.why if one["code"] == "exempt_months"] == [7]


def test_leave_counts_in_the_cycle_month_by_month():
    # Bound in all 60 months of the cycle, seven of them exempt: 53/60 of 550 = 485.833…, rounded down.
    leave = Relief(ExemptionKind.MATERNITY_LEAVE, date(2026, 3, 10), date(2026, 10, 10))

    assert need(post(level=COUNTY), span=CYCLE, reliefs=[leave]).hours == Decimal("485.83")


def test_secondment_may_exempt_one_counter_or_take_hours_off():
    # Sent elsewhere from 1 April to 30 September: six months of online study are exempt, 6/12 of 50 = 25;
    # the other counter is reduced by 30 hours and 4 days: 90 - 30 = 60, 12 - 4 = 8.
    away, back = date(2026, 4, 1), date(2026, 10, 1)
    exempt = Relief(ExemptionKind.SECONDMENT, away, back, category=ONLINE)
    less = Relief(ExemptionKind.SECONDMENT, away, back, category=TRAINING, hours=Decimal(30), days=Decimal(4))

    assert need(post(), category=ONLINE, reliefs=[exempt, less]).hours == Decimal("25.00")
    assert amounts(need(post(), reliefs=[exempt, less])) == (Decimal("60.00"), Decimal("8.00"))


def test_what_is_taken_off_never_goes_below_nothing():
    huge = Relief(ExemptionKind.OTHER, date(2026, 1, 1), date(2026, 2, 1), hours=Decimal(500))

    assert need(post(), reliefs=[huge]).is_exempt


def test_the_next_version_of_a_row_holds_from_its_day_on():
    # The nation's 90 until 1 September, then 120: 8/12 of 90 = 60, 4/12 of 120 = 40.
    change = date(2026, 9, 1)
    rows = [replace(NINETY, active_to=change), replace(NINETY, pk=8, hours=Decimal(120), active_from=change)]

    assert need(post(), rows=rows).hours == Decimal("100.00")


def test_the_nearest_place_decides_and_the_authority_is_nearest():
    province = replace(NINETY, pk=11, region_code="990000000000")
    county = replace(NINETY, pk=12, region_code=COUNTY_A)
    own = replace(NINETY, pk=13, authority_id=1)
    elsewhere = replace(NINETY, pk=14, region_code=COUNTY_B)
    day = date(2026, 6, 1)

    def found(*rows):
        return row_on(day, [post()], rows, category=TRAINING, period=Period.ANNUAL).pk

    assert found(NINETY, elsewhere) == 1
    assert found(NINETY, elsewhere, province) == 11
    assert found(province, NINETY, county) == 12
    assert found(county, own, province) == 13
    assert places_around(COUNTY_A) == [COUNTY_A, COUNTY_A, COUNTY_A, "990100000000", "990000000000", ""]


def test_of_two_posts_the_newer_says_who_manages_and_the_higher_whom_she_counts_among():
    newer = post(date(2026, 2, 1), level=PostLevel.STAFF_LEVEL, place=COUNTY_B, authority=2)
    county_b = replace(FIVE_HUNDRED_FIFTY, pk=21, region_code=COUNTY_B)

    found = row_on(
        date(2026, 6, 1), [post(level=COUNTY), newer], [*NATION, county_b],
        category=TRAINING, period=Period.FIVE_YEAR_CYCLE,
    )  # fmt: skip

    assert found == county_b


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 7, 10), 12, date(2027, 7, 10)),
        (date(2028, 2, 29), 12, date(2029, 3, 1)),
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_after_a_day(day, months, later):
    assert months_after(day, months) == later


days = st.dates(date(2022, 1, 1), date(2028, 12, 31))
levels = st.sampled_from(["", *PostLevel.values])
kinds = st.sampled_from(PersonnelCategory.values)


@st.composite
def held(draw):
    first, second = sorted([draw(days), draw(days)])
    place = draw(st.sampled_from([(COUNTY_A, 1), (COUNTY_B, 2)]))
    until = draw(st.sampled_from([None, second]))
    return HeldPost(first, until, draw(levels), draw(kinds), *place)


@st.composite
def relief(draw, *, reducing=True):
    first, second = sorted([draw(days), draw(days)])
    hours = draw(st.none() | st.decimals(1, 200, places=2)) if reducing else None
    return Relief(ExemptionKind.OTHER, first, second, draw(st.sampled_from(["", *CreditCategory.values])), hours)


@st.composite
def rows_somewhere(draw):
    part_year = draw(st.sampled_from(PartYear.values))
    local = replace(NINETY, pk=5, hours=draw(st.decimals(1, 500, places=2)), region_code=COUNTY_B, part_year=part_year)
    return [*under(draw(st.sampled_from(PartYear.values))), local]


spans = st.sampled_from([(YEAR, TRAINING), (YEAR, ONLINE), (CYCLE, TRAINING)])
some_posts = st.lists(held(), max_size=4)


@given(spans, some_posts, st.lists(relief(), max_size=3), rows_somewhere())
def test_a_need_is_never_negative_and_never_more_than_the_largest_row(which, posts, reliefs, rows):
    span, category = which

    found = need_in(span, category, posts=posts, reliefs=reliefs, rows=rows)

    assert 0 <= found.hours <= max(row.hours for row in rows)
    assert found.days is None or 0 <= found.days <= 63


@given(spans, some_posts, st.lists(relief(), max_size=2), rows_somewhere(), st.integers(1, 2000))
def test_splitting_a_post_into_two_adjoining_ones_changes_nothing(which, posts, reliefs, rows, after):
    span, category = which
    split = []
    for one in posts:
        day = one.active_from + timedelta(days=after)
        if one.active_to is None or day < one.active_to:
            split += [replace(one, active_to=day), replace(one, active_from=day, since=one.begun)]
        else:
            split.append(one)

    assert need_in(span, category, posts=split, reliefs=reliefs, rows=rows) == need_in(
        span, category, posts=posts, reliefs=reliefs, rows=rows
    )


@given(spans, some_posts, st.lists(relief(), max_size=2), relief(reducing=False), rows_somewhere())
def test_more_exempt_months_never_raise_the_need(which, posts, reliefs, more, rows):
    span, category = which

    before = need_in(span, category, posts=posts, reliefs=reliefs, rows=rows)
    after = need_in(span, category, posts=posts, reliefs=[*reliefs, more], rows=rows)

    assert after.hours <= before.hours
    assert (after.days or 0) <= (before.days or 0)


amount = st.decimals(0, 700, places=2)


@given(some_posts, amount, amount, days)
def test_either_alternative_meets(posts, hours, taught_days, on):
    found = need_in(YEAR, TRAINING, posts=posts, reliefs=[], rows=NATION)

    judged = judge(found, (hours, taught_days), on=on)

    if not found.is_bound:
        assert judged.state == StandingState.NO_REQUIREMENT
    elif not found.is_exempt:
        assert (judged.state == StandingState.MET) == (hours >= found.hours or taught_days >= found.days)
    assert (judged.missing_hours == 0) == (not judged.is_asked or judged.state == StandingState.MET)
