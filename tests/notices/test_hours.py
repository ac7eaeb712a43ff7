"""Nobody's phone rings between 20:00 and 8:00 Beijing time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lib.durations import BEIJING, beijing_day
from lms.notices.domain.hours import may_send, next_sending, sending_day

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.sampled_from([UTC, BEIJING]))


@pytest.mark.parametrize(
    ("clock", "allowed", "goes_out"),
    [
        ((7, 59, 59), False, (20, 8)),
        ((8, 0, 0), True, None),
        ((12, 0, 0), True, None),
        ((19, 59, 59), True, None),
        ((20, 0, 0), False, (21, 8)),
        ((23, 59, 59), False, (21, 8)),
        ((0, 0, 0), False, (20, 8)),
    ],
)
def test_the_edges_of_the_day(clock, allowed, goes_out):
    at = datetime(2026, 11, 20, *clock, tzinfo=BEIJING)

    assert may_send(at) is allowed
    assert next_sending(at) == (datetime(2026, 11, goes_out[0], goes_out[1], tzinfo=BEIJING) if goes_out else at)


@given(MOMENTS)
def test_what_waits_goes_out_at_the_first_allowed_moment(at):
    later = next_sending(at)

    assert later >= at
    assert may_send(later)
    assert later - at <= timedelta(hours=12)
    assert may_send(at) == (later == at)
    if later > at:
        assert not may_send(later - timedelta(seconds=1))
        assert later.astimezone(BEIJING).strftime("%H:%M:%S.%f") == "08:00:00.000000"


@given(MOMENTS)
def test_the_day_of_a_reminder_is_that_on_which_the_phone_rings(at):
    assert sending_day(at) == beijing_day(next_sending(at))
    assert sending_day(at) - beijing_day(at) in {timedelta(0), timedelta(days=1)}
