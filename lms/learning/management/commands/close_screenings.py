"""manage.py close_screenings: close group viewings that a phone left open, and count what was lost on the way."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.learning.domain.viewing import close_left_open, count_uncounted
from lms.learning.models import GroupViewing


class Command(BaseCommand):
    help = "Close screenings whose film is over, and count ticks that nobody counted; may be run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        at, dry_run = timezone.now(), options["dry_run"]
        closed = close_left_open(GroupViewing.objects.all(), at=at, dry_run=dry_run)
        counted = count_uncounted(at=at, dry_run=dry_run)
        told = f"{len(closed)} screenings closed, {counted} ticks counted"
        self.stdout.write(told + (" (dry run)" if dry_run else ""))
