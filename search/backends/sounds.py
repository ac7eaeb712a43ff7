"""How words sound: pinyin, initials, and sounds that are often mixed up made one. For what is typed by ear."""

import re
from functools import cache
from typing import Any

from search.backends import analysis

# Beginnings and ends of syllables that a large part of speakers, and their keyboards, do not tell apart: flat and
# curled tongue, n and l, f and h, front and back nasals. Source: the "fuzzy pinyin" of Chinese input methods.
_BEGINS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("hu", "f"))
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("uang", "uan"), ("iang", "ian"))
_LETTERS = re.compile(r"[a-z]+")
# With a vowel: 嗯 (n, ng) and the like would make a syllable of every slip.
_SPOKEN = re.compile(r"[a-z]*[aeiouv][a-z]*")


def syllables(text: str) -> list[str]:
    """The syllables of a run of Chinese characters, without tones; ü as v, as keyboards have it."""
    return [str(each) for each in _pinyin()(text)]


def folded(syllable: str) -> str:
    """A syllable with what is often mixed up made one."""
    for written, instead in _BEGINS:
        if syllable.startswith(written) and syllable != written:
            syllable = instead + syllable[len(written) :]
            break
    for written, instead in _ENDS:
        if syllable.endswith(written):
            return syllable[: -len(written)] + instead
    return syllable


def sounds_of(word: str) -> tuple[str, str, str]:
    """Pinyin, initials and folded pinyin of a word that is normalised; letters and digits stand for themselves."""
    spoken: list[str] = []
    for run in analysis.runs(word):
        spoken += syllables(run) if analysis.is_han(run) else [run]
    return (
        "".join(spoken),
        "".join(each[0] for each in spoken),
        " ".join(map(folded, spoken)),
    )


def as_sounds(text: str) -> str:
    """What a text is found by when it is typed by ear: each run of Chinese as pinyin and as initials."""
    found = []
    for run in analysis.runs(analysis.normalised(text)):
        if analysis.is_han(run):
            pinyin, initials, _folded = sounds_of(run)
            found += [pinyin, initials]
    return " ".join(found)


def spelled(text: str) -> list[str] | None:
    """Letters without blanks cut into syllables: shoukuanma as shou, kuan, ma; None where they are no pinyin.

    The longest syllable that leaves the rest readable goes first.
    """
    if not _LETTERS.fullmatch(text) or len(text) > analysis.LONGEST:
        return None
    known = _syllables()
    ways: list[list[str] | None] = [None] * (len(text) + 1)
    ways[len(text)] = []
    for place in range(len(text) - 1, -1, -1):
        for length in range(min(6, len(text) - place), 0, -1):
            rest = ways[place + length]
            if rest is not None and text[place : place + length] in known:
                ways[place] = [text[place : place + length], *rest]
                break
    return ways[0]


def slips(text: str) -> list[list[str]]:
    """Syllables meant where two neighbouring letters were typed the wrong way round: fangpain as fang, pian."""
    if not _LETTERS.fullmatch(text) or len(text) > analysis.LONGEST:
        return []
    turned = (text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1))
    return [said for each in dict.fromkeys(turned) if each != text and (said := spelled(each)) and len(said) > 1]


def load_dictionaries() -> None:
    """All that reading a question needs, so that the first one in a process does not wait for it."""
    analysis.load_dictionaries()
    _pinyin()
    _syllables()


@cache
def _pinyin() -> Any:
    from pypinyin import Style, lazy_pinyin  # loads its dictionary

    return lambda text: lazy_pinyin(text, style=Style.NORMAL, v_to_u=False, errors="ignore")


@cache
def _syllables() -> frozenset[str]:
    """Every syllable that some character has."""
    from pypinyin import Style, pinyin_dict
    from pypinyin.style import convert

    return frozenset(
        syllable
        for said in pinyin_dict.pinyin_dict.values()
        for each in said.split(",")
        if _SPOKEN.fullmatch(syllable := convert(each, Style.NORMAL, strict=False).replace("ü", "v"))
    )
