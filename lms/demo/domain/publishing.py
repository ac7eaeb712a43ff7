"""Ready recordings become lessons: captions approved, recording attached, page reviewed, at the moved clock."""

from datetime import datetime, timedelta

from courses.domain.publishing import NotPublishable, why_not_publishable
from courses.domain.reviewing import approve as approve_page
from courses.domain.reviewing import submit_for_review
from courses.enums import LessonKind
from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.recordings import Recording
from lms.people.models import Person
from media.domain.captioning import approve, import_captions
from media.models import Video

Reviewers = dict[str, Person]
"""Who reviews, by step: first, second, final."""


def publish_lesson(recording: Recording, video: Video, *, by: Person, reviewers: Reviewers, at: datetime) -> LessonPage:
    """Give the lesson its recording and bring it online; told twice, it is done once. Raises NotPublishable."""
    lesson = LessonPage.objects.get(code=recording.code)
    if lesson.live:
        return lesson
    if video.approved_track() is None:
        with moved_to(at):
            _approve_captions(recording, video, by=by, reviewer=reviewers["first"], at=at)
    if not lesson.workflow_in_progress:
        with moved_to(at + timedelta(minutes=5)):
            lesson = lesson.get_latest_revision_as_object()
            lesson.video = video
            lesson.save_revision(user=by)
            submit_for_review(lesson, by=by)
    return _review(lesson, reviewers=reviewers, at=at + timedelta(minutes=5))


def publish_without_recording(*, by: Person, reviewers: Reviewers, at: datetime) -> list[LessonPage]:
    """Show exams, and the lessons that take place in the village (线下课); told twice, it is done once."""
    online = []
    kinds = (LessonKind.OFFLINE, LessonKind.EXAM)
    for lesson in LessonPage.objects.filter(kind__in=kinds, live=False).order_by("path"):
        if not lesson.workflow_in_progress and not why_not_publishable(lesson):
            with moved_to(at):
                submit_for_review(lesson, by=by)
        if lesson.workflow_in_progress:
            online.append(_review(lesson, reviewers=reviewers, at=at))
    return online


def _review(lesson: LessonPage, *, reviewers: Reviewers, at: datetime) -> LessonPage:
    """Each step that is still open approves it, a minute after the one before; returns the page as it is then."""
    while (task := (lesson := LessonPage.objects.get(pk=lesson.pk)).current_workflow_task) is not None:
        at += timedelta(minutes=1)
        with moved_to(at):
            approve_page(lesson, by=reviewers[task.step])
    return lesson


def _approve_captions(recording: Recording, video: Video, *, by: Person, reviewer: Person, at: datetime) -> None:
    """A person reads the draft against the script: a draft with mistakes is replaced by what was really said."""
    spoken = [sentence["text"] for sentence in recording.facts["sentences"]]
    draft = video.transcripts.filter(state="draft").order_by("-version").first()
    if draft is None or [cue.text for cue in draft.cues.order_by("number")] != spoken:
        draft = import_captions(video, recording.vtt(), language="zh", by=by, at=at)
    approve(draft, by=reviewer, at=at + timedelta(minutes=2))


__all__ = ["NotPublishable", "publish_lesson", "publish_without_recording"]
