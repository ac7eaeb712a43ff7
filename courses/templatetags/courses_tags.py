"""What is taught, for the home page and the pages of tracks."""

from django import template
from django.utils import timezone

from courses.models import CataloguePage
from courses.queries import CourseEntry, TrackEntry, season_courses, tracks_on_show

register = template.Library()


@register.simple_tag
def tracks(track: CataloguePage | None = None) -> list[TrackEntry]:
    """{% tracks as shown %}: live tracks with their live courses and lessons; with a track, that one alone."""
    return tracks_on_show(timezone.now(), track)


@register.filter
def in_season(entries: list[TrackEntry]) -> list[CourseEntry]:
    """{{ shown|in_season }}: the courses whose season is now."""
    return season_courses(entries)
