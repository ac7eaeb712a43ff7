"""What is written as what is looked for: the same way for what goes into an index and for what somebody asks.

A Chinese text has no blanks. It is indexed as its single characters and all its pairs of neighbours, which needs no
dictionary and so finds names and new words too; a question is cut into words by the dictionary (rjieba without HMM,
with the words of this field added), and a word is found by its pairs, wherever it stands. Which way of cutting finds
best was measured: decision 0082.

Everything here is a pure function of its text. `VERSION` rises when a text would be indexed differently: what is in
the index then is no longer what would be asked for, until `rebuild_search_index` has run.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

VERSION = 1

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")
_NUMBER = re.compile(r"[零〇一二三四五六七八九两十][零〇一二三四五六七八九两十百千万亿]+")
_DIGITS = {**{digit: value for value, digit in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
# A longer run of letters is no word; an index keeps no more of it.
LONGEST = 40
LONGEST_NAME = 6
# How often rjieba is to think a word of ours is said: as often as no cut of it into shorter words can be.
_OURS = (100_000, "n")
# Words that the dictionary of rjieba (2018 and older) does not have and everybody in these lessons says.
DOMAIN_WORDS = (
    "带货",
    "微信",
    "抖音",
    "快手",
    "收款码",
    "付款码",
    "扫码",
    "扫一扫",
    "反诈",
    "防骗",
    "差评",
    "网购",
    "验证码",
    "二维码",
    "小程序",
    "公众号",
    "短视频",
    "直播间",
    "朋友圈",
    "健康码",
    "红包",
    "运费险",
    "微信群",
    "视频通话",
    "拼多多",
    "云闪付",
    "网店",
    "开播",
    "主播",
    "村务",
    "社保",
    "医保",
)


def normalised(text: str) -> str:
    """Full width as half width, capitals as small letters, simplified characters, Chinese numbers as digits."""
    text = _folded(unicodedata.normalize("NFKC", text).casefold())
    if _IS_HAN.search(text):
        text = _NUMBER.sub(_as_digits, _simplifier().convert(text))
    return text


def runs(text: str) -> list[str]:
    """The runs of Chinese characters, and of letters and digits, in a text that is normalised; signs part them."""
    return [run[:LONGEST] if not is_han(run) else run for run in _RUN.findall(text)]


def is_han(run: str) -> bool:
    return bool(_IS_HAN.match(run))


def index_terms(text: str) -> Iterator[str]:
    """What a text that is normalised is found by, in its order and as often as it stands there."""
    for run in runs(text):
        if is_han(run):
            yield from run
            yield from pairs(run)
        else:
            yield stem(run)


def pairs(run: str) -> Iterator[str]:
    """All neighbours in a run of Chinese characters."""
    return (run[place : place + 2] for place in range(len(run) - 1))


def word_terms(word: str) -> tuple[str, ...]:
    """What one word of a question must have in the index, all of it."""
    if not is_han(word):
        return (stem(word),)
    return tuple(dict.fromkeys(pairs(word))) or (word,)


def words(text: str) -> list[str]:
    """The words of a text that is normalised, as a question is cut: Chinese by the dictionary, the rest by signs."""
    found: list[str] = []
    for run in runs(text):
        found += _segmenter().cut(run, False) if is_han(run) else [run]
    return found


def all_words(text: str) -> Iterator[str]:
    """Every word of two characters and more that the dictionary sees anywhere in a text that is normalised."""
    for run in runs(text):
        if is_han(run):
            yield from (word for word in _segmenter().cut_all(run) if len(word) > 1)
        elif not run.isdigit():
            yield run


def names(text: str) -> Iterator[str]:
    """Two neighbouring words of a title as one: 直播带货, 积分超市. So they are also found by their initials."""
    for run in runs(text):
        if is_han(run):
            cut = _segmenter().cut(run, False)
            for first, second in pairwise(cut):
                if 2 < len(first) + len(second) <= LONGEST_NAME:
                    yield first + second


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """An English word without its ending, by Snowball; any other run of letters and digits as it is.

    Sources: Porter, "Snowball: A language for stemming algorithms" (2001), as the package snowballstemmer has it.
    """
    return str(_stemmer().stemWord(word)) if word.isascii() and word.isalpha() else word


def load_dictionaries() -> None:
    """What the rest loads when it is first asked for."""
    _segmenter()
    _simplifier()
    _stemmer()


@cache
def _segmenter() -> Any:
    import rjieba  # loads its dictionary

    segmenter = rjieba.Jieba()  # one of its own: recognition asks another
    for word in DOMAIN_WORDS:
        segmenter.add_word(word, *_OURS)
    return segmenter


@cache
def _simplifier() -> Any:
    import opencc  # loads its dictionaries

    return opencc.OpenCC("t2s")


def simplified_characters() -> dict[str, str]:
    """Every single traditional character of Chinese and what normalised() makes of it."""
    found = {}
    for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)):
        character = chr(code)
        simplified = _simplifier().convert(character)
        if simplified != character and len(simplified) == 1:
            found[character] = simplified
    return found


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _folded(text: str) -> str:
    """Letters without their accents: wèixìn, café."""
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFD", text) if unicodedata.category(each) != "Mn")


def _as_digits(found: re.Match[str]) -> str:
    """一一零 as 110, 三百二十 as 320; numbers that are not built by the rules are read digit by digit, or stay."""
    said = found[0]
    if all(sign in _DIGITS for sign in said):
        if len(said) == 2 and not set(said) & {"零", "〇"}:
            return said  # 两三天, 三五个: about as many
        return "".join(str(_DIGITS[sign]) for sign in said)
    whole = section = digit = 0
    for sign in said:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif _UNITS[sign] < 10**4:
            section += (digit or (1 if sign == "十" else 0)) * _UNITS[sign]
            digit = 0
        else:
            whole = (whole + section + digit) * _UNITS[sign]
            section = digit = 0
    return str(whole + section + digit)
