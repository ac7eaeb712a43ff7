"""manage.py complete_missing_courses: complete courses whose rule is met without anybody having noticed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.learning.domain.completing import complete_missing_courses


class Command(BaseCommand):
    help = "Complete each course whose rule is met and that no completion says so of; may be run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = complete_missing_courses(at=timezone.now(), dry_run=options["dry_run"])
        for enrolment in found:
            self.stdout.write(f"person {enrolment.person_id}: {enrolment.page.title}")
        self.stdout.write(f"{len(found)} courses completed" + (" (dry run)" if options["dry_run"] else ""))
