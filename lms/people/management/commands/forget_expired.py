"""Delete what is kept no longer."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.people.domain.forgetting import forget_expired

# The law asks for half a year at least; twelve months are our default.
SIGN_IN_LOG_DAYS = 365


class Command(BaseCommand):
    help = "Delete codes, tallies, message records, sessions and sign-in logs whose time is over. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for label, count in forget_expired(at=timezone.now(), dry_run=dry_run).items():
            self.stdout.write(f"{label}: {count} {'would be ' if dry_run else ''}deleted")
        if not dry_run:
            call_command("clearsessions")
            call_command("axes_reset_logs", age=SIGN_IN_LOG_DAYS, stdout=self.stdout)
