"""Make the roll-ups of the desk again from facts, or say where they differ."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.reports.rollups.rebuilding import differences, rebuild


class Command(BaseCommand):
    help = (
        "Count everybody for the roll-ups of the desk from nothing; --dry-run: only say where they differ from facts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what differs and change nothing")

    def handle(self, *, dry_run: bool, verbosity: int, **options: Any) -> None:
        def tell(done: int) -> None:
            if verbosity > 1:
                self.stdout.write(f"{done} people …")

        if not dry_run:
            self.stdout.write(f"{rebuild(at=timezone.now(), tell=tell)} people counted.")
            return
        count = 0
        for line in differences(tell=tell):
            self.stdout.write(line)
            count += 1
        if count:
            raise CommandError(f"{count} differences. rebuild_figures makes the roll-ups again.")
        self.stdout.write("0 differences.")
