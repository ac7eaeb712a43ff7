"""App configuration of lms.notices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "lms.notices"
    label = "notices"
    verbose_name = _("Messages to people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.notices.domain.copying import messages_of
        from lms.notices.receivers import register_receivers
        from lms.people.domain.copying import register_part

        register_part("messages", messages_of)
        register_receivers()
