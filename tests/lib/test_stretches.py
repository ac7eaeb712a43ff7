import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lib.stretches import MAX_SECONDS, Stretches, StretchRefused

pairs = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 400)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=12
)
stretches = pairs.map(Stretches.of)


def as_set(value: Stretches) -> set[int]:
    return {second for start, end in value.pairs for second in range(start, end)}


@given(pairs)
def test_of_holds_exactly_the_seconds_of_its_pairs(given_pairs):
    value = Stretches.of(given_pairs)

    seconds = {second for start, end in given_pairs for second in range(start, end)}
    assert as_set(value) == seconds
    assert value.seconds == len(seconds)
    assert bool(value) == bool(seconds)
    assert value.end == max(seconds, default=-1) + 1


@given(stretches)
def test_pairs_are_ordered_apart_and_maximal(value):
    flat = [edge for pair in value.pairs for edge in pair]

    assert flat == sorted(set(flat))
    assert Stretches.of(value.pairs) == value


@given(stretches, stretches)
def test_operations_are_those_of_sets(a, b):
    assert as_set(a | b) == as_set(a) | as_set(b)
    assert as_set(a - b) == as_set(a) - as_set(b)
    assert as_set(a & b) == as_set(a) & as_set(b)
    assert a.issubset(b) == (as_set(a) <= as_set(b))
    assert (a - b) | (a & b) == a
    assert hash(a | b) == hash(b | a)


@given(stretches, st.integers(-50, 3500), st.integers(-50, 3500))
def test_clip_keeps_what_lies_within(value, start, end):
    assert as_set(value.clip(start, end)) == {second for second in as_set(value) if start <= second < end}


@given(stretches, st.integers(-3, 3500))
def test_first_keeps_the_earliest_seconds(value, count):
    assert sorted(as_set(value.first(count))) == sorted(as_set(value))[: max(count, 0)]


@given(stretches, st.integers(-3500, 3500))
def test_shift_moves_every_second_and_drops_those_before_zero(value, seconds):
    assert as_set(value.shift(seconds)) == {second + seconds for second in as_set(value) if second + seconds >= 0}


@given(stretches)
def test_bytes_round_trip(value):
    assert Stretches.from_bytes(value.to_bytes()) == value
    assert Stretches.from_bytes(memoryview(value.to_bytes() + b"\x00")) == value


@given(stretches, st.integers(0, 3500))
def test_contains(value, second):
    assert (second in value) == (second in as_set(value))


def test_three_hours_take_1350_bytes_however_scattered():
    assert len(Stretches.of([(0, 10_800)]).to_bytes()) == 1350
    assert len(Stretches.of([(n, n + 1) for n in range(1, 10_800, 2)]).to_bytes()) == 1350


@pytest.mark.parametrize(
    "pair", [(5, 4), (-1, 3), (0, MAX_SECONDS + 1), (0.0, 3), (True, 3), ("0", 3), (0, None), (0, float("nan"))]
)
def test_a_pair_that_is_no_stretch_is_refused(pair):
    with pytest.raises(StretchRefused):
        Stretches.of([pair])


def test_oversized_bytes_are_refused():
    with pytest.raises(StretchRefused):
        Stretches.from_bytes(bytes(MAX_SECONDS // 8 + 2))


def test_shifting_beyond_the_limit_is_refused():
    with pytest.raises(StretchRefused):
        Stretches.of([(0, 10)]).shift(MAX_SECONDS)


def test_stretches_never_change():
    with pytest.raises(AttributeError):
        Stretches.of([(0, 1)])._bits = 3
