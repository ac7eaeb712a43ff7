"""Caption files: WebVTT and SubRip read and written, plain text written.

What is written reads back as the same captions, whatever their words. Normalised are only the words themselves, as
`clean` does: lines trimmed, blank lines, control characters and marks of direction dropped.
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from django.utils.translation import gettext, ngettext

from media.captions_text import clean, width

# Six hours of one cue a second, in the longest form there is.
MAX_BYTES = 2 << 20
MAX_CUES = 20_000
MAX_CUE_CHARACTERS = 500
# The last moment that can be written: hours have two digits.
MAX_MS = 360_000_000 - 1
_SHOWN_PROBLEMS = 5
# Lengths are rounded to whole seconds, and a last word may stand a little longer than its sound.
BEYOND_MS = 1000

# Hours may be left out, as WebVTT allows; a comma before the thousandths is SubRip's, a full-width one a typist's.
_TIME = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})[.,，](\d{1,3})")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_SKIPPED = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Subtitle:
    """One caption of a file."""

    start_ms: int
    end_ms: int
    text: str
    # Where in the file its time stands.
    line: int = field(default=0, compare=False)


class Timed(Protocol):
    """What can be written as a caption."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def text(self) -> str: ...


class UnreadableSubtitles(ValueError):
    """The file cannot be taken as it is; the message names the lines and what is wrong with them."""


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16, with a mark or without, else GB 18030 as older Chinese programs write it."""
    if len(data) > MAX_BYTES:
        raise UnreadableSubtitles(gettext("The caption file is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20})
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _is_damaged_utf8(data, error.start):
                line = data.count(b"\n", 0, error.start) + 1
                raise UnreadableSubtitles(
                    gettext("Line %(line)s: a character is damaged. Please save the file as UTF-8 once more.")
                    % {"line": line}
                ) from error
            continue
        if "\0" not in text:
            return text
    raise UnreadableSubtitles(gettext("This is not a text file. Please choose a file that ends in .vtt or .srt."))


def _encodings(data: bytes) -> list[str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    # Without a mark, the zero bytes of digits and line ends tell; UTF-8 and GB 18030 have none.
    start = data[:400]
    if start[1::2].count(0) * 4 > len(start) // 2:
        return ["utf-16-le"]
    if start[0::2].count(0) * 4 > len(start) // 2:
        return ["utf-16-be"]
    return ["utf-8-sig", "gb18030"]


def _is_damaged_utf8(data: bytes, at: int) -> bool:
    """Whether a file is UTF-8 but for some bytes: GB 18030 hardly ever looks like three characters of UTF-8 first."""
    return len(re.findall(rb"[\xe3-\xe9][\x80-\xbf]{2}", data[:at])) >= 3


def read_subtitles(text: str) -> list[Subtitle]:
    """The captions of a WebVTT or SubRip text, in order. Raises UnreadableSubtitles naming the lines at fault."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise UnreadableSubtitles(gettext("The caption file is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20})
    found: list[Subtitle] = []
    problems: list[str] = []
    for number, lines in _blocks(text):
        try:
            subtitle = _read_block(number, lines, found[-1] if found else None)
        except UnreadableSubtitles as problem:
            problems.append(str(problem))
            continue
        if subtitle:
            found.append(subtitle)
    if problems:
        raise UnreadableSubtitles(_listed(problems))
    if not found:
        raise UnreadableSubtitles(
            gettext("No captions were found. A caption file holds lines such as 00:00:01.000 --> 00:00:03.500.")
        )
    if len(found) > MAX_CUES:
        raise UnreadableSubtitles(gettext("The file holds more than %(limit)s captions.") % {"limit": MAX_CUES})
    return found


def spread_text(text: str, *, length_seconds: int | None) -> list[Subtitle]:
    """Words without times, a line for each caption: over the whole recording by the room that they take.

    Somebody has to put the times right; where the length is not known, each line gets three seconds.
    Raises UnreadableSubtitles naming the lines at fault.
    """
    lines = [
        (number, words) for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1) if (words := clean(line))
    ]
    problems = [
        gettext("Line %(line)s: this caption has more than %(limit)s characters.")
        % {"line": number, "limit": MAX_CUE_CHARACTERS}
        for number, words in lines
        if len(words) > MAX_CUE_CHARACTERS
    ]
    if problems:
        raise UnreadableSubtitles(_listed(problems))
    if not lines:
        raise UnreadableSubtitles(gettext("The file holds no words."))
    if len(lines) > MAX_CUES:
        raise UnreadableSubtitles(gettext("The file holds more than %(limit)s captions.") % {"limit": MAX_CUES})
    length_ms = length_seconds * 1000 if length_seconds else len(lines) * 3000
    whole = sum(max(width(words), 1) for _number, words in lines)
    found, before = [], 0.0
    for number, words in lines:
        start_ms = int(before / whole * length_ms)
        before += max(width(words), 1)
        end_ms = max(int(before / whole * length_ms), start_ms + 1)
        found.append(Subtitle(start_ms, end_ms, words, number))
    return found


