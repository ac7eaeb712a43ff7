"""App configuration of lms.reports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "lms.reports"
    label = "reports"
    verbose_name = _("Officer's desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.notices.domain.wording import register_template
        from lms.people.domain.roster.hanging import register_blocker
        from lms.people.domain.separating import register_bond
        from lms.reports.merging.bonds import facts_since
        from lms.reports.reminders.choosing import HOURS
        from lms.reports.rollups.touching import register_touching
        from lms.reports.roster.hanging import hours_since

        register_blocker(hours_since)
        register_bond(facts_since)
        register_template(HOURS)
        register_touching()
