"""Amounts as they are written out on papers, so that nobody adds a stroke: 32.50 is 叁拾贰点伍."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
MOST = 10**8


def in_capitals(amount: Decimal | int) -> str:
    """In Chinese capitals: below 10⁸, never negative, decimals read one by one and trailing zeros dropped."""
    exact = Decimal(amount)
    if not exact.is_finite() or not 0 <= exact < MOST:
        raise ValueError(f"{amount} is not written out here.")
    whole, _point, fraction = format(exact, "f").partition(".")
    fraction = fraction.rstrip("0")
    words = _whole(int(whole))
    return f"{words}点{''.join(_DIGITS[int(digit)] for digit in fraction)}" if fraction else words


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    high, low = divmod(number, 10_000)
    if not high:
        return _group(low)
    if not low:
        return f"{_group(high)}万"
    return f"{_group(high)}万{'零' if low < 1000 else ''}{_group(low)}"


def _group(number: int) -> str:
    """One to four digits; zeros between digits are read once, those at the end not at all."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return words
