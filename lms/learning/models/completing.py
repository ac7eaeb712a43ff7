"""Facts: a lesson or a course is complete. Rows are only ever added; the database refuses anything else."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.enums import CompletionRule
from lms.lib.retention import Retention
from lms.people.models import Person


class CompletionQuerySet(models.QuerySet):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person.owns())

    def since(self, at: datetime) -> Self:
        return self.filter(completed_at__gte=at)


class LessonCompletion(models.Model):
    """A person met the rule of a lesson, as it stood in `outline_version`. Written by `completing.complete_lesson`."""

    RETENTION = Retention("the record of learning behind credit", until="the system is closed", days=None, basis="law")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="lesson_completions", db_index=False)
    lesson_key: "models.UUIDField[UUID, UUID]" = models.UUIDField(_("lesson"))
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    rule = models.CharField(_("rule"), max_length=12, choices=CompletionRule)
    completed_at = models.DateTimeField(_("completed at"))
    # Of the recording that was studied; null where the lesson has none.
    decoded_seconds = models.PositiveIntegerField(_("length in seconds"), null=True)
    # coverage: seconds by kind of evidence, needed_seconds, video, settlements if any; quiz: attempt; …
    evidence = models.JSONField(_("evidence"), default=dict)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson completion")
        verbose_name_plural = _("lesson completions")
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson_key", "round"], name="learning_lesson_complete_once"),
        ]
        indexes = [
            # What was completed in a period (desk, sweepers).
            models.Index(fields=["completed_at"], name="learning_lesson_completed"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} ({self.round})"


class CourseCompletion(models.Model):
    """A person met the rule of a course, by `outline_version`. Written by `completing.complete_course`."""

    RETENTION = Retention("the record of learning behind credit", until="the system is closed", days=None, basis="law")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="course_completions", db_index=False)
    course_key: "models.UUIDField[UUID, UUID]" = models.UUIDField(_("course"))
    page = models.ForeignKey("courses.CoursePage", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    completed_at = models.DateTimeField(_("completed at"))
    # lesson_completions: ids that met the rule; waived: keys of lessons withdrawn meanwhile
    evidence = models.JSONField(_("evidence"), default=dict)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("course completion")
        verbose_name_plural = _("course completions")
        constraints = [
            models.UniqueConstraint(fields=["person", "course_key", "round"], name="learning_course_complete_once"),
        ]
        indexes = [
            # What was completed in a period (desk, sweepers).
            models.Index(fields=["completed_at"], name="learning_course_completed"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.course_key} ({self.round})"
