"""Which choices of the catalogue a search may be narrowed by."""

from typing import NamedTuple

from courses.domain.filtering import offered
from courses.enums import Audience, CourseLevel
from courses.models import CataloguePage, CoursePage


class Choices(NamedTuple):
    """Value and label of each, in the order of the choices."""

    audiences: list[tuple[str, str]]
    levels: list[tuple[str, str]]


def choices_named(tracks: list[CataloguePage]) -> Choices:
    """The audiences that some live track or course names, and the levels that some live course has."""
    audiences = {code for track in tracks for code in track.audience}
    levels = set()
    for audience, level in CoursePage.objects.live().order_by().values_list("audience", "level").distinct():
        audiences.update(audience)
        levels.add(level)
    return Choices(offered(Audience, audiences), offered(CourseLevel, levels))
