"""Moments of a recording as people write them."""

import re

# 65, 1:05, 1:02:05, each with tenths or more; Chinese colons and full stops as well.
_TIME = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:\.(\d{1,3}))?\Z", re.ASCII)
_MOST_MS = 100 * 3600 * 1000


class NotATime(ValueError):
    """The text is no moment."""


def read_time(text: str) -> int:
    """Milliseconds of 1:05.5. Raises NotATime."""
    plain = text.strip().replace("：", ":").replace("。", ".").replace("．", ".")
    found = _TIME.match(plain)
    if not found:
        raise NotATime(text)
    hours, minutes, seconds, fraction = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    if (minutes is not None and int(seconds) >= 60) or (hours is not None and int(minutes) >= 60):
        raise NotATime(text)
    return min(whole * 1000 + int((fraction or "0").ljust(3, "0")), _MOST_MS)


def write_time(ms: int) -> str:
    """1:05.5 for 65500; without tenths where there are none."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{rest:03}".rstrip("0") if rest else text
