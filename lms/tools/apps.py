"""The house's tools as an app: commands for operators, and the guard at the door of production."""

import atexit
import gc

from django.apps import AppConfig, apps
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ToolsConfig(AppConfig):
    name = "lms.tools"
    label = "tools"
    verbose_name = _("Operation")

    def ready(self) -> None:
        from lms.tools.guard import check_start, note_keys_after_migrating

        register(check_start)
        # This app has no tables, so it listens to the one whose log it writes to.
        post_migrate.connect(note_keys_after_migrating, sender=apps.get_app_config("audit"))
        # What is loaded by now stays. Searched for garbage, again and again and once more at the end, it took a command
        # that does next to nothing a third of its time. What the end would then leave open is closed.
        gc.freeze()
        atexit.register(connections.close_all)
