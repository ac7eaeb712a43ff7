"""Courses written straight into the tables, as if they had been published: much faster than the stories that do it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page

from courses.domain.loading import ensure_home
from courses.enums import Access, CompletionRule, LessonKind
from courses.models import CataloguePage, CoursePage, LessonPage
from lms.demo.domain.synthetic.copying import Table, as_json, go_on_counting
from lms.people.models import Org
from media.enums import OWN_NAMES, CaptionState, Language, TranscriptSource, TranscriptState, VideoStatus
from media.models import CaptionTrack, Cue, Transcript, Video
from media.subtitles import Subtitle, write_vtt

PUBLISHED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
# Rows wait until there are so many lines of captions, or so many lessons.
LINES_AT_ONCE, LESSONS_AT_ONCE = 50_000, 5_000


@dataclass(frozen=True)
class Lesson:
    """A lesson to be; `lines` are what is said in its recording, `seconds` how long that is, None where it has none."""

    code: str
    title: str
    teaches: str
    title_en: str = ""
    teaches_en: str = ""
    kind: str = LessonKind.VIDEO
    minutes: int = 5
    seconds: int | None = None
    lines: tuple[Subtitle, ...] = ()


@dataclass(frozen=True)
class Course:
    """A course to be."""

    code: str
    title: str
    lessons: tuple[Lesson, ...]
    title_en: str = ""
    intro: str = ""
    season: str = ""


@dataclass(frozen=True)
class Track:
    """A track to be; its courses may be made while they are written."""

    code: str
    title: str
    courses: Iterable[Course]
    title_en: str = ""
    subject: str = ""
    audience: tuple[str, ...] = ()


def write_library(tracks: Iterable[Track], *, org: Org) -> None:
    """Write live tracks, courses open to everybody, and lessons with approved captions below the home page.

    The rows are those that publishing leaves, but nobody is told, and there are no revisions, outlines, short links or
    files: whoever needs these, or an index, makes them afterwards. The caller's transaction holds it together.
    """
    writer = _Writer(org)
    for track in tracks:
        writer.add_track(track)
    writer.finish()


class _Writer:
    """Gives out keys and paths, and writes rows in groups; each group is complete in itself."""

    def __init__(self, org: Org) -> None:
        self.home = ensure_home()
        self.home.refresh_from_db()
        self.tracks = self.home.numchild
        types = ContentType.objects.get_for_models(CataloguePage, CoursePage, LessonPage, for_concrete_models=False)
        self.types = {model: content_type.pk for model, content_type in types.items()}
        since = {"first_published_at": PUBLISHED_AT, "last_published_at": PUBLISHED_AT}
        self.pages = Table(
            Page,
            [
                "id",
                "path",
                "depth",
                "numchild",
                "translation_key",
                "title",
                "draft_title",
                "slug",
                "url_path",
                "content_type_id",
            ],
            locale_id=self.home.locale_id,
            live=True,
            latest_revision_created_at=PUBLISHED_AT,
            **since,
        )
        self.track_rows = Table(CataloguePage, ["page_ptr_id", "code", "title_en", "subject", "audience"])
        self.course_rows = Table(
            CoursePage, ["page_ptr_id", "code", "title_en", "intro", "season"], org_id=org.pk, access=Access.PUBLIC
        )
        self.lesson_rows = Table(
            LessonPage,
            [
                "page_ptr_id",
                "code",
                "title_en",
                "teaches",
                "teaches_en",
                "kind",
                "completion_rule",
                "planned_minutes",
                "video_id",
            ],
            org_id=org.pk,
            body="[]",
        )
        self.videos = Table(
            Video,
            ["id", "code", "title", "decoded_seconds", "caption_state"],
            org_id=org.pk,
            source="library/none.mp4",
            source_sha256="0" * 64,
            source_size_bytes=1,
            received_at=PUBLISHED_AT,
            transcoded_at=PUBLISHED_AT,
            ready_at=PUBLISHED_AT,
            status=VideoStatus.READY,
            has_picture=True,
            has_sound=True,
            stream_folder="library/none",
        )
        self.transcripts = Table(
            Transcript,
            ["id", "video_id"],
            language=Language.CHINESE,
            source=TranscriptSource.UPLOAD,
            state=TranscriptState.APPROVED,
            version=1,
            created_at=PUBLISHED_AT,
            approved_at=PUBLISHED_AT,
        )
        # `heard` is given because its usual value would become the JSON null.
        self.cues = Table(Cue, ["transcript_id", "number", "key", "start_ms", "end_ms", "text", "heard"])
        self.caption_tracks = Table(
            CaptionTrack,
            ["video_id", "transcript_id", "vtt"],
            language=Language.CHINESE,
            label=OWN_NAMES[Language.CHINESE],
            published_at=PUBLISHED_AT,
        )
        # Each after those to which it points.
        self.all = [self.pages, self.track_rows, self.course_rows, self.videos, self.lesson_rows, self.transcripts]
        self.all += [self.cues, self.caption_tracks]
        self.page_id, self.video_id = self.pages.first_key(), self.videos.first_key()
        self.transcript_id = self.transcripts.first_key()
        self.lessons_waiting = self.lines_waiting = 0

    def add_track(self, track: Track) -> None:
        self.tracks += 1
        path, url = self._below(self.home.path, self.home.url_path, self.tracks, track.code)
        count = 0
        for count, course in enumerate(track.courses, start=1):
            self.add_course(course, path, url, count)
        pk = self._page(CataloguePage, track.code, track.title, path, url, count)
        self.track_rows.add(pk, track.code, track.title_en, track.subject, as_json(track.audience))

    def add_course(self, course: Course, track_path: str, track_url: str, number: int) -> None:
        path, url = self._below(track_path, track_url, number, course.code)
        pk = self._page(CoursePage, course.code, course.title, path, url, len(course.lessons))
        self.course_rows.add(pk, course.code, course.title_en, course.intro, course.season)
        for place, lesson in enumerate(course.lessons, start=1):
            self.add_lesson(lesson, *self._below(path, url, place, lesson.code))
        if self.lines_waiting >= LINES_AT_ONCE or self.lessons_waiting >= LESSONS_AT_ONCE:
            self.write()

    def add_lesson(self, lesson: Lesson, path: str, url: str) -> None:
        video_id = None if lesson.seconds is None else self._video(lesson, lesson.seconds)
        rule = CompletionRule.OFFLINE if lesson.kind == LessonKind.OFFLINE else CompletionRule.COVERAGE
        pk = self._page(LessonPage, lesson.code, lesson.title, path, url, 0)
        self.lesson_rows.add(
            pk,
            lesson.code,
            lesson.title_en,
            lesson.teaches,
            lesson.teaches_en,
            lesson.kind,
            rule,
            lesson.minutes,
            video_id,
        )
        self.lessons_waiting += 1

    def _video(self, lesson: Lesson, seconds: int) -> int:
        pk, self.video_id = self.video_id, self.video_id + 1
        state = CaptionState.APPROVED if lesson.lines else CaptionState.NONE
        self.videos.add(pk, f"L{pk}", lesson.title, seconds, state)
        if lesson.lines:
            self.transcripts.add(self.transcript_id, pk)
            for number, line in enumerate(lesson.lines, start=1):
                self.cues.add(self.transcript_id, number, f"line{number}", line.start_ms, line.end_ms, line.text, None)
            self.caption_tracks.add(pk, self.transcript_id, write_vtt(lesson.lines))
            self.transcript_id += 1
            self.lines_waiting += len(lesson.lines)
        return pk

    def _page(self, model: type[Page], code: str, title: str, path: str, url: str, children: int) -> int:
        pk, self.page_id = self.page_id, self.page_id + 1
        depth = len(path) // Page.steplen
        slug = _slug(code)
        self.pages.add(pk, path, depth, children, UUID(int=pk), title, title, slug, url, self.types[model])
        return pk

    def _below(self, path: str, url: str, number: int, code: str) -> tuple[str, str]:
        """Path and address of a page's so manieth child."""
        return Page._get_path(path, len(path) // Page.steplen + 1, number), f"{url}{_slug(code)}/"

    def write(self) -> None:
        for table in self.all:
            table.write(table.take())
        self.lessons_waiting = self.lines_waiting = 0

    def finish(self) -> None:
        self.write()
        Page.objects.filter(pk=self.home.pk).update(numchild=self.tracks)
        go_on_counting(self.all)


def _slug(code: str) -> str:
    return code.lower().replace("_", "-")


def written_models() -> list[type[Any]]:
    """The models whose rows `write_library` writes past the ORM."""
    return [Page, CataloguePage, CoursePage, LessonPage, Video, Transcript, Cue, CaptionTrack]
