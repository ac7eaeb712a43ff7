"""manage.py forget_saved_views: views of closed accounts are deleted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lms.reports.saved.keeping import forget_views


class Command(BaseCommand):
    help = "Delete the saved views of officers whose accounts are closed. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(f"{forget_views(dry_run=options['dry_run'])} saved views {would}deleted")
