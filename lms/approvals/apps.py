"""App configuration of lms.approvals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "lms.approvals"
    label = "approvals"
    verbose_name = _("Approvals")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.approvals.models import SubmissionStep
        from lms.lib import append_only

        append_only.protect(SubmissionStep)
