"""App configuration of lms.learning."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "lms.learning"
    label = "learning"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.learning.models import CourseCompletion, LessonCompletion, QuizAttempt, Receipt
        from lms.lib import append_only

        append_only.protect(Receipt, QuizAttempt, LessonCompletion, CourseCompletion)
