"""Which courses somebody wants to see: by track, for whom, at what level, how long, with credit hours."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.enums import Audience, CourseLevel
from courses.models import CataloguePage
from courses.queries import CourseEntry, TrackEntry

SHORT_MINUTES, LONG_MINUTES = 20, 40


class Choice(NamedTuple):
    """One thing that was chosen, in words, and the query of the same address without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What was chosen; empty means everything. Nothing in it comes from the address unread."""

    LENGTHS: ClassVar[dict[str, Promise]] = {
        "short": _("up to 20 minutes"),
        "middle": _("20 to 40 minutes"),
        "long": _("longer"),
    }

    track: str = ""
    audience: str = ""
    level: str = ""
    length: str = ""
    hours: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str], *, tracks: list[CataloguePage]) -> Self:
        """From the address; a value that is none of the choices counts as not chosen."""

        def one_of(name: str, choices: object) -> str:
            value = asked.get(name, "")
            return value if value and value in choices else ""  # type: ignore[operator]  # any container of words

        return cls(
            track=one_of("track", {track.code for track in tracks}),
            audience=one_of("for", set(Audience.values)),
            level=one_of("level", set(CourseLevel.values)),
            length=one_of("length", cls.LENGTHS),
            hours=asked.get("hours") == "yes",
        )

    @property
    def is_set(self) -> bool:
        return bool(self.track or self.audience or self.level or self.length or self.hours)

    def made(self, asked: Mapping[str, str], tracks: Iterable[CataloguePage] = ()) -> list[Choice]:
        """What was chosen, in the order of the choices; the track where it is among these."""
        labels = {
            "track": next((track.title for track in tracks if track.code == self.track), ""),
            "for": self.audience and str(Audience(self.audience).label),
            "level": self.level and str(CourseLevel(self.level).label),
            "length": self.length and str(self.LENGTHS[self.length]),
            "hours": str(_("only with credit hours")) if self.hours else "",
        }
        return [
            Choice(label, "?" + urlencode({key: value for key, value in asked.items() if key != name}))
            for name, label in labels.items()
            if label
        ]

    def of(self, entries: list[TrackEntry]) -> list[TrackEntry]:
        """The tracks with the courses that fit; tracks without any are left out."""
        kept = [
            TrackEntry(entry.track, [each for each in entry.courses if each.lessons and self.fits(each, entry.track)])
            for entry in entries
        ]
        return [entry for entry in kept if entry.courses]

    def fits(self, entry: CourseEntry, track: CataloguePage) -> bool:
        """Whether a course with its lessons, in this track, is what was chosen."""
        audience = entry.course.audience or track.audience
        return (
            self.track in {"", track.code}
            # A course without audience is for everybody.
            and (not self.audience or not audience or self.audience in audience)
            and self.level in {"", entry.course.level}
            and (not self.hours or bool(entry.course.credit_for or track.credit_for))
            and (not self.length or self.length == _length(entry.minutes))
        )

    @staticmethod
    def audiences_in(entries: list[TrackEntry]) -> list[tuple[str, str]]:
        """The audiences that some course on show names, in the order of the choices."""
        named = {code for entry in entries for each in entry.courses for code in each.course.audience}
        named |= {code for entry in entries for code in entry.track.audience}
        return offered(Audience, named)

    @staticmethod
    def levels_in(entries: list[TrackEntry]) -> list[tuple[str, str]]:
        """The levels that some course on show has."""
        named = {each.course.level for entry in entries for each in entry.courses}
        return offered(CourseLevel, named)


def offered(choices: type[TextChoices], named: Container[str]) -> list[tuple[str, str]]:
    """Value and label of those that are named, in the order of the choices."""
    return [(value, str(label)) for value, label in choices.choices if value in named]


def _length(minutes: int) -> str:
    if minutes <= SHORT_MINUTES:
        return "short"
    return "middle" if minutes <= LONG_MINUTES else "long"
