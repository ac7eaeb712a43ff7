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
