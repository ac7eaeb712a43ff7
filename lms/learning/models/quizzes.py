"""Attempts at a lesson's quiz."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class QuizAttempt(models.Model):
    """One marked try at a lesson's quiz, with what was asked and answered. Written by `answering`; never changed."""

    RETENTION = Retention("the record of learning behind credit", until="the system is closed", days=None, basis="law")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="quiz_attempts", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    question_set = models.ForeignKey("courses.QuestionSet", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    number = models.PositiveIntegerField(_("number"))
    # [{question, choice, right}] by id
    answers = models.JSONField(_("answers"), default=list)
    right_count = models.PositiveSmallIntegerField(_("right answers"))
    question_count = models.PositiveSmallIntegerField(_("questions"))
    pass_mark = models.PositiveSmallIntegerField(_("pass mark in percent"))
    passed = models.BooleanField(_("passed"))
    submitted_at = models.DateTimeField(_("handed in at"))

    class Meta:
        verbose_name = _("quiz attempt")
        verbose_name_plural = _("quiz attempts")
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson_key", "round", "number"], name="learning_attempt_once"),
            models.CheckConstraint(
                name="learning_attempt_marked",
                condition=Q(right_count__lte=models.F("question_count")) & Q(question_count__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.right_count}/{self.question_count}"
