"""Speech in windows of thirty seconds, and the way back to the recording's times."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media.backends.transcribe.base import SAMPLE_RATE
from media.backends.transcribe.engine import WINDOW_MS, Segment, Word, cut_at_times, is_lost
from media.backends.transcribe.windows import Window, windows_of

TIME = 50_000  # the token of 0.00 s


def tone(seconds: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.1)).astype(np.float32)


def pause(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def test_stretches_share_windows_and_times_are_put_back():
    window = Window(((5000, 8000), (20_000, 24_000)))

    assert windows_of(pause(30), [(5000, 8000), (20_000, 24_000)]) == [window]
    assert window.length_ms == 7000
    assert window.place(600, 2400) == (5600, 7400)
    assert window.place(3500, 6900) == (20_500, 23_900)


def test_what_seems_to_begin_or_end_in_the_cut_moves_to_the_speech():
    window = Window(((0, 3000), (10_000, 13_000)))

    assert window.place(2900, 5000) == (10_000, 12_000)
    assert window.place(500, 3200) == (500, 3000)


def test_long_speech_is_cut_in_its_last_pause_before_the_window_is_full():
    audio = np.concatenate([tone(13), pause(0.6), tone(12.4), pause(0.6), tone(20)])

    first, second = windows_of(audio, [(0, 46_600)])

    ((begin, cut),), ((resumed, end),) = first.pieces, second.pieces
    assert (begin, resumed, end) == (0, cut, 46_600)
    assert 26_000 < cut < 26_600


def test_what_is_heard_again_is_halved_in_its_quietest_pause():
    audio = np.concatenate([tone(4), pause(0.6), tone(3), pause(2), tone(2)])
    window = Window(((0, 7600), (9600, 11_600)))

    first, second = window.halves(audio, 1000)

    ((begin, cut),), ((resumed, end), last) = first.pieces, second.pieces
    assert (begin, resumed, end, last) == (1000, cut, 7600, (9600, 11_600))
    assert 4000 <= cut <= 4600
    assert window.halves(audio, 4700) is None


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(200, 9000)), min_size=1, max_size=5), st.integers(0, 5000))
@settings(max_examples=50)
def test_halves_hold_what_is_left_once_and_in_order(gaps_and_lengths, from_ms):
    pieces, at = [], 0
    for gap, length in gaps_and_lengths:
        pieces.append((at + gap, at + gap + length))
        at += gap + length
    window = Window(tuple(pieces))
    left = window.length_ms - from_ms

    halves = window.halves(pause(at / 1000), from_ms)

    assert (halves is None) == (left < 5000)
    if halves:
        held = [piece for half in halves for piece in half.pieces]
        assert sum(end - begin for begin, end in held) == left
        assert all(begin < end for begin, end in held)
        assert all(one[1] <= two[0] for one, two in pairwise(held))
        assert all(half.length_ms >= left // 4 for half in halves)


def test_a_time_long_after_the_sound_says_that_the_place_was_lost():
    said = [TIME, 7, TIME + 500]  # until 10.00 s

    assert is_lost(said, first_time=TIME, length_ms=8900)
    assert not is_lost(said, first_time=TIME, length_ms=9000)
    assert not is_lost([], first_time=TIME, length_ms=500)


def test_speech_without_a_pause_is_cut_nevertheless():
    windows = windows_of(tone(100), [(0, 100_000)])

    assert all(window.length_ms <= WINDOW_MS for window in windows)
    assert sum(window.length_ms for window in windows) == 100_000


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(200, 70_000)), max_size=8))
@settings(max_examples=30)
def test_windows_hold_all_speech_once_and_in_order(gaps_and_lengths):
    spans, at = [], 0
    for gap, length in gaps_and_lengths:
        spans.append((at + gap + 1, at + gap + 1 + length))
        at = spans[-1][1]
    noise = np.random.default_rng(1).normal(0, 0.1, (at + 1) * SAMPLE_RATE // 1000).astype(np.float32)

    windows = windows_of(noise, spans)

    pieces = [piece for window in windows for piece in window.pieces]
    assert all(0 < window.length_ms <= WINDOW_MS for window in windows)
    assert sum(end - begin for begin, end in pieces) == sum(end - begin for begin, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(pieces))
    assert all(any(a <= begin and end <= b for a, b in spans) for begin, end in pieces)


@given(st.integers(0, 30_000), st.integers(0, 30_000))
def test_a_placed_time_lies_in_one_of_the_pieces(one, other):
    window = Window(((1000, 9000), (9500, 10_000), (60_000, 81_000)))

    start, end = window.place(min(one, other), max(one, other))

    assert start < end
    assert any(begin <= start < until for begin, until in window.pieces)
    assert any(begin < end <= until for begin, until in window.pieces)


def test_what_is_left_of_a_window():
    window = Window(((1000, 2000), (5000, 7000)))

    assert window.after(0) == [(1000, 2000), (5000, 7000)]
    assert window.after(1500) == [(5500, 7000)]
    assert window.after(3000) == []


def test_tokens_are_cut_at_times_and_the_unfinished_sentence_is_left():
    tokens = [TIME, 1, 2, TIME + 50, TIME + 60, 3, TIME + 100, TIME + 100, 4]

    assert cut_at_times(tokens, first_time=TIME, length_ms=3000) == ([(0, 1000, [1, 2]), (1200, 2000, [3])], 2000)


def test_one_time_at_the_end_says_that_all_was_heard():
    tokens = [TIME, 1, TIME + 50, TIME + 60, 2, TIME + 90]

    assert cut_at_times(tokens, first_time=TIME, length_ms=5000) == ([(0, 1000, [1]), (1200, 1800, [2])], None)


def test_tokens_without_times_between_are_one_sentence():
    assert cut_at_times([TIME, 1, 2, TIME + 40], first_time=TIME, length_ms=5000) == ([(0, 800, [1, 2])], None)
    assert cut_at_times([1, 2], first_time=TIME, length_ms=5000) == ([(0, 5000, [1, 2])], None)
    assert cut_at_times([], first_time=TIME, length_ms=5000) == ([], None)


def test_a_segment_survives_as_plain_values():
    segment = Segment(10, 900, "你好", 0.9, (Word(10, 400, "你", 0.8), Word(400, 900, "好", 0.7)))

    assert Segment.from_plain(segment.to_plain()) == segment
