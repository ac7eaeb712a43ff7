"""What is taught, for the home page and the pages of tracks."""

from datetime import timedelta

from django import template
from django.utils import timezone

from courses.models import CataloguePage
from courses.queries import CourseEntry, TrackEntry, new_courses, season_courses, tracks_on_show

register = template.Library()
NEW_FOR = timedelta(days=30)


@register.simple_tag
def tracks(track: CataloguePage | None = None) -> list[TrackEntry]:
    """{% tracks as shown %}: live tracks with their live courses and lessons; with a track, that one alone."""
    return tracks_on_show(timezone.now(), track)


@register.filter
def in_season(entries: list[TrackEntry]) -> list[CourseEntry]:
    """{{ shown|in_season }}: the courses whose season is now."""
    return season_courses(entries)


@register.filter
def new_ones(entries: list[TrackEntry]) -> list[CourseEntry]:
    """{{ shown|new_ones }}: the courses that came within the last month."""
    return new_courses(entries, timezone.now() - NEW_FOR)
