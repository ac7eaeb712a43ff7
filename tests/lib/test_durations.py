from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from lms.lib.durations import beijing_day, format_seconds, read_seconds, whole_seconds


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 15, 59, 30, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 16, 0, 30, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_beijing_day_turns_at_midnight_in_beijing(moment, day):
    assert beijing_day(moment) == day


def test_beijing_day_refuses_a_naive_moment():
    with pytest.raises(ValueError, match="time zone"):
        beijing_day(datetime(2026, 12, 31, 23, 59, 30))


@pytest.mark.parametrize(
    ("length", "seconds"),
    [
        (0, 0),
        (0.2, 1),
        (1.4, 1),
        (Decimal("1.5"), 2),
        (Fraction(5, 2), 3),
        (2699.98, 2700),
        (Fraction(44100 * 60 + 1, 44100), 60),
    ],
)
def test_whole_seconds(length, seconds):
    assert whole_seconds(length) == seconds


def test_whole_seconds_refuses_a_negative_length():
    with pytest.raises(ValueError, match="negative"):
        whole_seconds(-1)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (7, "0:07"), (725, "12:05"), (3723, "1:02:03")])
def test_format_seconds(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:07", 7), ("12:05", 725), ("1:02:03", 3723), ("75", 75), ("１：05", 65), (" 1 : 05 ", 65), ("0", 0)],
)
def test_read_seconds(text, seconds):
    assert read_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", ":", "1:", "1:70", "-1", "1.5", "1:2:3:4", "一分钟", "٣:05", "9999999"])
def test_read_seconds_reads_nothing_else(text):
    assert read_seconds(text) is None
