"""A table worked by hand for every preset; the arithmetic stands beside it."""

from decimal import Decimal

import pytest
import yaml

from lms.credits.domain.converting import hours_of_lessons, hours_of_seconds, hours_of_tests
from lms.credits.domain.describing import describe
from lms.credits.domain.recognising import recognise
from lms.credits.domain.valuing import NoSuchEvent, hours_of_class, hours_of_days, hours_of_event, hours_of_minutes
from lms.credits.management.commands.load_credit_rules import PRESETS
from lms.credits.validators import validate_parameters
from tests.credits.test_recognising import codes, lesson, study

RULES = {rule["code"]: rule for rule in yaml.safe_load(PRESETS.read_text(encoding="utf-8"))["rules"]}


def parameters(code):
    return RULES[code]["parameters"]


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_preset_is_valid_sourced_and_can_be_read(code):
    rule = RULES[code]

    validate_parameters(rule["parameters"])
    assert rule["source"]
    assert rule["confidence"] in "ABCU"
    assert all(describe({"unit": rule["unit"], "parameters": rule["parameters"]}))


@pytest.mark.parametrize(
    ("minutes", "seconds", "hours"),
    [
        (5, 0, "0.25"),  # ≤ 15 min
        (15, 0, "0.25"),  # exactly 15 min is a 微课
        (15, 1, "0.50"),  # > 15 and < 30 min
        (29, 59, "0.50"),
        (30, 0, "1.00"),  # ≥ 30 min
        (38, 0, "1.00"),
        (120, 0, "1.00"),  # no more, however long
    ],
)
def test_yunnan_2024(minutes, seconds, hours):
    assert str(hours_of_seconds(minutes * 60 + seconds, parameters("yn_2024"))[0]) == hours


def test_yunnan_2024_gives_half_an_hour_for_a_test():
    # 38 minutes, required, test passed: 1 + 0.5 = 1.5
    recognition = recognise(study(lesson(38 * 60, test=True)), {"unit": "lesson", "parameters": parameters("yn_2024")})

    assert sum(part.hours for part in recognition.parts) == Decimal("1.50")
    assert str(hours_of_tests(3, parameters("yn_2024"))[0]) == "1.50"


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        (45, "1.00"),
        (38, "0.84"),  # 38 ÷ 45 = 0.8444…
        (90, "2.00"),
        (100, "2.22"),  # 100 ÷ 45 = 2.2222…
        (1, "0.02"),  # 1 ÷ 45 = 0.0222…
    ],
)
def test_shanxi_hours(minutes, hours):
    assert str(hours_of_seconds(minutes * 60, parameters("sx_legacy"))[0]) == hours


@pytest.mark.parametrize(
    ("minutes", "elective", "hours"),
    [
        (45, False, "1.00"),
        (45, True, "0.50"),  # 1 × 0.5
        (38, True, "0.42"),  # 38 ÷ 45 × 0.5 = 0.4222…
        (100, True, "1.11"),  # 100 ÷ 45 × 0.5 = 1.1111…
    ],
)
def test_shanxi_points_weigh_elective_lessons_half(minutes, elective, hours):
    lessons = [{"seconds": minutes * 60, "elective": elective}]

    assert str(hours_of_lessons(lessons, parameters("sx_points"))[0]) == hours


def test_shanxi_points_for_days():
    assert str(hours_of_days(5, 0, parameters("sx_points"))[0]) == "40.00"  # 5 × 8
    assert str(hours_of_days(0, 1, parameters("sx_points"))[0]) == "4.00"  # half of 8, the source says nothing else


def test_shanxi_asks_for_nine_tenths_of_a_recording():
    terms = {"unit": "lesson", "parameters": parameters("sx_points")}

    assert codes(recognise(study(lesson(percent=89)), terms).missing) == ["coverage_short"]
    assert recognise(study(lesson(percent=90)), terms).parts


@pytest.mark.parametrize(
    ("days", "half_days", "kind", "hours"),
    [
        (1, 0, "", "6.00"),
        (0, 1, "", "3.00"),
        (2, 1, "", "15.00"),  # 2 × 6 + 3
        (8, 0, "out_of_town", "48.00"),  # 8 × 6 = 48
        (10, 0, "out_of_town", "48.00"),  # 60, but ≤ 48
        (5, 0, "in_house", "18.00"),  # 30, but ≤ 18
        (2, 1, "in_house", "15.00"),
    ],
)
def test_nanjing_days(days, half_days, kind, hours):
    assert str(hours_of_class(days, half_days, parameters("nj_legacy"), kind=kind)[0]) == hours


@pytest.mark.parametrize(
    ("code", "count", "hours"),
    [
        ("university_class", 1, "24.00"),
        ("overseas_48", 1, "48.00"),
        ("teaching", 4, "20.00"),  # 5 × 4 hours taught
        ("paper_12", 2, "24.00"),
        ("study_group", 5, "15.00"),  # 3 × 5 sessions
    ],
)
def test_nanjing_events(code, count, hours):
    assert str(hours_of_event(code, count, parameters("nj_legacy"))[0]) == hours


def test_nanjing_fixes_nothing_for_recordings_and_says_so():
    recognition = recognise(study(lesson()), {"unit": "lesson", "parameters": parameters("nj_legacy")})

    assert (recognition.parts, codes(recognition.missing)) == ([], ["no_conversion"])


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        (29, "0.00"),  # < 30 min
        (31, "0.50"),  # > 30 min and < 1 h
        (59, "0.50"),
        (60, "1.00"),
        (100, "1.50"),  # 1 h and 40 min
        (180, "3.00"),
    ],
)
def test_zhengzhou_attendance(minutes, hours):
    assert str(hours_of_minutes(minutes, parameters("zz_legacy"))[0]) == hours


def test_zhengzhou_fixes_no_day_and_no_recording():
    assert codes(hours_of_days(1, 0, parameters("zz_legacy"))[1]) == ["no_class_rate"]
    recognition = recognise(study(lesson(percent=100)), {"unit": "lesson", "parameters": parameters("zz_legacy")})
    assert codes(recognition.missing) == ["no_conversion"]


def test_a_cap_of_every_class_says_what_it_cut():
    hours, steps = hours_of_class(5, 0, {"day_hours": "6", "caps": {"class": "20"}})

    assert (str(hours), codes(steps)) == ("20.00", ["class_days", "capped_class"])


def test_an_event_that_the_rule_does_not_know_is_refused():
    with pytest.raises(NoSuchEvent):
        hours_of_event("opera", 1, parameters("nj_legacy"))
