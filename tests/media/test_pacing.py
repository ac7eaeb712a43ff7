"""Percent never goes back, and the time left follows the last minute of work."""

import subprocess
import sys

from media.domain.pacing import Pace, cpu_seconds


def pace_of(*noted: tuple[float, float], of: float | None = 100) -> tuple[Pace, float]:
    pace = Pace()
    for moment, done in noted:
        pace.note(done, of, moment)
    return pace, noted[-1][0]


def left(pace: Pace, now: float) -> int | None:
    return pace.said(now)["left_seconds"]


def test_time_left_follows_the_pace_of_the_last_minute_not_of_all():
    """Slow at first (half a second for each second), then twice as fast as the clock for two minutes."""
    slow = [(float(second), second * 0.5) for second in range(0, 200, 2)]
    fast = [(200.0 + second, 100 + second * 2.0) for second in range(0, 120, 2)]

    pace, now = pace_of(*slow, *fast, of=1000)

    assert left(pace, now) == round((1000 - fast[-1][1]) / 2)


def test_a_tool_that_reports_seldom_is_reckoned_over_its_last_two_reports():
    pace, now = pace_of((0, 0), (100, 10), (200, 20))

    assert left(pace, now) == 800


def test_nothing_is_said_before_something_was_seen():
    assert left(*pace_of((0, 1), (1, 20))) is None
    assert left(*pace_of((0, 5), (10, 5))) is None
    assert left(*pace_of((0, 5), (10, 50), of=None)) is None


def test_percent_and_seconds_done_never_go_back():
    pace, now = pace_of((0, 0), (5, 50), (6, 40))
    assert pace.said(now) == {"done": 50, "percent": 50, "left_seconds": 6}

    pace.note(55, 200, 7)

    assert pace.said(7)["percent"] == 50, "the recording turned out longer than its header said"


def test_a_stage_is_never_said_to_be_done_before_it_is():
    pace, now = pace_of((0, 0), (10, 100))

    assert pace.said(now) == {"done": 100, "percent": 99, "left_seconds": 0}


def test_processor_seconds_count_this_process_and_children_that_have_ended():
    before = cpu_seconds()

    subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True)

    assert 0.05 < cpu_seconds() - before < 30
