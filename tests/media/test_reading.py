"""Cues from word times: what can be read, broken where it reads best, with all words, at true times."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from media.backends.transcribe.engine import Segment, Word
from media.backends.transcribe.reading import Line, parts_of, readable
from media.backends.transcribe.timed import Timed, are_believable, timed
from media.captions_text import width
from media.reading_limits import CHINESE, ENGLISH, NEVER, breaks, in_lines
from tests.machine import examples


def spoken(text: str, *, per_character_ms: int = 250) -> Timed:
    edges = [round(at * per_character_ms) for at in range(len(text) + 1)]
    return Timed(text, tuple(edges[:-1]), tuple(edges[1:]), (0.9,) * len(text))


def cut(text: str, language: str = "zh", **options) -> list[str]:
    said = spoken(text, **options)
    return [said.text[a:b] for a, b in parts_of(said, language)]


def test_a_long_sentence_is_cut_after_its_parts():
    assert cut("一样东西拍四张：一张整筐的，一张单个的，一张切开的，一张拿手托着比大小的。", per_character_ms=200) == [
        "一样东西拍四张：一张整筐的，一张单个的，",
        "一张切开的，一张拿手托着比大小的。",
    ]


def test_a_slow_sentence_is_cut_before_seven_seconds_are_over():
    parts = cut("同志们，这一课讲怎么在村民微信群里发通知。", per_character_ms=500)

    assert parts == ["同志们，", "这一课讲怎么在村民", "微信群里发通知。"] or all(len(part) <= 14 for part in parts)
    assert "".join(parts) == "同志们，这一课讲怎么在村民微信群里发通知。"


def test_without_signs_a_pause_is_the_place_to_cut():
    said = spoken("大家好我们今天说说怎么打包水果怎么寄出去怎么收钱和怎么退货换货", per_character_ms=200)
    later = replace(
        said,
        starts=tuple(start + 900 * (at >= 15) for at, start in enumerate(said.starts)),
        ends=tuple(end + 900 * (at >= 15) for at, end in enumerate(said.ends)),
    )

    parts = [later.text[a:b] for a, b in parts_of(later, "zh")]

    assert parts[0] == "大家好我们今天说说怎么打包水果"


def test_a_term_of_the_glossary_is_never_torn():
    text = "我们这里的村两委干部都来学直播带货" * 3
    spans = tuple((at, at + 4) for at in range(len(text)) if text.startswith("直播带货", at))

    inside = {at for first, after in spans for at in range(first + 1, after)}
    assert all(breaks(text, whole=spans)[at] == NEVER for at in inside)
    assert not inside & {after for _first, after in parts_of(spoken(text), "zh", whole=spans)}


def test_english_is_cut_between_words_by_its_own_limits():
    text = "hello everybody and welcome to this lesson, in which we learn how to pack fruit for a long journey by lorry"

    parts = cut(text, "en", per_character_ms=60)

    assert " ".join(parts) == text
    assert all(width(part) <= ENGLISH.cue_width for part in parts)
    assert all(line in text for part in parts for line in in_lines(part, "en").split("\n"))


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("有了结果，发回群里。", "zh", "有了结果，发回群里。"),
        ("重要的事请大家回个“收到”，第二天没回的，", "zh", "重要的事请大家回个“收到”，\n第二天没回的，"),
        ("这一课讲怎么在村民微信群里发通知。", "zh", "这一课讲怎么在村民\n微信群里发通知。"),
        ("有人\n已经断好了行的很长很长的一句话写在这里", "zh", "有人\n已经断好了行的很长很长的一句话写在这里"),
        (
            "hello everybody and welcome to this lesson, in which we learn how to",
            "en",
            "hello everybody and welcome to this\nlesson, in which we learn how to",
        ),
    ],
)
def test_what_is_too_wide_for_a_line_is_shown_in_two(text, language, shown):
    assert in_lines(text, language) == shown


chinese = st.text(alphabet="今天我们学怎么打包水果的了，。 A手机点一下", min_size=1, max_size=90).filter(str.strip)


@given(chinese, st.integers(60, 900))
@settings(max_examples=examples(150))
def test_any_text_is_cut_without_loss_and_within_two_lines(text, per_character_ms):
    said = spoken(text, per_character_ms=per_character_ms)

    parts = parts_of(said, "zh")

    assert "".join(text[a:b] for a, b in parts).replace(" ", "") == text.replace(" ", "")
    for a, b in parts:
        fits = width(text[a:b]) <= CHINESE.cue_width
        places = breaks(text)
        assert fits or all(places[at] == NEVER for at in range(a + 1, b))
        assert all(width(line) <= CHINESE.line_width + 2 for line in in_lines(text[a:b], "zh").split("\n")) or not fits


times = st.lists(st.tuples(st.integers(0, 2500), st.integers(1, 9000), st.integers(1, 32)), min_size=1, max_size=12)


@given(times)
@example([(0, 6510, 32), (2499, 1, 1), (460, 459, 32)])
def test_cues_are_in_order_apart_and_inside_whatever_came(gaps):
    lines, at = [], 0
    for number, (gap, length, count) in enumerate(gaps):
        lines.append(Line(at + gap, at + gap + length, "字" * count, (number,)))
        at += gap + length
    whole = at + 500

    cues = readable(lines, "zh", length_ms=whole)

    assert "".join(cue.text.replace(" ", "") for cue in cues) == "".join(line.text for line in lines)
    assert [origin for cue in cues for origin in cue.origins] == list(range(len(lines)))
    assert all(0 <= cue.start_ms < cue.end_ms <= whole for cue in cues)
    assert all(one.end_ms <= two.start_ms for one, two in pairwise(cues))
    assert all(cue.duration_ms <= CHINESE.longest_ms and width(cue.text) <= CHINESE.cue_width for cue in cues)
    # One that is too short had nowhere to grow and nobody to join.
    for before, cue, after in zip([None, *cues], cues, [*cues[1:], None], strict=False):
        if cue.duration_ms < CHINESE.shortest_ms:
            room = (after.start_ms if after else whole) - (before.end_ms if before else 0)
            assert room < CHINESE.shortest_ms + 2 * CHINESE.gap_ms


def test_a_short_cue_stands_long_enough_to_be_read():
    cues = readable([Line(1000, 1300, "好。"), Line(5000, 6000, "我们开始。")], "zh", length_ms=9000)

    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(1000, 1800), (5000, 6000)]


def test_a_short_cue_without_room_joins_its_neighbour():
    cues = readable([Line(1000, 1300, "好。", ("a",)), Line(1300, 3000, "我们开始。", ("b",))], "zh", length_ms=9000)

    assert cues == [Line(1000, 3000, "好。我们开始。", ("a", "b"))]


def test_a_cue_never_stands_longer_than_seven_seconds():
    assert readable([Line(0, 60_000, "好。")], "zh", length_ms=60_000)[0].end_ms == 7000


def test_neighbours_keep_a_gap_where_their_words_meet():
    one, two = readable([Line(0, 3000, "我们开始上课。"), Line(3000, 6000, "第一步点这里。")], "zh", length_ms=9000)

    assert (one.end_ms, two.start_ms) == (2920, 3000)


def segment(words: list[tuple[int, int, str]], *, start: int = 1000, end: int = 3000) -> Segment:
    text = "".join(word for _a, _b, word in words)
    return Segment(start, end, text, 0.8, tuple(Word(a, b, word, 0.5) for a, b, word in words))


def test_word_times_are_followed():
    heard = segment([(1100, 1500, "今天"), (1500, 2900, "好。")])

    said = timed(heard)

    assert (said.text, said.starts, said.ends) == ("今天好。", (1100, 1300, 1500, 2200), (1300, 1500, 2200, 2900))
    assert round(said.confidence, 3) == 0.5


@pytest.mark.parametrize(
    "words",
    [
        [],
        [(1000, 1000, "今"), (1000, 1000, "天"), (1000, 2000, "好"), (2000, 3000, "。")],
        [(9000, 9500, "今天"), (9500, 9900, "好。")],
        [(1000, 1200, "今天"), (1200, 1300, "好。")],
        [(1500, 1900, "今天"), (1000, 1500, "好。")],
        [(1000, 2900, "今"), (2900, 2920, "天"), (2920, 3000, "好。")],
    ],
    ids=["none", "heap", "elsewhere", "too short", "backwards", "too long"],
)
def test_absurd_word_times_give_way_to_those_of_the_sentence(words):
    heard = replace(segment(words), text="今天好。")

    said = timed(heard)

    assert not are_believable(heard.words, heard)
    assert (said.text, said.starts, said.ends) == ("今天好。", (1000, 1500, 2000, 2500), (1500, 2000, 2500, 3000))


@given(st.lists(st.tuples(st.integers(-500, 4000), st.integers(-500, 4000)), min_size=1, max_size=9))
def test_times_of_characters_rise_inside_the_sentence_whatever_the_words_say(pairs):
    said = timed(segment([(a, b, "字") for a, b in pairs]))

    assert said.text == "字" * len(pairs)
    assert list(said.starts) == sorted(said.starts)
    assert all(1000 <= start <= end <= 3000 for start, end in zip(said.starts, said.ends, strict=True))
