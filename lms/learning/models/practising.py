"""Answers to the questions in a video: practice, for the trainer to see what was not understood."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class VideoAnswer(models.Model):
    """A person's first answer to a question in a lesson's video. Written by `practising`; nothing hangs on it."""

    RETENTION = Retention("showing trainers what is not understood", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    question = models.ForeignKey("courses.Question", models.CASCADE, related_name="+")
    is_right = models.BooleanField(_("right"))
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("answer in a video")
        verbose_name_plural = _("answers in a video")
        constraints = [
            models.UniqueConstraint(fields=["person", "page", "question"], name="learning_video_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.question_id} {self.is_right}"
