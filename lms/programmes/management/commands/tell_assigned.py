"""manage.py tell_assigned: who came into a unit since a course was assigned to it is told."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.programmes.domain.telling import tell_all


class Command(BaseCommand):
    help = "Tell everybody to whom a course is assigned and who was not told yet. Run it every hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the assignments that would be looked at")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        count = tell_all(at=timezone.now(), dry_run=dry_run)
        self.stdout.write(f"Assignments to look at: {count}" if dry_run else f"People told: {count}")
