"""Why a person must look at a cue, whichever recogniser wrote it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from media.captions_text import bare
from media.enums import CueFlag
from media.reading_limits import limits_for

from .chinese import simple
from .voice import Speech

_INVENTIONS_FILE = Path(__file__).with_name("inventions.txt")
# Speech over a quiet room lies 20 dB and more above this.
QUIET_DB = -45.0
# Less of a cue than this lies in what the detector holds for speech.
_LEAST_SPEECH = 0.3
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}(?:['’-][A-Za-z]+)*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Letters of neither Chinese nor Latin writing: kana, Hangul, Cyrillic, Thai, Arabic …
_OTHER = re.compile(r"[\u0370-\u1cff\u3040-\u30ff\u3130-\u318f\uac00-\ud7af]")
# In a Chinese caption so many foreign words in a row are another language; fewer may be a name.
_WORDS_IN_A_ROW = 4


@cache
def inventions() -> re.Pattern[str]:
    """The maintained list as one pattern."""
    lines = (line.strip() for line in _INVENTIONS_FILE.read_text(encoding="utf-8").splitlines())
    return re.compile("|".join(f"(?:{line})" for line in lines if line and not line.startswith("#")))


def doubts_of_sentence(text: str, *, same_as_before: bool, loudness_db: float) -> set[CueFlag]:
    """What is doubtful about a whole sentence; loudness is that of its loudest moment, below full scale."""
    doubts = {
        CueFlag.INVENTION: inventions().search(bare(simple(text))),
        CueFlag.REPETITION: same_as_before or is_loop(text),
        CueFlag.SILENCE: loudness_db < QUIET_DB,
    }
    return {flag for flag, found in doubts.items() if found}


def doubts_of_cue(
    start_ms: int,
    end_ms: int,
    text: str,
    language: str,
    *,
    speech: Speech,
    names: Iterable[str],
    sensitive: Sequence[str],
) -> set[CueFlag]:
    """What is doubtful about one cue. `names` are terms of the glossary, which may be in any language."""
    plain = bare(text)
    doubts = {
        CueFlag.TOO_FAST: limits_for(language).is_too_fast(text, end_ms - start_ms),
        CueFlag.NON_SPEECH: speech.within(start_ms, end_ms) < _LEAST_SPEECH * (end_ms - start_ms),
        CueFlag.LANGUAGE: is_other_language(text, language, names=names),
        CueFlag.SENSITIVE: any(word in plain for word in sensitive),
    }
    return {flag for flag, found in doubts.items() if found}


def is_loop(text: str) -> bool:
    """Whether some stretch of the text is said four times in a row, or three times when it is four characters long."""
    plain = bare(text)
    return bool(re.search(r"(.{1,3})\1{3}", plain) or re.search(r"(.{4,})\1{2}", plain))


def is_other_language(text: str, language: str, *, names: Iterable[str] = ()) -> bool:
    """Whether the text is partly written as another language would be; names and abbreviations are none."""
    for name in names:
        text = text.replace(name, " ")
    if len(_OTHER.findall(text)) >= 2:
        return True
    if language.startswith("en"):
        return len(_HAN.findall(text)) >= 2
    rows = max((len(row) for row in _rows(text)), default=0)
    return rows >= _WORDS_IN_A_ROW or (rows >= 2 and not _HAN.search(text))


def _rows(text: str) -> Iterator[list[str]]:
    """Foreign words that follow each other without a Chinese character between; APP and WIFI are none."""
    for stretch in re.split(_HAN, text):
        yield [word for word in _LATIN_WORD.findall(stretch) if not word.isupper()]
