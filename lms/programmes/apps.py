"""App configuration of lms.programmes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "lms.programmes"
    label = "programmes"
    verbose_name = _("Programmes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses.policies import register_blocker
        from lms.notices.domain.wording import register_template
        from lms.programmes.domain.telling import ASSIGNED, REMINDER, WITHDRAWN
        from lms.programmes.policies import why_not_deletable
        from lms.programmes.receivers import register_receivers

        register_receivers()
        register_blocker(why_not_deletable)
        for template in (ASSIGNED, REMINDER, WITHDRAWN):
            register_template(template)
