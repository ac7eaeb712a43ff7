"""From a recording to the draft of a lesson: what is known already need not be typed again."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.enums import LessonKind
from courses.models import CoursePage, LessonPage
from courses.models.access import grants_of
from media.models import Cue, Video

# A paragraph ends where the speaker pauses, or when it is long and a sentence ends.
_PAUSE_MS = 2000
_LONG = 160
_SENTENCE_ENDS = "。！？!?."


class CannotMake(ValueError):
    """No lesson can be made of it; the message says why."""


def courses_for(video: Video, person: Any) -> list[CoursePage]:
    """The courses of the recording's organisation to which the person may add lessons, as in the tree."""
    if video.org_id not in grants_of(person).orgs_with({"add"}):
        return []
    return list(CoursePage.objects.filter(org=video.org_id).order_by("path"))


def make_lesson(video: Video, course: CoursePage, *, by: Any) -> LessonPage:
    """A draft lesson with the recording's title and length and, where captions are approved, its words to read.

    Whoever calls has checked that `by` may add to the course. A lesson of this course that shows the recording
    already is the answer again. Raises CannotMake.
    """
    if not video.is_playable:
        raise CannotMake(_("The recording cannot be played: it is not ready yet or was taken down."))
    if video.org_id != course.org_id:
        raise CannotMake(_("The recording belongs to another organisation."))
    with transaction.atomic():
        CoursePage.objects.select_for_update().get(pk=course.pk)
        made = LessonPage.objects.child_of(course).filter(video=video).first()
        if made:
            return made
        lesson = course.add_child(
            instance=LessonPage(
                title=video.title,
                org=course.org,
                kind=LessonKind.VIDEO,
                video=video,
                planned_minutes=-(-(video.decoded_seconds or 0) // 60),
                body=[("paragraph", paragraph) for paragraph in words_of(video)],
                owner=by,
                live=False,
                has_unpublished_changes=True,
            )
        )
        lesson.save_revision(user=by)
        log(instance=lesson, action="wagtail.create", user=by, content_changed=True)
    return lesson


def words_of(video: Video) -> list[str]:
    """What is said in it, as paragraphs of HTML; nothing before a person has approved the captions (law 7)."""
    track = video.approved_track()
    cues = track.transcript.cues.order_by("number") if track else []
    return [f"<p>{escape(paragraph)}</p>" for paragraph in _paragraphs(cues)]


def _paragraphs(cues: Any) -> Iterator[str]:
    text, before = "", None
    for cue in cues:
        is_over = len(text) >= _LONG and text.endswith(tuple(_SENTENCE_ENDS))
        if before and (cue.start_ms - before.end_ms >= _PAUSE_MS or is_over):
            yield text
            text = ""
        text = _joined(text, cue)
        before = cue
    if text:
        yield text


def _joined(text: str, cue: Cue) -> str:
    """Captions often stand without punctuation: a space keeps their words apart."""
    words = " ".join(cue.text.split())
    apart = text and (text[-1].isalnum() or text[-1] in ".,!?;:")
    return f"{text} {words}" if apart else text + words
