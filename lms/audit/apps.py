"""App configuration of lms.audit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "lms.audit"
    label = "audit"
    verbose_name = _("Audit log")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.audit.models import AuditEntry
        from lms.lib import append_only

        append_only.protect(AuditEntry)
