"""Laws 1, 2, 3 and 5 as properties of pure functions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.domain.evidence import (
    COST_MS,
    HOLD_BACK,
    REPORT_BURST,
    REPORT_SPACING,
    SESSION_VALID,
    TOP_SPEED,
    PaidTime,
    admit,
    judge,
    to_ms,
    window,
)
from lms.learning.enums import RefusalReason
from lms.lib.stretches import Stretches

START = datetime(2026, 4, 15, 2, tzinfo=UTC)
LESSON = 600

pairs = st.tuples(st.integers(0, 700), st.integers(0, 120)).map(lambda pair: (pair[0], pair[0] + pair[1]))
stretches = st.lists(pairs, max_size=4).map(Stretches.of)
moments = st.integers(0, 3_600_000).map(lambda ms: START + timedelta(milliseconds=ms))


class Player:
    """A person with sessions and one clock, judged as `watching.accept_report` does."""

    def __init__(self) -> None:
        self.paid = PaidTime()
        self.covered: dict[int, Stretches] = {}
        self.opened: dict[int, datetime] = {}
        self.contact: dict[int, datetime] = {}
        self.accepted_seconds = 0

    def open(self, session: int, at: datetime) -> None:
        self.opened[session] = self.contact[session] = at
        self.covered[session] = Stretches()

    def report(self, session: int, reported: Stretches, at: datetime):
        before = self.paid
        verdict = judge(
            reported,
            covered=self.covered[session],
            lesson_seconds=LESSON,
            paid=self.paid,
            opened_at=self.opened[session],
            last_contact_at=self.contact[session],
            at=at,
        )
        assert before.ms <= verdict.paid.ms
        self.paid = verdict.paid
        self.contact[session] = max(self.contact[session], at)
        self.covered[session] |= verdict.new
        self.accepted_seconds += verdict.new.seconds
        return verdict


@given(stretches, stretches, moments, moments)
def test_judge_accepts_only_what_was_reported_and_lies_in_the_lesson(reported, covered, opened_at, at):
    opened_at, at = min(opened_at, at), max(opened_at, at)

    verdict = judge(
        reported,
        covered=covered,
        lesson_seconds=LESSON,
        paid=PaidTime(),
        opened_at=opened_at,
        last_contact_at=opened_at,
        at=at,
    )

    lesson = reported.clip(0, LESSON)
    assert verdict.accepted.issubset(lesson)
    assert verdict.new == verdict.accepted - covered
    assert not verdict.accepted & verdict.refused
    assert verdict.accepted | verdict.refused == lesson
    assert bool(verdict.refused) == (verdict.reason is not None)


@given(st.lists(st.tuples(st.integers(0, 2), stretches, st.integers(0, 400_000)), max_size=12))
def test_all_sessions_of_a_person_together_never_outrun_top_speed(reports):
    player, at = Player(), START
    for session in range(3):
        player.open(session, START)

    for session, reported, pause_ms in reports:
        at += timedelta(milliseconds=pause_ms)
        before = player.covered[session]
        player.report(session, reported, at)
        assert before.issubset(player.covered[session])
        assert player.accepted_seconds <= TOP_SPEED * (at - START).total_seconds()


@given(st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 50_000), st.integers(0, 100)), max_size=20))
def test_no_millisecond_pays_twice(payments):
    paid, seconds = PaidTime(), 0

    for start, length, wanted in payments:
        before = paid
        count, paid = paid.pay(wanted, start, start + length)
        seconds += count
        assert count <= wanted
        assert paid.ms == before.ms + count * COST_MS
        assert all(a < b for a, b in paid.spans)
        assert all(first[1] < second[0] for first, second in pairwise(paid.spans))

    assert paid.ms == seconds * COST_MS
    assert PaidTime.from_bytes(paid.to_bytes()) == paid


@st.composite
def honest_watching(draw):
    """Continuous watching at one speed, cut into reports that are sent late, several times, in any order."""
    speed = draw(st.sampled_from([1.0, 1.25, 1.5, 2.0]))
    cuts = sorted({0, *draw(st.lists(st.integers(1, LESSON - 1), max_size=40)), LESSON})
    start_ms = draw(st.integers(0, 5000))
    sendings = []
    for a, b in pairwise(cuts):
        made_ms = start_ms + int(-(-b * 1000 // speed))
        for _ in range(draw(st.integers(1, 3))):
            delay_ms = draw(st.integers(0, 240_000))
            sendings.append((made_ms + delay_ms, (a, b)))
    return sorted(sendings)


@settings(max_examples=200)
@given(honest_watching())
def test_honest_watching_loses_nothing_however_it_is_cut_delayed_repeated_and_reordered(sendings):
    player = Player()
    player.open(0, START)

    for ms, pair in sendings:
        player.report(0, Stretches.of([pair]), START + timedelta(milliseconds=ms))

    assert player.covered[0] == Stretches.of([(0, LESSON)])


@given(st.data())
def test_where_the_clock_does_not_bind_order_and_repeats_do_not_matter(data):
    reports = data.draw(st.lists(stretches, min_size=1, max_size=6))
    shuffled = data.draw(st.permutations(reports + reports[:2]))
    at = START + HOLD_BACK

    one, other = Player(), Player()
    for player, order in ((one, reports), (other, shuffled)):
        player.open(0, START)
        for reported in order:
            player.report(0, reported, at)

    assert one.covered[0] == other.covered[0]


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5)), max_size=30), moments)
def test_tidying_never_frees_time_that_a_window_still_reaches(spans, at):
    paid = PaidTime()
    for start, length in spans:
        _, paid = paid.pay(length, to_ms(START) + start, to_ms(START) + start + length)

    tidied = paid.tidied(at)

    assert all(any(a <= start and end <= b for a, b in tidied.spans) for start, end in paid.spans)


def test_window_starts_at_the_last_contact_and_ends_fifteen_minutes_later_after_a_long_silence():
    contact = START + timedelta(hours=1)

    assert window(opened_at=START, last_contact_at=contact, at=contact + timedelta(hours=9)) == (
        contact,
        contact + HOLD_BACK,
    )


def test_window_holds_the_time_since_the_last_contact_and_never_reaches_before_opening():
    contact = START + timedelta(seconds=30)

    assert window(opened_at=START, last_contact_at=contact, at=contact + timedelta(seconds=15)) == (
        START,
        contact + timedelta(seconds=15),
    )


@pytest.mark.parametrize("silence", [timedelta(minutes=16), timedelta(hours=10), timedelta(days=6)])
def test_a_session_left_open_pays_fifteen_minutes_at_most(silence):
    verdict = judge(
        Stretches.of([(0, 7200)]),
        covered=Stretches(),
        lesson_seconds=7200,
        paid=PaidTime(),
        opened_at=START,
        last_contact_at=START,
        at=START + silence,
    )

    assert verdict.new.seconds == TOP_SPEED * HOLD_BACK.total_seconds()
    assert verdict.reason == RefusalReason.CLOCK


def test_a_report_later_than_seven_days_pays_nothing_and_says_so():
    verdict = judge(
        Stretches.of([(0, 15)]),
        covered=Stretches(),
        lesson_seconds=LESSON,
        paid=PaidTime(),
        opened_at=START,
        last_contact_at=START,
        at=START + SESSION_VALID + timedelta(seconds=1),
    )

    assert (verdict.new.seconds, verdict.reason) == (0, RefusalReason.TOO_LATE)


def test_only_the_minutes_before_a_takedown_pay():
    verdict = judge(
        Stretches.of([(0, 60)]),
        covered=Stretches(),
        lesson_seconds=LESSON,
        paid=PaidTime(),
        opened_at=START,
        last_contact_at=START,
        at=START + timedelta(seconds=60),
        taken_down_at=START + timedelta(seconds=20),
    )

    assert verdict.new == Stretches.of([(0, 40)])
    assert verdict.reason == RefusalReason.TAKEN_DOWN


def test_admit_lets_a_burst_through_and_then_one_report_in_two_seconds():
    busy, taken = None, 0
    while (later := admit(busy, START)) is not None:
        busy, taken = later, taken + 1

    assert taken == REPORT_BURST / REPORT_SPACING
    assert admit(busy, START + timedelta(seconds=1)) is None
    assert admit(busy, START + REPORT_SPACING) is not None
