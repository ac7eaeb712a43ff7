"""App configuration of lms.learning."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "lms.learning"
    label = "learning"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses.policies import register_blocker
        from lms.learning.domain.copying import screenings_of
        from lms.learning.domain.reading_aloud import fixed_texts
        from lms.learning.domain.speaking import TICKED
        from lms.learning.models import (
            CourseCompletion,
            GroupObjection,
            GroupReceipt,
            GroupTick,
            GroupWithdrawal,
            LessonCompletion,
            PackageReceipt,
            QuizAttempt,
            Receipt,
            Settlement,
        )
        from lms.learning.policies import why_not_deletable, why_recording_must_stay
        from lms.learning.receivers import register_receivers
        from lms.lib import append_only
        from lms.notices.domain.wording import register_template
        from lms.people.domain.copying import register_part
        from media.domain import deleting
        from media.domain.speaking import register_wanted

        register_receivers()
        register_blocker(why_not_deletable)
        register_wanted(fixed_texts)
        deleting.register_blocker(why_recording_must_stay)
        append_only.protect(Receipt, PackageReceipt, QuizAttempt, LessonCompletion, CourseCompletion, Settlement)
        append_only.protect(GroupTick, GroupReceipt, GroupObjection, GroupWithdrawal)
        register_template(TICKED)
        register_part("group_viewings", screenings_of)
