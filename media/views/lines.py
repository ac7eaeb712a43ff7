"""Lines of captions between the review page and the stories: shown, sent back, shown again with what is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from media.domain.captioning import CueText
from media.enums import CueFlag
from media.models import Cue
from media.subtitles import format_time, parse_time

# So many lines are edited at a time: a form stays below Django's thousand fields, and a phone can hold it.
LINES_PER_PAGE = 150
BLANK_LINES = 3
_FIELD = re.compile(r"text-(\d{1,15})")


@dataclass
class Line:
    """One row of the form, as the draft has it or as it was sent."""

    key: str
    number: int | None = None
    was: int | None = None
    start: str = ""
    end: str = ""
    text: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    doubts: list[str] = field(default_factory=list)
    is_doubtful: bool = False
    settled: bool = False
    deleted: bool = False
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """A row offered for a new line and left empty."""
        return self.was is None and not (self.start.strip() or self.end.strip() or self.text.strip())


def short_time(ms: int) -> str:
    """00:02.400; with hours only where there are any."""
    return format_time(ms).removeprefix("00:")


def shown(cues: Sequence[Cue]) -> list[Line]:
    """The lines of a draft or version."""
    return [
        Line(
            key=str(cue.number),
            number=cue.number,
            was=cue.number,
            start=short_time(cue.start_ms),
            end=short_time(cue.end_ms),
            text=cue.text,
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            doubts=doubts_of(cue),
            is_doubtful=cue.is_doubtful,
            settled=cue.settled,
        )
        for cue in cues
    ]


def blanks() -> list[Line]:
    """Empty rows for new lines, for browsers without JavaScript."""
    return [Line(key=str(900_000 + number)) for number in range(BLANK_LINES)]


def doubts_of(cue: Cue) -> list[str]:
    """Why a person should look at the line, in words."""
    said = [str(CueFlag(flag).label) for flag in cue.flags if flag in CueFlag.values]
    if cue.is_unsure and cue.confidence is not None:
        said.append(_("the recogniser was not sure (%(percent)s %%)") % {"percent": round(cue.confidence * 100)})
    return [*said, *corrections_of(cue)]


def corrections_of(cue: Cue) -> list[str]:
    """What the glossary put right in the line, in words."""
    return [
        _("put right by the list of words: %(heard)s → %(term)s") % {"heard": made["heard"], "term": made["term"]}
        for made in cue.corrections
        if made["term"] in cue.text
    ]


def sent(post: QueryDict, cues: Mapping[int, Cue]) -> list[Line]:
    """The rows of a form that was sent, in their order; marks of the cues they came from are kept for showing."""
    lines = []
    for key in [found.group(1) for name in post if (found := _FIELD.fullmatch(name))]:
        was = post.get(f"was-{key}", "")
        cue = cues.get(int(was)) if was.isdecimal() and len(was) < 9 else None
        line = Line(
            key=key,
            number=cue.number if cue else None,
            was=cue.number if cue else None,
            start=post.get(f"start-{key}", "")[:20],
            end=post.get(f"end-{key}", "")[:20],
            text=post.get(f"text-{key}", ""),
            doubts=doubts_of(cue) if cue else [],
            is_doubtful=bool(cue and cue.is_doubtful),
            settled=f"settled-{key}" in post,
            deleted=f"delete-{key}" in post,
        )
        if not line.is_blank:
            lines.append(line)
    return lines


def read(lines: Sequence[Line]) -> list[CueText]:
    """What is to be kept of the lines; a time that cannot be read is noted on its line."""
    kept = []
    for line in lines:
        if line.deleted:
            continue
        try:
            line.start_ms, line.end_ms = read_moment(line.start), read_moment(line.end)
        except ValueError:
            line.problem = _("This time cannot be read. Write minutes and seconds, such as 01:02.500.")
            continue
        kept.append(CueText(line.start_ms, line.end_ms, line.text, line.settled, line.was))
    return kept


def note_problems(lines: Sequence[Line], problems: Mapping[int, str]) -> None:
    """Write what the story refused onto the lines; positions count the lines that are kept."""
    kept = [line for line in lines if not line.deleted]
    for position, problem in problems.items():
        if position < len(kept):
            kept[position].problem = str(problem)


def read_moment(text: str) -> int:
    """Milliseconds of a time as people type it: 1:25, 01：02，5, 62. Raises ValueError."""
    plain = text.strip().replace("：", ":").replace("，", ".").replace("。", ".").replace(",", ".")
    if ":" not in plain:
        plain = f"0:{plain}"
    return parse_time(plain if "." in plain else f"{plain}.0")


def whole(text: str | None, otherwise: int) -> int:
    """The number that a field holds, small and not negative."""
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise
