"""The rules of presence checks as pure functions."""

import random

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.domain.checks import (
    LEAST_SECONDS,
    MOST_SECONDS,
    PAUSE_AFTER_FAILING,
    due_after,
    outcome,
    release,
    share,
)
from lms.learning.domain.evidence import TOP_SPEED
from lms.learning.enums import CheckOutcome
from lms.lib.stretches import Stretches

pairs = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: (min(pair), max(pair)))
stretches = st.lists(pairs, max_size=8).map(Stretches.of)
seeds = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(seeds, st.integers(0, 10_000))
def test_a_check_falls_due_after_eight_to_twelve_minutes_always_the_same(seed, answered):
    due = due_after(seed, answered)

    assert 480 == LEAST_SECONDS <= due <= MOST_SECONDS == 720
    assert due_after(seed, answered) == due


def test_nobody_foresees_when_a_check_falls_due():
    seen = {due_after(f"{seed:032x}", answered) for seed in range(40) for answered in range(40)}

    assert len(seen) == MOST_SECONDS - LEAST_SECONDS + 1


@given(stretches, st.none() | st.integers(0, 2000))
def test_what_counts_and_what_waits_are_the_whole_and_never_the_same_second(new, room):
    counts, waits = share(new, room)

    assert counts | waits == new and not counts & waits
    assert counts.seconds == (new.seconds if room is None else min(new.seconds, room))


@given(st.lists(stretches, max_size=5), st.integers(0, 2000))
def test_an_answer_releases_as_much_as_there_is_room_for_and_loses_nothing(waiting, room):
    shares = release(waiting, room)

    assert [counts | waits for counts, waits in shares] == waiting
    assert not any(counts & waits for counts, waits in shares)
    assert sum(counts.seconds for counts, _waits in shares) == min(room, sum(each.seconds for each in waiting))


@given(st.lists(stretches, max_size=5))
def test_without_a_next_check_everything_is_released(waiting):
    assert release(waiting, None) == [(each, Stretches()) for each in waiting]


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_check_ends_after_five_answers_at_the_latest(answers):
    right = wrong = 0
    for number, is_right in enumerate(answers, start=1):
        right, wrong = right + is_right, wrong + (not is_right)
        ended = outcome(right, wrong)
        if ended != CheckOutcome.OPEN:
            assert number <= 5
            assert (ended == CheckOutcome.PASSED) == (right > wrong)
            assert ended == CheckOutcome.PASSED or wrong == 3
            break
    else:
        assert len(answers) < 5


def test_the_first_right_answer_passes_and_a_wrong_one_costs_two_right_ones():
    assert outcome(1, 0) == CheckOutcome.PASSED
    assert [outcome(0, 1), outcome(1, 1), outcome(2, 1)] == ["open", "open", "passed"]
    assert [outcome(0, 2), outcome(2, 2), outcome(3, 2), outcome(0, 3)] == ["open", "open", "passed", "failed"]


def guessed(choices: int, dice: random.Random) -> bool:
    """Whether a guesser passes a check whose questions have so many choices."""
    right = wrong = 0
    while outcome(right, wrong) == CheckOutcome.OPEN:
        hit = dice.randrange(choices) == 0
        right, wrong = right + hit, wrong + (not hit)
    return outcome(right, wrong) == CheckOutcome.PASSED


def test_who_forges_at_top_speed_and_guesses_gains_half_of_what_watching_gains():
    """Ten thousand checks of somebody who answers at once and claims as fast as the clock pays."""
    dice, pause = random.Random(7), PAUSE_AFTER_FAILING.total_seconds()
    real = counted = since = waiting = 0.0
    for passed in range(1, 10_001):
        missing = max(due_after("seed", passed - 1) - since, 0)
        real, counted = real + missing / TOP_SPEED, counted + missing
        while not guessed(4, dice):
            real, waiting = real + pause, pause * TOP_SPEED
        since = min(waiting, due_after("seed", passed))
        counted, waiting = counted + since, waiting - since

    a_minute = counted / real * 60
    print(f"guessing among four: {a_minute:.0f} lesson seconds a real minute; watching: 60, at top speed 120")
    assert a_minute < 40
    assert 0.29 < sum(guessed(4, dice) for _time in range(10_000)) / 10_000 < 0.34
