"""Short links: every lesson has one from the day it is made; whoever follows it is told plainly where it leads."""

from dataclasses import dataclass
from enum import StrEnum

from courses.models import LessonPage, ShortLink
from courses.policies import is_on_show
from lms.lib.ids import check


class Where(StrEnum):
    """What a short link leads to today."""

    LESSON = "lesson"
    # Taken down, or not shown at the moment.
    TAKEN_DOWN = "taken_down"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Found:
    link: ShortLink
    where: Where

    @property
    def lesson(self) -> LessonPage:
        return self.link.lesson


class NoSuchLink(Exception):
    """Nothing has this code; `is_slip` where it cannot have been one of ours, so that something was mistyped."""

    def __init__(self, *, is_slip: bool) -> None:
        super().__init__()
        self.is_slip = is_slip


def read_code(text: str) -> str:
    """The code as it was given out, from what somebody typed: capitals, no blanks and hyphens."""
    return "".join(text.upper().replace("-", " ").split())


def find_link(code: str) -> Found:
    """Where the code leads. Raises NoSuchLink."""
    if not check(code):
        raise NoSuchLink(is_slip=True)
    link = ShortLink.objects.select_related("lesson__video", "lesson__org").filter(code=code).first()
    if link is None:
        raise NoSuchLink(is_slip=False)
    if is_on_show(link.lesson):
        return Found(link, Where.LESSON)
    return Found(link, Where.TAKEN_DOWN if link.lesson.open_takedown else Where.HIDDEN)


def link_of(lesson: LessonPage) -> ShortLink:
    """The lesson's own; told twice, the same."""
    return ShortLink.objects.get_or_create(lesson=lesson)[0]


def make_missing_links(*, dry_run: bool = False) -> int:
    """Give a link to lessons that came in by a way that announces nothing; how many there were."""
    missing = LessonPage.objects.filter(short_link=None)
    if dry_run:
        return missing.count()
    return len([link_of(lesson) for lesson in missing.iterator()])
