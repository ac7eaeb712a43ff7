"""Ready recordings become lessons: captions approved, recording attached, page published, at the moved clock."""

from datetime import datetime, timedelta

from courses.domain.publishing import NotPublishable, publish_pages
from courses.enums import LessonKind
from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.recordings import Recording
from lms.people.models import Person
from media.domain.captioning import approve, import_captions
from media.models import Video


def publish_lesson(recording: Recording, video: Video, *, by: Person, reviewer: Person, at: datetime) -> LessonPage:
    """Give the lesson its recording and publish it; told twice, it is published once. Raises NotPublishable."""
    lesson = LessonPage.objects.get(code=recording.code)
    if lesson.live:
        return lesson
    if video.approved_track() is None:
        with moved_to(at):
            _approve_captions(recording, video, by=by, reviewer=reviewer, at=at)
    with moved_to(at + timedelta(minutes=5)):
        lesson = lesson.get_latest_revision_as_object()
        lesson.video = video
        revision = lesson.save_revision(user=by)
        revision.publish(user=reviewer)
    lesson.refresh_from_db()
    return lesson


def publish_classes_in_person(*, by: Person, at: datetime) -> list[LessonPage]:
    """Show the lessons that take place in the village (线下课); told twice, it is done once."""
    waiting = LessonPage.objects.filter(kind=LessonKind.OFFLINE, live=False).order_by("path")
    with moved_to(at):
        return publish_pages(waiting, by=by).pages


def _approve_captions(recording: Recording, video: Video, *, by: Person, reviewer: Person, at: datetime) -> None:
    """A person reads the draft against the script: a draft with mistakes is replaced by what was really said."""
    spoken = [sentence["text"] for sentence in recording.facts["sentences"]]
    draft = video.transcripts.filter(state="draft").order_by("-version").first()
    if draft is None or [cue.text for cue in draft.cues.order_by("number")] != spoken:
        draft = import_captions(video, recording.vtt(), language="zh", by=by, at=at)
    approve(draft, by=reviewer, at=at + timedelta(minutes=2))


__all__ = ["NotPublishable", "publish_classes_in_person", "publish_lesson"]