def doubts_about(subtitles: list[Subtitle], *, length_seconds: int | None) -> list[str]:
    """What a person should put right in captions that were read: sentences that name the lines of the file."""
    found = [
        gettext("Line %(line)s: the caption begins before the one above it has ended.") % {"line": later.line}
        for before, later in pairwise(subtitles)
        if later.start_ms < before.end_ms
    ]
    if length_seconds is not None:
        limit_ms = length_seconds * 1000 + BEYOND_MS
        found += [
            gettext("Line %(line)s: the caption stands after the end of the recording.") % {"line": subtitle.line}
            for subtitle in subtitles
            if subtitle.end_ms > limit_ms
        ]
    return [_listed(found)] if found else []


def _listed(problems: list[str]) -> str:
    more = len(problems) - _SHOWN_PROBLEMS
    shown = " ".join(problems[:_SHOWN_PROBLEMS])
    if more <= 0:
        return shown
    rest = ngettext("And %(count)s more line like this.", "And %(count)s more lines like this.", more)
    return f"{shown} {rest % {'count': more}}"


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Stretches of lines without a blank one between, each with the number of its first line."""
    block: list[str] = []
    lines = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _read_block(number: int, lines: list[str], before: Subtitle | None) -> Subtitle | None:
    """One caption; None for headers, notes, styles and captions without words."""
    first = lines[0].strip()
    timing = next((at for at, line in enumerate(lines) if "-->" in line), None)
    if timing is None:
        # A number alone is what is left of a SubRip caption without words.
        if number == 1 or first.startswith(_SKIPPED) or first == "WEBVTT" or first.isdigit():
            return None
        raise UnreadableSubtitles(gettext("Line %(line)s: there is no time above these words.") % {"line": number})
    if first.startswith(_SKIPPED) and timing:
        return None
    # Above the time stands at most a name or number; right under the first line of the file, the header as well.
    if timing > 1 and not (number == 1 and first.startswith("WEBVTT")):
        raise UnreadableSubtitles(
            gettext("Line %(line)s: an empty line is missing above this time.") % {"line": number + timing}
        )
    start_ms, end_ms = _read_timing(number + timing, lines[timing], before)
    words = lines[timing + 1 :]
    joined = next((at for at, line in enumerate(words) if "-->" in line), None)
    if joined is not None:
        raise UnreadableSubtitles(
            gettext("Line %(line)s: an empty line is missing above this time.") % {"line": number + timing + 1 + joined}
        )
    text = _words("\n".join(words))
    if len(text) > MAX_CUE_CHARACTERS:
        raise UnreadableSubtitles(
            gettext("Line %(line)s: this caption has more than %(limit)s characters.")
            % {"line": number + timing + 1, "limit": MAX_CUE_CHARACTERS}
        )
    return Subtitle(start_ms, end_ms, text, number + timing) if text else None


def _words(text: str) -> str:
    """The words of a caption without markup."""
    return clean(html.unescape(_TAG.sub("", text)))


def _read_timing(number: int, line: str, before: Subtitle | None) -> tuple[int, int]:
    start, _arrow, rest = line.partition("-->")
    times = [start.strip(), *rest.split()[:1]]
    try:
        start_ms, end_ms = (parse_time(time) for time in times)
    except ValueError as error:
        raise UnreadableSubtitles(
            gettext("Line %(line)s: the time cannot be read: %(time)s") % {"line": number, "time": line.strip()[:80]}
        ) from error
    if end_ms <= start_ms:
        raise UnreadableSubtitles(gettext("Line %(line)s: the caption ends before it begins.") % {"line": number})
    if before and start_ms < before.start_ms:
        raise UnreadableSubtitles(
            gettext("Line %(line)s: the caption begins before the one above it.") % {"line": number}
        )
    return start_ms, end_ms


def parse_time(text: str) -> int:
    """Milliseconds of a time such as 01:02.500 or 01:00:02,500. Raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"Not a time: {text!r}.")
    hours, minutes, seconds, thousandths = found.groups()
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"Not a time: {text!r}.")
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths.ljust(3, "0"))


def format_time(ms: int) -> str:
    """01:00:02.500, as WebVTT writes it."""
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def write_vtt(cues: Iterable[Timed]) -> str:
    """The captions as WebVTT."""
    blocks = [f"{format_time(cue.start_ms)} --> {format_time(cue.end_ms)}\n{_escaped(clean(cue.text))}" for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def write_srt(cues: Iterable[Timed]) -> str:
    """The captions as SubRip, which has no way of escaping: words are escaped only where they would be misread."""
    blocks = [
        f"{number}\n{_comma(cue.start_ms)} --> {_comma(cue.end_ms)}\n{_for_srt(clean(cue.text))}"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n\n".join(blocks) + "\n"


def _comma(ms: int) -> str:
    return format_time(ms).replace(".", ",")


def _for_srt(text: str) -> str:
    if "-->" not in text and _words(text) == text:
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    """Words that no reader takes for markup, nor for a position such as {\\an8}."""
    return html.escape(text, quote=False).replace("{\\", "&#123;\\")


def write_text(cues: Iterable[Timed]) -> str:
    """The words alone, a line for each caption."""
    return "".join(" ".join(clean(cue.text).split("\n")) + "\n" for cue in cues)
