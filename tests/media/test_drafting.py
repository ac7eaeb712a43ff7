"""Between a recogniser and a draft: pauses taken out and put back, long lines halved, inventions flagged."""

from itertools import pairwise

import numpy as np
import pytest

from media.backends.transcribe.base import SAMPLE_RATE, CueDraft
from media.backends.transcribe.doubts import flags_of, is_loop
from media.backends.transcribe.reading import READABLE_WIDTH, split_for_reading
from media.backends.transcribe.silence import without_long_silences
from media.backends.transcribe.whisper import STRETCH_SECONDS, in_order, stretches
from media.captions_text import width


def tone(seconds: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.1)).astype(np.float32)


def pause(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def test_long_pauses_are_shortened_and_times_put_back():
    heard = without_long_silences(np.concatenate([pause(5), tone(2), pause(0.8), tone(1), pause(3), tone(4)]))

    assert heard.audio.size == round((0.6 + 2 + 0.8 + 1 + 0.6 + 4) * SAMPLE_RATE)
    assert heard.place(600, 2600) == {"start_ms": 5000, "end_ms": 7000}
    assert heard.place(3400, 4400) == {"start_ms": 7800, "end_ms": 8800}
    assert heard.place(5000, 9000) == {"start_ms": 11_800, "end_ms": 15_800}


def test_time_inside_a_cut_pause_moves_to_the_speech():
    heard = without_long_silences(np.concatenate([tone(2), pause(10), tone(2)]))

    assert heard.place(2100, 4600)["start_ms"] == 11_700
    assert heard.place(0, 2500)["end_ms"] == 2300


def test_sound_without_long_pauses_is_left_as_it_is():
    audio = np.concatenate([tone(2), pause(0.9), tone(2)])

    heard = without_long_silences(audio)

    assert heard.audio is audio
    assert heard.place(1234, 4321) == {"start_ms": 1234, "end_ms": 4321}


def test_stretches_cover_everything_and_are_cut_in_a_pause():
    silent_at = STRETCH_SECONDS - 30
    audio = np.concatenate([tone(silent_at), pause(1), tone(STRETCH_SECONDS)])

    found = stretches(audio)

    assert found[0][0] == 0 and found[-1][1] == audio.size
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert silent_at < found[0][1] / SAMPLE_RATE < silent_at + 1
    assert all(end - start <= STRETCH_SECONDS * SAMPLE_RATE for start, end in found)


def test_cues_of_a_draft_never_overlap():
    drafts = [CueDraft(0, 1000, "一", 1), CueDraft(900, 2000, "二", 1), CueDraft(1500, 1900, "三", 1)]

    assert [(cue.start_ms, cue.end_ms) for cue in in_order(drafts)] == [(0, 1000), (1000, 2000), (2000, 2001)]


@pytest.mark.parametrize(
    "text",
    [
        "手机拿稳，离果子一尺远，用手指点一下屏幕上的果子，等它变清楚了再按。",
        "没有标点" * 20,
        "hello everybody and welcome to this lesson, in which we learn how to pack fruit for a long journey by lorry",
        "短",
    ],
)
def test_long_lines_are_split_without_losing_words_or_time(text):
    pieces = split_for_reading(1000, 11_000, text)

    assert "".join(piece for _a, _b, piece in pieces).replace(" ", "") == text.replace(" ", "")
    assert all(0 < width(piece) <= READABLE_WIDTH for _a, _b, piece in pieces)
    assert [a for a, _b, _piece in pieces[1:]] == [b for _a, b, _piece in pieces[:-1]]
    assert (pieces[0][0], pieces[-1][1]) == (1000, 11_000)


def test_lines_are_split_after_punctuation_where_there_is_some():
    text = "一样东西拍四张：一张整筐的，一张单个的，一张切开的，一张拿手托着比大小的。"

    assert [piece for _a, _b, piece in split_for_reading(0, 10_000, text)] == [
        "一样东西拍四张：一张整筐的，一张单个的，",
        "一张切开的，一张拿手托着比大小的。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
        "谢谢大家的观看！",
        "Thanks for watching!",
        "Subtitles by the Amara.org community",
    ],
)
def test_known_inventions_are_flagged(text):
    assert flags_of(text, 20_000, loudness_db=-20, same_as_before=False) == ("invention",)


@pytest.mark.parametrize(
    "text", ["今天说打包四步。", "给短视频加字幕，点右下角。", "一个一个一个来。", "看看，试试看。"]
)
def test_ordinary_sentences_are_not_flagged(text):
    assert flags_of(text, 5000, loudness_db=-20, same_as_before=False) == ()


@pytest.mark.parametrize(
    ("text", "duration_ms", "loudness_db", "same", "flags"),
    [
        ("好的好的好的好的好的", 5000, -20, False, ("repetition",)),
        ("第二步，套。", 5000, -20, True, ("repetition",)),
        ("第二步，套。", 5000, -60, False, ("silence",)),
        ("手机收到的那几位数字，就像家里的钥匙", 1500, -20, False, ("too_fast",)),
    ],
)
def test_other_doubts_are_flagged(text, duration_ms, loudness_db, same, flags):
    assert flags_of(text, duration_ms, loudness_db=loudness_db, same_as_before=same) == flags


def test_a_loop_is_many_times_the_same():
    assert is_loop("打包四步打包四步打包四步")
    assert not is_loop("打包四步打包四步")
