"""Chinese as people read it: simplified characters and full-width punctuation. Nothing is added that was not heard."""

import re
from functools import cache
from typing import Any

from .timed import Timed

_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff"
_FULL = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_SIGNS = "，。；：！？、…（）“”《》"
# Half-width signs that touch a Chinese character, or a full-width sign, on either side; not those inside numbers.
_HALF = re.compile(rf"(?<=[{_HAN}{_SIGNS}%\]]) ?[,;:!?()] ?|(?<![\d:])[,;:!?()] ?(?=[{_HAN}“《])")
_STOP = re.compile(rf"(?<=[{_HAN}%”）])\.(?![A-Za-z0-9.])")
_DOTS = re.compile(r"\.{3,}|。{2,}|…+")
_TWICE = re.compile(r"([，、；：])[，、；：]+|([。！？])[，、；：。]+|[，、；：]+([。！？])")
_BLANKS = re.compile(rf"\s+(?=[{_SIGNS}])|(?<=[{_SIGNS}])\s+|\s{{2,}}")
_QUOTED = re.compile(rf'"([^"\n]*[{_HAN}][^"\n]*)"')


@cache
def _converter() -> Any:
    import opencc  # loads its dictionaries

    return opencc.OpenCC("t2s")


def simplified(said: Timed) -> Timed:
    """Traditional characters as simplified ones."""
    return said.becoming(_converter().convert(said.text))


def simple(text: str) -> str:
    """The same for a text without times."""
    return str(_converter().convert(text))


def with_full_signs(said: Timed) -> Timed:
    """Signs as Chinese print has them; a blank that stands for a pause between characters stays."""
    for pattern, instead in _STEPS:
        said = said.with_found(pattern, instead)
    return said.stripped()


def _full(found: re.Match[str]) -> str:
    return _FULL[found[0].strip()]


_STEPS: list[tuple[re.Pattern[str], Any]] = [
    (_DOTS, lambda found: "……" if found[0][0] != "…" or len(found[0]) > 1 else None),
    (_STOP, lambda found: "。"),
    (_HALF, _full),
    (_QUOTED, lambda found: f"“{found[1]}”"),
    (_BLANKS, lambda found: " " if len(found[0]) > 1 and found.end() < len(found.string) and _is_inner(found) else ""),
    (_TWICE, lambda found: found[1] or found[2] or found[3]),
]


def _is_inner(found: re.Match[str]) -> bool:
    """Blanks between words, of which one stays."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return before not in _SIGNS and after not in _SIGNS
