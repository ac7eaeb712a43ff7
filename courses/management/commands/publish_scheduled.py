"""manage.py publish_scheduled: Wagtail's, which stops at the first page that may not be published."""

from typing import Any

from django.utils import timezone
from wagtail.management.commands.publish_scheduled import Command as WagtailCommand

from courses.domain.publishing import withdraw_unready_schedules


class Command(WagtailCommand):
    help = "Publish what is due and unpublish what has expired. Pages that are not ready stay drafts; editors are told."

    def handle(self, *args: Any, **options: Any) -> None:
        refused = [] if options["dryrun"] else withdraw_unready_schedules(timezone.now())
        for page, reasons in refused:
            self.stderr.write(f"{page.title}: {' '.join(reasons)}")
        super().handle(*args, **options)
