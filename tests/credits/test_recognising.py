from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.recognising import StudiedLesson, Study, hours_of_seconds, recognise
from lms.credits.validators import validate_parameters

YUNNAN = {
    "tiers": [{"max_min": 15, "hours": "0.25"}, {"below_min": 30, "hours": "0.5"}, {"from_min": 30, "hours": "1"}],
    "test_pass_hours": "0.5",
    "step": "0.25",
}
SHANXI = {"minutes_per_hour": 45, "complete_ratio": "0.9", "step": "0.01"}


def terms(parameters, unit="lesson"):
    return {"code": "x", "unit": unit, "parameters": parameters}


def lesson(seconds=1800, *, key="a", percent=90, test=False):
    return StudiedLesson(key, "课时", seconds, percent, test)


def study(*lessons, unit="lesson", categories=("cadre", "village_cadre"), credit_for=("village_cadre",), **more):
    return Study(
        unit, "课时", f"{unit}:a", date(2026, 11, 20), lessons, frozenset(categories), frozenset(credit_for), **more
    )


def codes(steps):
    return [one["code"] for one in steps]


@pytest.mark.parametrize(
    ("seconds", "hours"),
    [
        (1, "0.25"),
        (900, "0.25"),
        (901, "0.50"),
        (1799, "0.50"),
        (1800, "1.00"),
        (7200, "1.00"),
    ],
)
def test_yunnan_tiers_turn_at_whole_minutes(seconds, hours):
    assert str(hours_of_seconds(seconds, YUNNAN)[0]) == hours


@pytest.mark.parametrize(
    ("seconds", "hours"), [(0, "0.00"), (26, "0.00"), (27, "0.01"), (2699, "0.99"), (2700, "1.00"), (10800, "4.00")]
)
def test_shanxi_45_minutes_are_an_hour_rounded_down(seconds, hours):
    assert str(hours_of_seconds(seconds, SHANXI)[0]) == hours


@given(st.integers(0, 100_000), st.integers(1, 600), st.sampled_from(["0.01", "0.25", "0.5", "1"]))
def test_hours_are_whole_steps_and_never_more_than_the_time(seconds, minutes, unit):
    hours, _why = hours_of_seconds(seconds, {"minutes_per_hour": minutes, "step": unit})

    assert hours % Decimal(unit) == 0
    assert hours * minutes * 60 <= seconds < (hours + Decimal(unit)) * minutes * 60
    assert hours.as_tuple().exponent == -2


@pytest.mark.parametrize("parameters", [YUNNAN, SHANXI])
def test_presets_are_valid_parameters(parameters):
    validate_parameters(parameters)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"credit_for": ()}, "gives_no_hours"),
        ({"categories": ("farmer",)}, "not_your_category"),
        ({"has_authority": False}, "no_authority"),
        ({"unit": "course"}, "counted_by_lesson"),
    ],
)
def test_no_hours_are_explained(change, refusal):
    recognition = recognise(study(lesson(), **change), terms(YUNNAN))

    assert recognition.parts == []
    assert codes(recognition.missing) == [refusal]


def test_no_rule_in_force_gives_nothing_and_says_so():
    recognition = recognise(study(lesson()), None)

    assert (recognition.parts, codes(recognition.missing)) == ([], ["no_rule"])


def test_a_stricter_rule_waits_for_more_of_the_recording():
    strict = terms({**SHANXI, "complete_ratio": "1"})

    assert codes(recognise(study(lesson(percent=99)), strict).missing) == ["coverage_short"]
    assert [str(part.hours) for part in recognise(study(lesson(percent=100)), strict).parts] == ["0.66"]


def test_a_passed_test_is_a_component_of_its_own():
    recognition = recognise(study(lesson(600, test=True)), terms(YUNNAN))

    assert [(part.component, str(part.hours)) for part in recognition.parts] == [
        ("base", "0.25"),
        ("test_bonus", "0.50"),
    ]


def test_a_passed_test_does_not_stand_for_watching():
    recognition = recognise(study(lesson(600, percent=0, test=True)), terms(YUNNAN))

    assert [part.component for part in recognition.parts] == ["test_bonus"]
    assert codes(recognition.missing) == ["coverage_short"]


def test_reading_without_test_has_nothing_to_measure():
    assert codes(recognise(study(lesson(0)), terms(YUNNAN)).missing) == ["nothing_to_measure"]


def test_a_course_is_measured_as_a_whole():
    whole = study(lesson(1000, key="a"), lesson(1700, key="b"), unit="course")

    (part,) = recognise(whole, terms(SHANXI, unit="course")).parts
    assert str(part.hours) == "1.00"


def test_lessons_that_counted_before_are_left_out():
    whole = study(lesson(1000, key="a"), lesson(2700, key="b"), unit="course")

    (part,) = recognise(whole, terms(SHANXI, unit="course"), counted={"base": {"a"}}).parts
    assert (part.counts, str(part.hours), [one.key for one in part.lessons]) == (True, "1.00", ["b"])
    assert "duplicate_excluded" in codes(part.why)


def test_when_everything_counted_before_the_part_is_worth_nothing():
    (part,) = recognise(study(lesson(key="a")), terms(YUNNAN), counted={"base": {"a"}}).parts

    assert (part.counts, str(part.hours), part.lessons) == (False, "0.00", [])
    assert "duplicate_excluded" in codes(part.why)
