"""Delete messages that are kept no longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.notices.domain.forgetting import forget_messages


class Command(BaseCommand):
    help = "Delete messages, SMS and reminders whose time is over. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for label, count in forget_messages(at=timezone.now(), dry_run=dry_run).items():
            self.stdout.write(f"{label}: {count} {'would be ' if dry_run else ''}deleted")
