"""manage.py forget_words: words and votes of closed accounts, mistakes long answered and old devices are deleted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.learning.domain.forgetting import forget_words


class Command(BaseCommand):
    help = "Delete what learners wrote, and on which device they learnt, once its time is over. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        would = "would be " if options["dry_run"] else ""
        for label, count in forget_words(at=timezone.now(), dry_run=options["dry_run"]).items():
            self.stdout.write(f"{label}: {count} {would}emptied or deleted")
