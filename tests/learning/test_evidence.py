"""Laws 1, 2, 3 and 5 as properties of pure functions."""

from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.domain.evidence import (
    COST_MS,
    HOLD_BACK,
    OFFLINE_DAY_SECONDS,
    PACKAGE_VALID,
    PAID_KEPT,
    REPORT_BURST,
    REPORT_SPACING,
    SESSION_VALID,
    TOP_SPEED,
    PaidTime,
    admit,
    judge,
    judge_package,
    to_ms,
    window,
)
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import RefusalReason
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.machine import examples

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


@settings(max_examples=examples(200))
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


# Offline packages: law 3's other window.


class Traveller:
    """A person with one clock, who watches lessons in sessions and without network; judged as the stories do."""

    def __init__(self) -> None:
        self.paid, self.days = PaidTime(), {}
        self.online: dict[int, Stretches] = {}
        self.offline: dict[int, Stretches] = {}
        self.accepted_seconds = 0
        self.contact: dict[int, datetime] = {}

    def covered(self, lesson: int) -> Stretches:
        return self.online.get(lesson, Stretches()) | self.offline.get(lesson, Stretches())

    def report(self, lesson: int, reported: Stretches, at: datetime, *, opened_at: datetime = START):
        before = self.paid
        verdict = judge(
            reported,
            covered=self.online.get(lesson, Stretches()),
            lesson_seconds=LESSON,
            paid=self.paid,
            opened_at=opened_at,
            last_contact_at=self.contact.get(lesson, opened_at),
            at=at,
        )
        self.contact[lesson] = at
        self.online[lesson] = self.online.get(lesson, Stretches()) | verdict.new
        return self._paid(before, verdict, at)

    def hand_in(self, lesson: int, reported: Stretches, at: datetime, *, issued_at: datetime = START, seconds=LESSON):
        before = self.paid
        verdict, spent = judge_package(
            reported,
            covered=self.covered(lesson),
            lesson_seconds=seconds,
            paid=self.paid,
            days=self.days,
            issued_at=issued_at,
            valid_until=issued_at + PACKAGE_VALID,
            at=at,
        )
        assert sum(spent.values()) == verdict.new.seconds
        self.days = {day: self.days.get(day, 0) + spent.get(day, 0) for day in self.days.keys() | spent.keys()}
        self.offline[lesson] = self.offline.get(lesson, Stretches()) | verdict.accepted
        return self._paid(before, verdict, at)

    def _paid(self, before, verdict, at):
        # What is newly paid is time that had not paid: tidying closes pauses, and opens none that a window reaches.
        kept = PaidTime(tuple(span for span in before.spans if span[1] > to_ms(at - PAID_KEPT)))
        assert all(any(a <= start and end <= b for a, b in verdict.paid.spans) for start, end in kept.spans)
        assert verdict.paid.ms >= kept.ms + verdict.new.seconds * COST_MS
        self.paid = verdict.paid
        self.accepted_seconds += verdict.new.seconds
        return verdict


# (package or session, lesson, what is reported, milliseconds after the one before)
mixed_reports = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), stretches, st.integers(0, 600_000)), min_size=1, max_size=12
)


@given(stretches, stretches, moments, moments)
def test_a_package_counts_only_what_was_reported_and_lies_in_the_lesson(reported, covered, issued_at, at):
    issued_at, at = min(issued_at, at), max(issued_at, at)

    verdict, _spent = judge_package(
        reported,
        covered=covered,
        lesson_seconds=LESSON,
        paid=PaidTime(),
        days={},
        issued_at=issued_at,
        valid_until=issued_at + PACKAGE_VALID,
        at=at,
    )

    lesson = reported.clip(0, LESSON)
    assert verdict.accepted.issubset(lesson)
    assert verdict.new == verdict.accepted - covered
    assert verdict.accepted | verdict.refused == lesson
    assert not verdict.accepted & verdict.refused
    assert bool(verdict.refused) == (verdict.reason is not None)


@given(mixed_reports)
def test_what_counts_never_shrinks_in_sessions_and_packages(reports):
    person, at = Traveller(), START

    for is_package, lesson, reported, pause_ms in reports:
        at += timedelta(milliseconds=pause_ms)
        before = dict(person.online), dict(person.offline)
        (person.hand_in if is_package else person.report)(lesson, reported, at)
        for kept, now in zip(before, (person.online, person.offline), strict=True):
            assert all(stretch.issubset(now[key]) for key, stretch in kept.items())


@given(mixed_reports)
def test_no_real_second_pays_twice_over_devices_lessons_and_packages(reports):
    person, at = Traveller(), START

    for is_package, lesson, reported, pause_ms in reports:
        at += timedelta(milliseconds=pause_ms)
        # `Traveller` asserts for each report that what it paid had not paid before.
        (person.hand_in if is_package else person.report)(lesson, reported, at)
        assert person.accepted_seconds <= TOP_SPEED * (at - START).total_seconds()


