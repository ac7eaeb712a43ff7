"""A course of the cast's provider, with a lesson that is ready to be published and one that is not."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from courses.domain.loading import ensure_home
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Cue, Transcript, Video
from tests.cast import Cast
from tests.factories.learning import ready_video

Lessons = Callable[..., LessonPage]


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
    return ensure_home()


@pytest.fixture
def track(home: HomePage) -> CataloguePage:
    track = home.add_child(instance=CataloguePage(title="手机", slug="phone", code="phone", live=False))
    track.save_revision().publish()
    return track


@pytest.fixture
def course(track: CataloguePage, cast: Cast) -> CoursePage:
    course = track.add_child(instance=CoursePage(title="防骗", slug="safe", code="safe", org=cast.orgs.provider))
    course.save_revision().publish()
    course.refresh_from_db()
    return course


@pytest.fixture
def neighbour_course(track: CataloguePage, cast: Cast) -> CoursePage:
    course = track.add_child(
        instance=CoursePage(title="邻居的课", slug="next", code="next", org=cast.orgs.neighbour_provider)
    )
    course.save_revision().publish()
    course.refresh_from_db()
    return course


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
        values = {"title": f"第{number}课", "slug": f"lesson-{number}", "code": f"lesson-{number}", "live": False}
        lesson = parent.add_child(instance=LessonPage(**{**values, "org": parent.org, **fields}))
        lesson.save_revision()
        made.append(lesson)
        return lesson

    return make


@pytest.fixture
def ready(new_lesson: Lessons) -> LessonPage:
    return new_lesson(ready=True)


@pytest.fixture
def unready(new_lesson: Lessons) -> LessonPage:
    return new_lesson(ready=False)
