"""What a person must look at before learners see it."""

import pytest

from media.backends.transcribe.doubts import doubts_of_cue, doubts_of_sentence, inventions, is_loop, is_other_language
from media.backends.transcribe.voice import Speech

SPEECH = Speech(((0, 60_000),), 60_000)


def flags(text: str, *, language: str = "zh", ms: int = 20_000, speech: Speech = SPEECH, sensitive=(), names=()):
    found = doubts_of_cue(0, ms, text, language, speech=speech, names=names, sensitive=sensitive)
    return {str(flag) for flag in found}


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "中文字幕志愿者 李宗盛",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
        "谢谢大家的观看！",
        "感谢您的收看，我们下期再见",
        "优优独播剧场——YoYo Television Series Exclusive",
        "作词 作曲 编曲",
        "Thanks for watching!",
        "Thank you for watching",
        "Please like and subscribe",
        "Subtitles by the Amara.org community",
        "See you in the next video",
    ],
)
def test_known_inventions_are_flagged(text):
    assert doubts_of_sentence(text, same_as_before=False, loudness_db=-20) == {"invention"}


@pytest.mark.parametrize(
    "text",
    [
        "今天说打包四步。",
        "给短视频加字幕，点右下角。",
        "一个一个一个来。",
        "看看，试试看。",
        "直播间里让大家点个关注。",
        "谢谢大家，今天就讲到这里。",
    ],
)
def test_ordinary_sentences_are_not_flagged(text):
    assert doubts_of_sentence(text, same_as_before=False, loudness_db=-20) == set()
    assert flags(text) == set()


def test_the_list_of_inventions_is_read_without_its_notes():
    assert inventions().search("字幕由") and not inventions().search("#")


@pytest.mark.parametrize(
    ("text", "same", "loudness_db", "found"),
    [
        ("好的好的好的好的好的", False, -20, {"repetition"}),
        ("第二步，套。", True, -20, {"repetition"}),
        ("第二步，套。", False, -60, {"silence"}),
    ],
)
def test_loops_and_words_in_silence_are_flagged(text, same, loudness_db, found):
    assert doubts_of_sentence(text, same_as_before=same, loudness_db=loudness_db) == found


def test_a_loop_is_many_times_the_same():
    assert is_loop("打包四步打包四步打包四步")
    assert not is_loop("打包四步打包四步")


def test_more_than_can_be_read_is_flagged():
    assert flags("手机收到的那几位数字，就像家里的钥匙", ms=1500) == {"too_fast"}
    assert flags("手机收到的那几位数字，就像家里的钥匙", ms=2000) == set()


def test_words_where_nobody_speaks_are_flagged():
    assert flags("大家好", ms=4000, speech=Speech(((3500, 9000),), 9000)) == {"non_speech"}
    assert flags("大家好", ms=4000, speech=Speech(((2000, 9000),), 9000)) == set()


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("打开 WeChat 扫一扫", "zh", False),
        ("连上 WIFI 再看 APP", "zh", False),
        ("so today we are going to 打包", "zh", True),
        ("Hello everybody", "zh", True),
        ("こんにちは", "zh", True),
        ("안녕하세요", "zh", True),
        ("Привет всем", "zh", True),
        ("welcome to 田间课堂", "en", True),
        ("welcome to the lesson", "en", False),
        ("国家反诈中心 2026", "zh", False),
    ],
)
def test_another_language_in_between_is_seen(text, language, other):
    assert is_other_language(text, language) is other


def test_names_of_the_glossary_are_no_other_language():
    assert is_other_language("Tencent Meeting Rooms Pro 打开", "zh")
    assert not is_other_language("Tencent Meeting Rooms Pro 打开", "zh", names=["Tencent Meeting Rooms"])


def test_sensitive_words_are_found_whatever_signs_stand_between():
    assert flags("这是内部 资料。", sensitive=("内部资料",)) == {"sensitive"}
    assert flags("这是资料。", sensitive=("内部资料",)) == set()
