"""App configuration of media."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    name = "media"
    label = "media"
    verbose_name = _("Recordings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from media import checks  # noqa: F401  (registers itself)
        from media.models import GlossaryTerm, SensitiveWord
        from media.receivers import register_receivers
        from media.wording_policies import GlossaryPolicy, SensitiveWordPolicy

        register_permission_policy(GlossaryTerm, GlossaryPolicy(GlossaryTerm))
        register_permission_policy(SensitiveWord, SensitiveWordPolicy(SensitiveWord))
        register_receivers()
