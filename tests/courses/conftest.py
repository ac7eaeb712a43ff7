"""A course of the cast's provider, with a lesson that is ready to be published and one that is not."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from django.utils import timezone
from wagtail.models import Page

from courses.domain.loading import ensure_home
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Cue, Transcript, Video
from tests.cast import Cast
from tests.factories.learning import ready_video
from tests.snapshots import kept

Lessons = Callable[..., LessonPage]
P = TypeVar("P", bound=Page)


@kept
def approve_captions(video: Video, *sentences: str) -> Transcript:
    """Captions of the recording, five seconds each, as if a person had approved them."""
    transcript = Transcript.objects.create(
        video=video,
        language="zh",
        source=TranscriptSource.UPLOAD,
        state=TranscriptState.APPROVED,
        version=1,
        created_at=timezone.now(),
        approved_at=timezone.now(),
    )
    for number, text in enumerate(sentences, start=1):
        Cue.objects.create(
            transcript=transcript, number=number, start_ms=number * 5000 - 5000, end_ms=number * 5000, text=text
        )
    CaptionTrack.objects.create(
        video=video, language="zh", label="中文", transcript=transcript, vtt="WEBVTT\n", published_at=timezone.now()
    )
    return transcript


@pytest.fixture
def home(cast: Cast) -> HomePage:
    return kept(ensure_home)()


@pytest.fixture
def track(home: HomePage) -> CataloguePage:
    return _live(home, CataloguePage, title="手机", slug="phone", code="phone", live=False)


@pytest.fixture
def course(track: CataloguePage, cast: Cast) -> CoursePage:
    return _live(track, CoursePage, title="防骗", slug="safe", code="safe", org=cast.orgs.provider)


@pytest.fixture
def neighbour_course(track: CataloguePage, cast: Cast) -> CoursePage:
    return _live(track, CoursePage, title="邻居的课", slug="next", code="next", org=cast.orgs.neighbour_provider)


@kept
def _live(parent: Page, kind: type[P], **fields: object) -> P:
    """A page that was published below its parent."""
    page = parent.add_child(instance=kind(**fields))
    page.save_revision().publish()
    page.refresh_from_db()
    return page


@kept
def _draft(parent: Page, **fields: object) -> LessonPage:
    lesson = parent.add_child(instance=LessonPage(live=False, **fields))
    lesson.save_revision()
    return lesson


@pytest.fixture
def new_lesson(course: CoursePage) -> Lessons:
    """A draft in the course (or another, with `into`), with a recording where `ready`."""
    made: list[LessonPage] = []

    def make(*, ready: bool = True, into: CoursePage | None = None, **fields: object) -> LessonPage:
        parent = into or course
        if ready:
            fields["video"] = ready_video(parent.org)
            approve_captions(fields["video"], "验证码不说。", "链接不点。")
        number = len(made) + 1
        values = {"title": f"第{number}课", "slug": f"lesson-{number}", "code": f"lesson-{number}"}
        lesson = _draft(parent, **{**values, "org": parent.org, **fields})
        made.append(lesson)
        return lesson

    return make


@pytest.fixture
def ready(new_lesson: Lessons) -> LessonPage:
    return new_lesson(ready=True)


@pytest.fixture
def unready(new_lesson: Lessons) -> LessonPage:
    return new_lesson(ready=False)
