import pytest
from django.core.exceptions import ValidationError

from lms.credits.validators import validate_parameters


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        [],
        {},
        {"minutes_per_hour": 45, "tiers": [{"max_min": 1, "hours": "1"}]},
        {"minutes_per_hour": 45.0},
        {"minutes_per_hour": 0},
        {"minutes_per_hour": "nan"},
        {"minutes_per_hour": True},
        {"minutes_per_hour": 45, "weight": "1"},
        {"minutes_per_hour": 45, "step": "0"},
        {"minutes_per_hour": 45, "step": "0.001"},
        {"minutes_per_hour": 45, "complete_ratio": "1.1"},
        {"minutes_per_hour": 45, "test_pass_hours": "-1"},
        {"tiers": []},
        {"tiers": {}},
        {"tiers": [{"hours": "1"}]},
        {"tiers": [{"max_min": 1, "below_min": 2, "hours": "1"}]},
        {"tiers": [{"max_min": 1, "hours": 0.5}]},
        {"tiers": ["x"]},
        {"tiers": [{"max_min": 1, "hours": "0.125"}]},
        {"complete_ratio": "1"},
        {"minutes_per_hour": 45, "rounding": "bankers"},
        {"minutes_per_hour": 45, "rounding": ["down"]},
        {"minutes_per_hour": 45, "step": "0.125"},
        {"minutes_per_hour": 45, "weights": {"required": "1"}},
        {"minutes_per_hour": 45, "weights": {"required": "1", "elective": 0.5}},
        {"minutes_per_hour": 45, "weights": ["1", "0.5"]},
        {"minutes_per_hour": 45, "group_share": "1.5"},
        {"minutes_per_hour": 45, "counts_once": "weekly"},
        {"minutes_per_hour": 45, "counts_once": "year", "every_year": True},
        {"minutes_per_hour": 45, "cycle_from": "2023"},
        {"minutes_per_hour": 45, "caps": {}},
        {"minutes_per_hour": 45, "caps": {"week": "3"}},
        {"minutes_per_hour": 45, "caps": {"day": "-3"}},
        {"minutes_per_hour": 45, "carryover": {"from": "required", "to": "elective"}},
        {"minutes_per_hour": 45, "carryover": {"from": "required", "to": "elective", "years": 0}},
        {"minutes_per_hour": 45, "carryover": {"from": "mine", "to": "elective", "years": 1}},
        {"day_hours": "6", "events": [{"code": "a", "name": "x"}]},
        {"day_hours": "6", "events": [{"code": "a", "name": " ", "hours": "1"}]},
        {"day_hours": "6", "events": [{"code": "a", "name": "x", "hours": "1"}] * 2},
        {"day_hours": "6", "events": "paper"},
    ],
)
def test_parameters_that_could_be_misread_are_refused(parameters):
    with pytest.raises(ValidationError):
        validate_parameters(parameters)


@pytest.mark.parametrize("value", [1, "yes", None])
def test_every_year_is_said_by_true_or_false(value):
    with pytest.raises(ValidationError):
        validate_parameters({"minutes_per_hour": 45, "every_year": value})

    validate_parameters({"minutes_per_hour": 45, "every_year": True})


@pytest.mark.parametrize(
    "parameters",
    [
        {"day_hours": "6"},
        {"minutes_per_hour": 45, "rounding": "half_up", "step": "0.5", "weights": {"required": "1", "elective": "0.5"}},
        {"minutes_per_hour": 45, "counts_once": "cycle", "cycle_from": 2023, "group_share": "0.5"},
        {"minutes_per_hour": 45, "caps": {"class": 18, "course": "10", "day": "8", "platform": "40", "year": "90.5"}},
        {"class_minutes_per_hour": 60, "class_step": "0.5", "complete_ratio": "1"},
        {"events": [{"code": "a", "name": "论文", "hours": "12"}, {"code": "b", "name": "外出", "cap": "48"}]},
        {"day_hours": "6", "carryover": {"from": "required", "to": "elective", "years": 1, "most": "20"}},
    ],
)
def test_everything_that_a_rule_may_say_is_accepted(parameters):
    validate_parameters(parameters)
