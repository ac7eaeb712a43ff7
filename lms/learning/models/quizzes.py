"""Sittings and attempts at a lesson's quiz or a course's exam."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.models import Person


def new_sitting_code() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


class OwnQuerySet(models.QuerySet):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person.owns())


class QuizSitting(models.Model):
    """A quiz as it was drawn for one person: which questions, in which order, under names that hold here alone.

    `paper` keeps every question as it was asked, and its key, on the server; `given` what was handed in, by those
    names. Open until `closed_at`; opened and closed by `sitting`. Without an attempt it was replaced, not handed in.
    """

    RETENTION = Retention("feedback after a quiz, and appeals", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="quiz_sittings", db_index=False)
    code = models.CharField(max_length=24, unique=True, default=new_sitting_code)
    lesson_key = models.UUIDField(_("lesson"))
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    question_set = models.ForeignKey("courses.QuestionSet", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    paper = models.JSONField(default=list)
    given = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    attempt = models.OneToOneField("QuizAttempt", models.PROTECT, null=True, related_name="sitting")

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiz sitting")
        verbose_name_plural = _("quiz sittings")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "lesson_key", "round"],
                condition=Q(closed_at__isnull=True),
                name="learning_one_open_sitting",
            ),
            models.CheckConstraint(
                name="learning_sitting_closed_by_attempt",
                condition=Q(attempt__isnull=True) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.code}"


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
    # [{question, right}] by id, and the choice where one was to be chosen; what was written stays in the sitting
    answers = models.JSONField(_("answers"), default=list)
    right_count = models.PositiveSmallIntegerField(_("right answers"))
    question_count = models.PositiveSmallIntegerField(_("questions"))
    pass_mark = models.PositiveSmallIntegerField(_("pass mark in percent"))
    passed = models.BooleanField(_("passed"))
    submitted_at = models.DateTimeField(_("handed in at"))
    # The phone says so. Such an attempt vouches for nothing that was watched without network.
    answered_offline = models.BooleanField(_("answered without network"), default=False)
    noted_at = models.DateTimeField(
        _("when by the phone's clock"), null=True, help_text="Kept to be read; nothing is decided by it."
    )

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiz attempt")
        verbose_name_plural = _("quiz attempts")
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson_key", "round", "number"], name="learning_attempt_once"),
            models.CheckConstraint(
                name="learning_attempt_marked",
                condition=Q(right_count__lte=models.F("question_count")) & Q(question_count__gte=1),
            ),
            models.CheckConstraint(
                name="learning_attempt_noted_offline",
                condition=Q(noted_at__isnull=True) | Q(answered_offline=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.right_count}/{self.question_count}"
