"""Reads over tracks, courses and lessons, shared by several callers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from wagtail.models import Page

from courses.enums import SEASON_MONTHS, Season
from courses.models import CataloguePage, CoursePage, LessonPage, OutlineVersion
from lms.lib.durations import beijing_day


@dataclass
class CourseEntry:
    """A course in a list, with its live lessons in order."""

    course: CoursePage
    in_season: bool
    lessons: list[LessonPage] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes or 0 for lesson in self.lessons)


@dataclass
class TrackEntry:
    """A track in a list, with its live courses: those in season first, then in the order of the tree."""

    track: CataloguePage
    courses: list[CourseEntry] = field(default_factory=list)


def current_outline(course: Page) -> OutlineVersion | None:
    """The newest outline version of the course, or None where none of its lessons was ever published."""
    return OutlineVersion.objects.filter(course_id=course.pk).order_by("-number").first()


def current_outlines(courses: Iterable[Page]) -> dict[int, OutlineVersion]:
    """The newest outline version of each course, by course id, in one query."""
    versions = OutlineVersion.objects.filter(course_id__in=[course.pk for course in courses]).order_by("number")
    return {version.course_id: version for version in versions}


def season_is_on(season: str, at: datetime) -> bool:
    """Whether the season is now, in Beijing; a course without season is never in season."""
    return bool(season) and beijing_day(at).month in SEASON_MONTHS[Season(season)]


def tracks_on_show(at: datetime, track: CataloguePage | None = None) -> list[TrackEntry]:
    """All live tracks (or this one) with their live courses and lessons, in three queries however many there are.

    Tracks with a course in season come first, and so do such courses within their track.
    """
    tracks = [track] if track else list(CataloguePage.objects.live().order_by("path"))
    steplen = Page.steplen
    courses = defaultdict(list)
    for course in CoursePage.objects.live().select_related("org").order_by("path"):
        courses[course.path[:-steplen]].append(course)
    lessons = defaultdict(list)
    for lesson in LessonPage.objects.live().defer("body").select_related("video").order_by("path"):
        lessons[lesson.path[:-steplen]].append(lesson)
    entries = []
    for each in tracks:
        shown = [
            CourseEntry(course, season_is_on(course.season, at), lessons[course.path]) for course in courses[each.path]
        ]
        entries.append(TrackEntry(each, sorted(shown, key=lambda entry: not entry.in_season)))
    return sorted(entries, key=lambda entry: not any(course.in_season for course in entry.courses))


def season_courses(entries: list[TrackEntry]) -> list[CourseEntry]:
    """The courses in season out of the tracks on show, for the front of the home page."""
    return [course for entry in entries for course in entry.courses if course.in_season and course.lessons]


def new_courses(entries: list[TrackEntry], since: datetime) -> list[CourseEntry]:
    """The courses first published since, newest first; none where all are, as on a site that has just opened."""
    courses = [course for entry in entries for course in entry.courses if course.lessons]
    fresh = [each for each in courses if (published := each.course.first_published_at) and published >= since]
    if len(fresh) == len(courses):
        return []
    return sorted(fresh, key=lambda each: each.course.first_published_at or since, reverse=True)


def course_of(page: Page) -> CoursePage | None:
    """The course that the page is or stands in, or None."""
    return CoursePage.objects.filter(pk__in=[page.pk, *page.get_ancestors().values_list("pk", flat=True)]).first()


def lessons_of_video(video_id: int) -> list[LessonPage]:
    """The lessons, live or not, that show this recording."""
    return list(LessonPage.objects.filter(video_id=video_id).order_by("path"))
