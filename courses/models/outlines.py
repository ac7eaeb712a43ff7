"""What a course consisted of, version by version."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.enums import CourseType, LessonKind
from lms.lib.retention import Retention


class OutlineVersion(models.Model):
    """What a course consisted of, and on which lengths, from one moment on.

    Written by `domain.outlines.write_outline`, never changed (the database refuses). Each lesson is a dict with
    translation_key, page_id, code, title, kind, course_type, rule, coverage_percent, quiz_id, pass_mark, video_id,
    decoded_seconds and revision_id. Kept for ever.
    """

    RETENTION = Retention("saying what a completion stood for", until="never", days=None, basis="public data")

    course = models.ForeignKey("courses.CoursePage", models.PROTECT, related_name="outline_versions")
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(max_length=64)
    title = models.CharField(_("title"), max_length=255)
    course_key = models.UUIDField(help_text="translation_key of the course")
    audience = models.JSONField(_("audience"), default=list)
    credit_for = models.JSONField(_("earns credit hours for"), default=list)
    lessons = models.JSONField(_("lessons"), default=list)
    created_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("outline version")
        verbose_name_plural = _("outline versions")
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="courses_outline_number_once"),
            models.CheckConstraint(name="courses_outline_number_from_one", condition=models.Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return _("%(title)s, version %(number)s") % {"title": self.title, "number": self.number}

    @property
    def counted_lessons(self) -> list[dict[str, Any]]:
        """The lessons a learner must complete: the required ones, or, where none is required, all.

        Lessons in person are elective and count neither for nor against.
        """
        taught = [lesson for lesson in self.lessons if lesson["kind"] != LessonKind.OFFLINE]
        return [lesson for lesson in taught if lesson["course_type"] == CourseType.REQUIRED] or taught

    def lesson(self, translation_key: Any) -> dict[str, Any] | None:
        """The lesson with this key, or None where this version does not have it."""
        return next((lesson for lesson in self.lessons if lesson["translation_key"] == str(translation_key)), None)
