"""Lengths in whole seconds, and the days and years of Beijing."""

import unicodedata
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing_day(at: datetime) -> date:
    """The calendar day in Beijing of an aware moment; a naive one is refused."""
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone has no day.")
    return at.astimezone(BEIJING).date()


def beijing_midnight(day: date) -> datetime:
    """The moment, in UTC, at which the day begins in Beijing."""
    return datetime.combine(day, time.min, tzinfo=BEIJING).astimezone(UTC)


def whole_seconds(length: Fraction | Decimal | float) -> int:
    """A decoded length as whole seconds, half a second upwards; anything that sounds at all lasts at least one."""
    if length < 0:
        raise ValueError(f"A length is never negative: {length}.")
    exact = (
        length if isinstance(length, Decimal) else Decimal(Fraction(length).numerator) / Fraction(length).denominator
    )
    return max(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), 1 if length > 0 else 0)


def read_seconds(text: str) -> int | None:
    """What `format_seconds` wrote, or a number of seconds, as people type it; None where it is neither."""
    parts = unicodedata.normalize("NFKC", text).replace(" ", "").split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 6 for part in parts):
        return None
    if any(int(part) >= 60 for part in parts[1:]):
        return None
    return sum(int(part) * 60**place for place, part in enumerate(reversed(parts)))


def format_seconds(seconds: int) -> str:
    """The length as on a player: 0:07, 12:05, 1:02:03."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
