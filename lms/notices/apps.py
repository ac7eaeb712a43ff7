"""App configuration of lms.notices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "lms.notices"
    label = "notices"
    verbose_name = _("Messages to people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.notices.receivers import register_receivers

        register_receivers()
