"""Chinese text as pinyin with tones, for voices that read characters badly or not at all.

Words are told apart first, so that 银行行长 is yin2 hang2 hang2 zhang3. Foreign words stay as they are: the voice reads
them in English. Figures are written out before, as people say them.
"""

import re

from media.backends.transcribe.chinese_numbers import spelled

from .base import SpeakFailed

_FIGURES = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_PERCENT = re.compile(r"(?<![\d.])(\d{1,9})(?:\.(\d{1,6}))?[%％]")
# Numbers of telephones and accounts, told figure by figure; with 幺, as people say them.
_LONG = re.compile(r"(?<![\d.])\d{7,}(?![\d.])")
_SERVICE = re.compile(r"(?<![\d.])(1[12]\d|12\d{3}|9\d{4})(?![\d.亿万千百十元块斤亩个人年月日号点度米公%％])")
_DECIMAL = re.compile(r"(?<![\d.])(\d{1,11})\.(\d{1,6})(?![\d.])")
_WHOLE = re.compile(r"(?<![\d.A-Za-z])\d{1,11}(?![\d.A-Za-z])")
_SIGNS = str.maketrans(
    {"、": "，", "：": "，", "；": "，", "·": "，", "…": "。", "—": "，", "～": "到", "＋": "加", "+": "加"}
)
_HAN = re.compile(r"[\u3400-\u9fff\u3007]")


def pinyin(sentence: str) -> str:
    """What is handed to the voice. Raises SpeakFailed where the package is missing."""
    try:
        from pypinyin import Style, lazy_pinyin  # loads its dictionary
    except ImportError as error:
        raise SpeakFailed("The package pypinyin is not installed.", permanent=False) from error
    text = in_characters(sentence).translate(_SIGNS)
    parts = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    return " ".join(" ".join(parts).split())


def in_characters(text: str) -> str:
    """Figures written out wherever the way they are said is known."""
    text = _YEAR.sub(lambda found: _one_by_one(found[1]), text)
    text = _PERCENT.sub(lambda found: f"百分之{spelled(int(found[1]))}{_places(found[2])}", text)
    text = _LONG.sub(lambda found: _one_by_one(found[0]).replace("一", "幺"), text)
    text = _SERVICE.sub(lambda found: _one_by_one(found[0]).replace("一", "幺"), text)
    text = _DECIMAL.sub(lambda found: f"{spelled(int(found[1]))}{_places(found[2])}", text)
    return _WHOLE.sub(_whole, text)


def _whole(found: re.Match[str]) -> str:
    written = spelled(int(found[0]))
    after = found.string[found.end() : found.end() + 1]
    # Two before a measure is 两: 2个, 2天; but 2月, 2号 and 2楼 are told as numbers.
    return "两" if written == "二" and _HAN.match(after) and after not in "月号日楼年点十百第" else written


def _one_by_one(figures: str) -> str:
    return "".join(_FIGURES[figure] for figure in figures)


def _places(figures: str | None) -> str:
    return f"点{_one_by_one(figures)}" if figures else ""
