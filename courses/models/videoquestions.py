"""Questions that stand at a second of a recording: practice while watching, which earns nothing and blocks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from courses.enums import QuestionKind
from courses.models.questions import Question
from lms.lib.durations import format_seconds
from lms.lib.retention import Retention

if TYPE_CHECKING:
    from courses.models.pages import LessonPage

# One tap answers these.
KINDS = (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE)
# More is no lesson any more.
MOST_QUESTIONS = 30


class VideoQuestion(Orderable):
    """A question of the bank at a second of a lesson's recording."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    page = ParentalKey("courses.LessonPage", on_delete=models.CASCADE, related_name="video_questions")
    at_seconds = models.PositiveIntegerField(_("at"), help_text=_("Minutes and seconds of the recording, like 2:35."))
    question = models.ForeignKey(Question, models.CASCADE, related_name="+", verbose_name=_("question"))

    panels = [FieldPanel("at_seconds"), FieldPanel("question")]

    class Meta(Orderable.Meta):
        verbose_name = _("question in the video")
        verbose_name_plural = _("questions in the video")

    def __str__(self) -> str:
        return f"{format_seconds(self.at_seconds)} {self.question}"

    def defect(self, *, org_id: int | None, length: int | None) -> str:
        """Why learners cannot be asked it, as a sentence; empty when they can."""
        question = self.question
        if question.question_set.org_id != org_id:
            return gettext("The question belongs to another organisation. Choose another.")
        if question.kind not in KINDS:
            return gettext("Only questions with one right answer and “right or wrong” can be asked in a video.")
        if question.image_id or question.audio:
            return gettext("The question has a picture or a sound, which cannot be shown in a video. Choose another.")
        if length is not None and self.at_seconds >= length:
            return gettext("The recording ends at %(end)s. Choose an earlier moment.") % {"end": format_seconds(length)}
        return question.asked.defect()


def questions_in_video(lesson: LessonPage) -> list[VideoQuestion]:
    """Those that learners of the lesson can be asked, in the order of the recording, each with its choices."""
    rows = VideoQuestion.objects.filter(page=lesson).select_related("question__question_set")
    found = rows.prefetch_related("question__choices").order_by("at_seconds", "sort_order")
    length = lesson.decoded_seconds
    return [row for row in found if length and not row.defect(org_id=lesson.org_id, length=length)]


def defects_in_video(lesson: LessonPage) -> list[str]:
    """What stands against the lesson's questions in the video, as sentences that say at which moment."""
    rows = list(lesson.video_questions.all())
    if len(rows) > MOST_QUESTIONS:
        return [gettext("At most %(most)d questions stand in a video. Take some out.") % {"most": MOST_QUESTIONS}]
    found, taken = [], set()
    for row in rows:
        why = row.defect(org_id=lesson.org_id, length=lesson.decoded_seconds)
        if row.at_seconds in taken:
            why = gettext("Two questions stand at the same moment. Move one of them.")
        taken.add(row.at_seconds)
        if why:
            moment = format_seconds(row.at_seconds)
            found.append(gettext("Question in the video at %(moment)s: %(why)s") % {"moment": moment, "why": why})
    if rows and lesson.video is None:
        found.append(gettext("Questions in the video need a recording."))
    return found
