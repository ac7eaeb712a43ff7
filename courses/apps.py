"""App configuration of courses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    label = "courses"
    verbose_name = _("Courses")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from courses.domain.reading_aloud import wanted_texts
        from courses.domain.recordings import published_since, why_recording_must_stay
        from courses.models import OutlineVersion, Question, QuestionSet
        from courses.policies import ContentPolicy, QuestionPolicy, QuizPolicy
        from courses.receivers import register_receivers
        from courses.viewsets.naming import name_fields
        from lms.lib.append_only import protect
        from media.domain.deleting import register_blocker
        from media.domain.sources import register_published_since
        from media.domain.speaking import register_wanted

        protect(OutlineVersion)
        register_blocker(why_recording_must_stay)
        register_published_since(published_since)
        register_wanted(wanted_texts)
        register_permission_policy(Page, ContentPolicy())
        register_permission_policy(QuestionSet, QuizPolicy(QuestionSet))
        register_permission_policy(Question, QuestionPolicy(Question))
        register_receivers()
        name_fields()
