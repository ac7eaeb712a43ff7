"""manage.py rebuild_learning: compute what was watched from the receipts, and repair what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lms.learning.domain.rebuilding import rebuild_watch_records


class Command(BaseCommand):
    help = "Compute watch records from receipts and settlements, repair what differs; may be run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="report differences and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = rebuild_watch_records(dry_run=options["dry_run"])
        for each in found:
            kept, proven = each.kept.pairs, each.proven.pairs
            self.stdout.write(f"watch record {each.record_id}, {each.kind}: {kept} instead of {proven}")
        self.stdout.write(f"{len(found)} differences" + (" (dry run)" if options["dry_run"] else ""))
