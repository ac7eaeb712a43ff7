"""App configuration of lms.interop."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InteropConfig(AppConfig):
    name = "lms.interop"
    label = "interop"
    verbose_name = _("Other standards")

    def ready(self) -> None:
        from lms.interop import checks as checks