@given(st.data())
def test_where_the_clock_does_not_bind_order_repeats_and_kind_of_report_do_not_matter(data):
    reports = data.draw(st.lists(st.tuples(st.booleans(), stretches), min_size=1, max_size=6))
    shuffled = data.draw(st.permutations(reports + reports[:2]))
    at = START + HOLD_BACK

    one, other = Traveller(), Traveller()
    for person, order in ((one, reports), (other, shuffled)):
        for is_package, reported in order:
            (person.hand_in if is_package else person.report)(0, reported, at)

    nothing = Stretches()
    assert one.online.get(0, nothing) == other.online.get(0, nothing)
    assert one.offline.get(0, nothing) == other.offline.get(0, nothing)


@settings(max_examples=examples(200))
@given(honest_watching(), st.integers(0, 6 * 24 * 3600))
def test_honest_watching_without_network_loses_nothing_however_late_it_comes(sendings, silence_seconds):
    person = Traveller()

    for ms, pair in sendings:
        at = START + timedelta(milliseconds=ms, seconds=silence_seconds)
        person.hand_in(0, Stretches.of([pair]), at)

    assert person.covered(0) == Stretches.of([(0, LESSON)])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.integers(0, 6 * 3600)), min_size=1, max_size=8),
)
def test_packages_together_pay_four_hours_of_a_day_at_most(claims):
    person, at, numbers = Traveller(), START, count()
    for fetched_hours_ago, hours_later, seconds in claims:
        at += timedelta(hours=hours_later)
        issued_at = at - timedelta(hours=fetched_hours_ago)
        person.hand_in(next(numbers), Stretches.of([(0, seconds)]), at, issued_at=issued_at, seconds=6 * 3600)

    assert all(seconds <= OFFLINE_DAY_SECONDS for seconds in person.days.values())
    assert sum(person.days.values()) == person.accepted_seconds


def test_the_free_time_that_pays_says_which_day_it_was():
    """Fetched at 23:00 in Beijing, handed in at 2:00: the hour before midnight pays first, and the first day."""
    issued_at = datetime(2026, 4, 15, 15, tzinfo=UTC)
    person = Traveller()

    person.hand_in(0, Stretches.of([(0, 9000)]), issued_at + timedelta(hours=3), issued_at=issued_at, seconds=9000)

    assert person.days == {date(2026, 4, 15): 7200, date(2026, 4, 16): 1800}


def test_a_full_day_is_said_to_be_full_and_the_next_day_goes_on():
    issued_at = datetime(2026, 4, 15, 0, tzinfo=UTC)  # eight in the morning in Beijing
    person, five_hours = Traveller(), Stretches.of([(0, 5 * 3600)])

    first = person.hand_in(0, five_hours, issued_at + timedelta(hours=10), issued_at=issued_at, seconds=5 * 3600)
    again = person.hand_in(0, five_hours, issued_at + timedelta(hours=17), issued_at=issued_at, seconds=5 * 3600)

    assert (first.new.seconds, first.reason) == (4 * 3600, RefusalReason.DAY_FULL)
    assert (again.new.seconds, again.reason) == (3600, None)
    assert set(person.days) == {beijing_day(issued_at), beijing_day(issued_at) + timedelta(days=1)}


def test_a_week_claimed_at_once_pays_four_hours_for_each_day_it_touches():
    person, week = Traveller(), Stretches.of([(0, 7 * 24 * 3600)])

    verdict = person.hand_in(0, week, START + PACKAGE_VALID, seconds=7 * 24 * 3600)

    assert verdict.new.seconds == 8 * OFFLINE_DAY_SECONDS
    assert verdict.reason == RefusalReason.DAY_FULL


def test_a_package_handed_in_after_seven_days_pays_nothing_and_says_so():
    verdict = Traveller().hand_in(0, Stretches.of([(0, 15)]), START + PACKAGE_VALID + timedelta(seconds=1))

    assert (verdict.new.seconds, verdict.reason) == (0, RefusalReason.PACKAGE_OVER)


def test_paid_time_is_remembered_longer_than_any_window_reaches_back():
    paid = PaidTime(((to_ms(START), to_ms(START) + 1000),))

    assert max(PACKAGE_VALID, SESSION_VALID, HOLD_BACK) < PAID_KEPT
    assert paid.tidied(START + PACKAGE_VALID + timedelta(hours=1)) == paid
    assert paid.tidied(START + PAID_KEPT + timedelta(hours=1)) == PaidTime()


@pytest.mark.django_db
@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(1, 4), stretches, st.integers(0, 60)), min_size=1, max_size=8))
def test_the_receipt_of_a_number_is_stable(reports):
    session = open_session(PersonFactory(), make.lesson(seconds=820), at=START)
    at, first = START, {}

    for number, reported, pause_seconds in reports:
        at += timedelta(seconds=pause_seconds)
        receipt = accept_report(session, number, stretches=reported, at=at)
        receipt.refresh_from_db()
        assert first.setdefault(number, receipt.body) == receipt.body

    assert {receipt.number: receipt.body for receipt in session.receipts.all()} == first
