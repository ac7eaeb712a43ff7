"""The rules of group viewing: fresh codes, ordinary speed, what can be so at all, what an officer is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.domain import screening
from lms.learning.domain.evidence import COST_MS, PaidTime, judge, judge_package, to_ms
from lms.learning.domain.screening import Question
from lms.learning.queries import ScreeningCounts as Counts
from lms.lib.stretches import Stretches

# Ten in the morning in Beijing.
AT = datetime(2026, 4, 15, 2, tzinfo=UTC)
SECRET = "0123456789abcdef"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize(("late", "counts"), [(-25, False), (-15, True), (0, True), (59, True), (60, False)])
def test_a_code_counts_from_a_step_before_it_is_shown_until_a_minute_after(late, counts):
    shown_at = AT + 7 * screening.CODE_EVERY

    code = screening.code_of(SECRET, 7)

    assert screening.is_fresh(SECRET, 7, code, doors_at=AT, at=shown_at + seconds(late)) == counts


@pytest.mark.parametrize(("step", "code"), [(0, "0" * 16), (0, ""), (1, screening.code_of(SECRET, 0)), (0, "村")])
def test_a_code_that_the_secret_did_not_make_never_counts(step, code):
    assert not screening.is_fresh(SECRET, step, code, doors_at=AT, at=AT + seconds(1))


def test_a_code_before_the_doors_opened_never_counts():
    assert not screening.is_fresh(SECRET, -1, screening.code_of(SECRET, -1), doors_at=AT, at=AT)


def test_a_second_in_the_hall_costs_a_whole_real_second():
    counted, paid = screening.attend(Stretches.of([(0, 600)]), PaidTime(), opened_at=AT)

    assert counted == Stretches.of([(0, 600)])
    assert paid.spans == ((to_ms(AT), to_ms(AT) + 600_000),)


def test_who_watched_elsewhere_in_between_has_no_second_left_for_the_hall():
    # Reports each 15 seconds at ordinary speed leave half of the time unpaid; that is no time for the hall.
    begun = to_ms(AT) + 60_000
    elsewhere = PaidTime(tuple((begun + k * 15_000, begun + k * 15_000 + 7_500) for k in range(20)))

    counted, paid = screening.attend(Stretches.of([(0, 600)]), elsewhere, opened_at=AT)

    assert counted == Stretches.of([(0, 60), (353, 600)])
    assert paid.ms == elsewhere.ms + counted.seconds * 1000


def test_without_network_a_film_is_paid_at_ordinary_speed_from_any_free_time():
    wanted = Stretches.of([(0, 600)])

    counted, paid, days = screening.attend_unseen(wanted, PaidTime(), {}, since=AT, until=AT + seconds(300))

    assert (counted, paid.ms, list(days.values())) == (Stretches.of([(0, 300)]), 300_000, [300])


def test_without_network_a_day_pays_no_more_than_four_hours():
    wanted, day = Stretches.of([(0, 600)]), {AT.date(): screening.OFFLINE_DAY_SECONDS - 100}

    counted, _paid, _days = screening.attend_unseen(wanted, PaidTime(), day, since=AT, until=AT + timedelta(hours=2))

    assert counted.seconds == 100


@pytest.mark.parametrize(
    ("claimed", "passed", "others", "vouched"),
    [
        (600, 3600, [], 600),
        (10_800, 36_000, [], 600),
        (600, 200, [], 200),
        (600, 900, [600], 300),
        (600, 600, [600, 600], 0),
        (0, 900, [], 0),
    ],
)
def test_a_phone_without_network_is_believed_up_to_the_film_and_the_time_that_passed(claimed, passed, others, vouched):
    found = screening.vouched_seconds(
        claimed, decoded_seconds=600, prepared_at=AT, at=AT + seconds(passed), others=others
    )

    assert found == vouched


@pytest.mark.parametrize(
    ("counts", "is_offline", "asked"),
    [
        (Counts(scanned=30, named=10), False, []),
        (Counts(scanned=0, named=60), False, [Question.NOBODY_SCANNED]),
        (Counts(scanned=0, named=60), True, [Question.NOT_SEEN]),
        (Counts(scanned=3, named=19), False, []),
        (Counts(scanned=30, named=30, afterwards=25), False, [Question.TICKED_AFTERWARDS]),
        (Counts(scanned=9, named=1, objected=1), False, [Question.OBJECTED]),
    ],
)
def test_an_officer_is_asked_about_what_is_odd(counts, is_offline, asked):
    assert screening.questions(counts, is_offline=is_offline) == asked


def test_time_given_back_is_free_again_and_nothing_else_is():
    paid = PaidTime(((0, 1000), (2000, 5000)))

    assert paid.without(PaidTime(((500, 2500),))).spans == ((0, 500), (2500, 5000))


_moments = st.integers(min_value=0, max_value=4 * 3600)
_reports = st.tuples(
    st.sampled_from(["online", "offline", "hall", "hall unseen"]),
    _moments,
    st.integers(min_value=1, max_value=900),
)


@given(st.lists(_reports, max_size=12))
def test_no_real_second_pays_twice_over_online_offline_and_group(reports):
    """Whatever comes in whatever order: what is paid in all is what was spent in all, and fits into the time."""
    paid, spent = PaidTime(), 0
    for kind, moment, length in sorted(reports, key=lambda each: each[1]):
        at = AT + seconds(moment + length)
        wanted = Stretches.of([(0, length)])
        before = paid
        if kind == "online":
            began = AT + seconds(moment)
            verdict = judge(
                wanted,
                covered=Stretches(),
                lesson_seconds=900,
                paid=paid,
                opened_at=began,
                last_contact_at=began,
                at=at,
            )
            paid, cost = verdict.paid, verdict.new.seconds * COST_MS
        elif kind == "offline":
            verdict, _days = judge_package(
                wanted,
                covered=Stretches(),
                lesson_seconds=900,
                paid=paid,
                days={},
                issued_at=AT,
                valid_until=AT + timedelta(days=7),
                at=at,
            )
            paid, cost = verdict.paid, verdict.new.seconds * COST_MS
        elif kind == "hall":
            counted, paid = screening.attend(wanted, paid, opened_at=AT + seconds(moment))
            cost = counted.seconds * screening.SECOND_MS
        else:
            counted, paid, _days = screening.attend_unseen(wanted, paid, {}, since=AT, until=at)
            cost = counted.seconds * screening.SECOND_MS
        spent += cost
        # Closing short pauses (`tidied`) takes time away and gives none.
        assert paid.ms >= before.ms + cost
    assert spent <= (max((moment + length for _kind, moment, length in reports), default=0)) * 1000
