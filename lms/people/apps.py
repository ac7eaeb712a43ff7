"""App configuration of lms.people."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "lms.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Wagtail would ask for first and last name, which a Person does not have; her name is kept on /account/.
        from wagtail.admin.views.account import NameEmailSettingsPanel

        from lms.people import checks as checks
        from lms.people import receivers

        NameEmailSettingsPanel.is_active = lambda panel: False
        receivers.register_receivers()
        post_migrate.connect(_furnish, dispatch_uid="people.furnish")


def _furnish(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After the last app: only then do all permissions exist that groups are to be given.

    A migration run that stopped early, or went back, may have left tables out: then there is nothing to furnish.
    """
    from lms.people.domain.groups import ensure_groups
    from lms.people.domain.notices import ensure_notices

    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    needed = {"people_privacynotice", "wagtailcore_grouppagepermission", "wagtailcore_groupcollectionpermission"}
    if sender == last and needed <= set(connections[using].introspection.table_names()):
        ensure_notices()
        ensure_groups()
