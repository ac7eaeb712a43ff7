"""Delete what is kept no longer."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.people.domain.forgetting import forget_expired


class Command(BaseCommand):
    help = "Delete codes, tallies, message records and sessions whose time is over. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for label, count in forget_expired(at=timezone.now(), dry_run=dry_run).items():
            self.stdout.write(f"{label}: {count} {'would be ' if dry_run else ''}deleted")
        if not dry_run:
            call_command("clearsessions")
