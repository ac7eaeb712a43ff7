"""Numbers as people read them: in figures where Chinese print has figures (GB/T 15835) and nothing can be wrong.

Written in figures are

- percentages: 百分之三十五 → 35%,
- years of four figures: 二零二六年 → 2026年,
- dates with month and day: 十一月二十八日 → 11月28日,
- exact amounts of ten and more before a unit of measure: 三千五百块 → 3500块, 三万斤 → 3万斤,
- numbers spelled out figure by figure, seven and more, or with 幺: 幺幺零 → 110.

Everything else stays as it was said: 三五天, 十几亩, 两三百块, 十块八块, 一个, 第三步, 三轮车, 十分.
"""

import re

from .timed import Timed

_FIGURES = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2, "幺": 1}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SECTIONS = {"万": 10_000, "亿": 10**8}
_SMALL = "零一二两三四五六七八九十百千"
_NUMBER = rf"[{_SMALL}万亿]+"
_UNITS = (
    "元|块|公里|千米|厘米|毫米|米|公斤|千克|克|斤|吨|亩|公顷|平方米|平方公里|立方米|升|毫升|"
    "度|岁|分钟|小时|兆|瓦|千瓦|伏"
)
# Before a number stands none of these: it would be part of a larger or a vaguer one.
_NOT_AFTER = rf"(?<![{_SMALL}万亿〇幺点几数好多近上成第半块斤元米度岁亩\d])"
_PERCENT = re.compile(rf"百分之([{_SMALL}]+)(?:点([零〇一二三四五六七八九]+))?(?![{_SMALL}万亿几点多])")
_YEAR = re.compile(rf"{_NOT_AFTER}([一二][零〇一二三四五六七八九]{{3}})(?=年)")
_DATE = re.compile(rf"{_NOT_AFTER}([一二三四五六七八九十]{{1,2}})月([一二三四五六七八九十]{{1,3}})(?=[日号])")
_AMOUNT = re.compile(rf"{_NOT_AFTER}({_NUMBER})(?:点([零〇一二三四五六七八九]+))?(?=(?:{_UNITS})(?![分{_SMALL}]))")
_SPELLED = re.compile(rf"(?<![{_SMALL}万亿〇幺点第])[零〇一二三四五六七八九幺]{{3,}}(?![{_SMALL}万亿〇幺点])")
_ORDER = "零一二三四五六七八九"


def in_figures(said: Timed) -> Timed:
    """The text with figures where the rules above have them."""
    for pattern, instead in _STEPS:
        said = said.with_found(pattern, instead)
    return said


def value_of(number: str) -> int | None:
    """The value of a number in Chinese characters, or None where it is not written out in full.

    两三百 and 三千五 are neither exact nor in full, so they have none.
    """
    total = section = figure = 0
    for character in number:
        if character in _SECTIONS:
            total, section, figure = total + (section + figure) * _SECTIONS[character], 0, 0
        elif character in _PLACES:
            section, figure = section + (figure or 1) * _PLACES[character], 0
        else:
            figure = _FIGURES[character]
    value = total + section + figure
    return value if spelled(value) == _in_full(number) else None


def _in_full(number: str) -> str:
    number = number.replace("两", "二")
    return "十" + number[2:] if number.startswith("一十") else number


def spelled(value: int) -> str:
    """The number in full in Chinese characters, below a million million."""
    if value == 0:
        return "零"
    text = ""
    for size, name in ((10**8, "亿"), (10_000, "万"), (1, "")):
        section = value // size % 10_000
        if section:
            text += ("零" if text and section < 1000 else "") + _spelled_section(section) + name
    return "十" + text[2:] if text.startswith("一十") else text


def _spelled_section(value: int) -> str:
    text, skipped = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = value // place % 10
        if figure:
            text += ("零" if skipped else "") + _ORDER[figure] + name
            skipped = False
        else:
            skipped = bool(text)
    return text


def _percent(found: re.Match[str]) -> str | None:
    if found[1] == "百":
        return None if found[2] else "100%"
    value = value_of(found[1])
    return None if value is None else f"{value}{_decimals(found[2])}%"


def _date(found: re.Match[str]) -> str | None:
    month, day = value_of(found[1]), value_of(found[2])
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{month}月{day}"


def _amount(found: re.Match[str]) -> str | None:
    value = value_of(found[1])
    if value is None or (value < 10 and not found[2]):
        return None
    if value % 10_000 == 0 and not found[2]:
        large, small = divmod(value // 10_000, 10_000)
        return (f"{large}亿" if large else "") + (f"{small}万" if small else "")
    return f"{value}{_decimals(found[2])}"


def _one_by_one(found: re.Match[str]) -> str | None:
    figures = found[0]
    if "幺" not in figures and (len(figures) < 7 or figures in _ORDER):
        return None
    return "".join(str(_FIGURES[figure]) for figure in figures)


def _year(found: re.Match[str]) -> str:
    return "".join(str(_FIGURES[figure]) for figure in found[1])


def _decimals(figures: str | None) -> str:
    return "." + "".join(str(_FIGURES[figure]) for figure in figures) if figures else ""


_STEPS = [(_PERCENT, _percent), (_YEAR, _year), (_DATE, _date), (_AMOUNT, _amount), (_SPELLED, _one_by_one)]
