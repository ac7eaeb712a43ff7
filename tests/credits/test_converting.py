"""Conversion as arithmetic: exact, two places always, and what a rule declares."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.converting import hours_of_component, hours_of_lessons, hours_of_seconds, tier_holds

SECONDS = st.integers(0, 100_000)
STEPS = st.sampled_from(["0.01", "0.25", "0.5", "1"])
MODES = st.sampled_from(["down", "half_up", "up"])
LESSONS = st.lists(
    st.builds(
        lambda seconds, elective, group: {
            "key": "x", "seconds": seconds, "percent": 100, "test": False, "elective": elective, "group_percent": group,
        },
        st.integers(0, 20_000), st.booleans(), st.integers(0, 100),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def codes(steps):
    return [one["code"] for one in steps]


@given(SECONDS, SECONDS, st.integers(1, 600), STEPS, MODES)
def test_longer_never_gives_less_under_minutes_per_hour(one, other, minutes, step, mode):
    parameters = {"minutes_per_hour": minutes, "step": step, "rounding": mode}

    shorter, longer = (hours_of_seconds(seconds, parameters)[0] for seconds in sorted((one, other)))

    assert shorter <= longer


@given(SECONDS, st.integers(1, 600), STEPS, MODES)
def test_rounding_is_exact_and_leaves_whole_steps_with_two_places(seconds, minutes, step, mode):
    parameters = {"minutes_per_hour": minutes, "step": step, "rounding": mode}

    hours, steps = hours_of_seconds(seconds, parameters)

    exact, unit = Fraction(seconds, minutes * 60), Fraction(step)
    rest = Fraction(hours) - exact
    assert hours.as_tuple().exponent == -2
    assert hours % Decimal(step) == 0
    assert {"down": -unit < rest <= 0, "up": 0 <= rest < unit, "half_up": -unit / 2 < rest <= unit / 2}[mode]
    assert codes(steps)[-1] == f"rounded_{mode}"


@given(SECONDS)
def test_a_half_goes_up_as_decimal_says(seconds):
    hours = hours_of_seconds(seconds, {"minutes_per_hour": 50, "rounding": "half_up"})[0]

    assert hours == (Decimal(seconds) / 3000).quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(
    SECONDS, st.lists(st.tuples(st.sampled_from(["max_min", "below_min", "from_min"]), st.integers(0, 300)), min_size=1)
)
def test_the_first_tier_that_holds_gives_its_hours(seconds, bounds):
    tiers = [{bound: minutes, "hours": str(number)} for number, (bound, minutes) in enumerate(bounds, start=1)]

    hours, steps = hours_of_seconds(seconds, {"tiers": tiers})

    declared = next((tier["hours"] for tier in tiers if tier_holds(tier, seconds)), None)
    assert hours == Decimal(declared or 0)
    assert ("no_tier" in codes(steps)) == (declared is None)


@given(LESSONS, st.sampled_from(["0", "0.5", "1"]), st.sampled_from(["0", "0.3", "0.5", "1", "2"]))
def test_weights_and_group_shares_count_each_second_once(lessons, share, elective):
    parameters = {"minutes_per_hour": 45, "group_share": share, "weights": {"required": "1", "elective": elective}}

    hours, _steps = hours_of_lessons(lessons, parameters)

    exact = sum(
        Fraction(lesson["seconds"], 45 * 60)
        * (Fraction(elective) if lesson["elective"] else 1)
        * (1 - Fraction(lesson["group_percent"], 100) * (1 - Fraction(share)))
        for lesson in lessons
    )
    assert Fraction(hours) <= exact < Fraction(hours) + Fraction(1, 100)
    assert hours.as_tuple().exponent == -2


def test_weights_say_how_they_count():
    # 2,700 s required × 1 + 2,700 s elective × 0.5 = 4,050 s; 4,050 ÷ 2,700 = 1.5
    lessons = [{"seconds": 2700}, {"seconds": 2700, "elective": True}]
    parameters = {"minutes_per_hour": 45, "weights": {"required": "1", "elective": "0.5"}}

    hours, steps = hours_of_lessons(lessons, parameters)

    assert str(hours) == "1.50"
    assert codes(steps) == ["decoded_length", "minutes_per_hour", "weight_elective", "rounded_down"]


@pytest.mark.parametrize(("mode", "hours"), [("down", "0.25"), ("half_up", "0.50"), ("up", "0.50")])
def test_a_tier_that_is_weighed_is_rounded_and_says_so(mode, hours):
    # 1 hour × 0.4 = 0.4, in steps of 0.25
    parameters = {
        "tiers": [{"from_min": 30, "hours": "1"}], "step": "0.25", "rounding": mode,
        "weights": {"required": "1", "elective": "0.4"},
    }  # fmt: skip

    found, steps = hours_of_lessons([{"seconds": 1800, "elective": True}], parameters)

    assert str(found) == hours
    assert codes(steps) == ["decoded_length", "tier_from_min", "weight_elective", f"rounded_{mode}"]


def test_a_test_is_worth_the_same_in_an_elective_lesson():
    parameters = {"minutes_per_hour": 45, "test_pass_hours": "0.5", "weights": {"required": "1", "elective": "0.5"}}

    hours = hours_of_component("test_bonus", [{"seconds": 1, "test": True, "elective": True}], parameters)[0]

    assert str(hours) == "0.50"
