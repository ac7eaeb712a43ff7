"""The courses of the demo as a published library, with what is said in its twelve recordings."""

from typing import Any

from courses.domain.loading import read_outline
from courses.domain.outlines import write_outline
from courses.enums import LessonKind
from courses.models import CoursePage, LessonPage, ShortLink
from lms.demo.domain.recordings import Recording, all_recordings
from lms.people.models import Org
from media.subtitles import Subtitle
from tests.factories.people import OrgFactory
from tests.search.library import PUBLISHED_AT, Course, Lesson, Track, write_library, written_models
from tests.snapshots import kept, written


def demo_tracks() -> list[Track]:
    """The outline; a recorded lesson has the sentences of its script for captions, as the demo approves them.

    A lesson that can be watched but is not recorded has a recording of the planned length in which nothing is said.
    """
    recordings = {recording.code: recording for recording in all_recordings()}
    return [
        Track(
            code=track["id"],
            title=track["title"],
            title_en=track["title_en"],
            subject=track["subject"],
            audience=tuple(track["audience"]),
            courses=[
                Course(
                    code=module["id"],
                    title=module["title"],
                    title_en=module["title_en"],
                    season=module.get("season", ""),
                    lessons=tuple(_lesson(lesson, recordings.get(lesson["id"])) for lesson in module["lessons"]),
                )
                for module in track["modules"]
            ],
        )
        for track in read_outline()
    ]


def _lesson(row: dict[str, Any], recording: Recording | None) -> Lesson:
    facts = recording.facts if recording else {"duration": row["minutes"] * 60, "sentences": []}
    return Lesson(
        code=row["id"],
        title=row["title"],
        teaches=row["teaches"],
        teaches_en=row["en"],
        kind=row["kind"],
        minutes=row["minutes"],
        seconds=None if row["kind"] == LessonKind.OFFLINE else round(facts["duration"]),
        lines=tuple(
            Subtitle(round(sentence["start"] * 1000), round(sentence["end"] * 1000), sentence["text"])
            for sentence in facts["sentences"]
        ),
    )


def lengths_in_seconds() -> dict[str, float | None]:
    """Every lesson of the outline by its code: how long its recording is, None where there is none to judge."""
    recorded = {recording.code: float(recording.facts["duration"]) for recording in all_recordings()}
    return {
        lesson.code: recorded.get(lesson.code)
        for track in demo_tracks()
        for course in track.courses
        for lesson in course.lessons
    }


@kept
def demo_library(org: Org | None = None) -> dict[str, LessonPage]:
    """Publish the demo's courses in an empty database, with outlines and short links; its lessons by their codes.

    No index is made and nobody is told.
    """
    write_library(demo_tracks(), org=org or OrgFactory())
    written.names |= {model._meta.db_table for model in written_models()}
    lessons = {lesson.code: lesson for lesson in LessonPage.objects.select_related("video")}
    ShortLink.objects.bulk_create(ShortLink(lesson=lesson) for lesson in lessons.values())
    for course in CoursePage.objects.all():
        write_outline(course, PUBLISHED_AT)
    return lessons
