"""Make the standing of everybody again from facts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lms.credits.domain.assessing import assess_everybody
from lms.credits.domain.reassessing import go_on_with_all
from lms.lib.durations import beijing_day


class Command(BaseCommand):
    help = "Assess all cadres who have not been assessed today against what is required of them; --all: everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those who were assessed today")
        parser.add_argument("--dry-run", action="store_true", help="say what differs and change nothing")

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        def tell(done: int) -> None:
            if verbosity > 1:
                self.stdout.write(f"{done} people …")

        at = timezone.now()
        if not options["dry_run"]:
            go_on_with_all(at=at)
        done, differences = assess_everybody(
            on=beijing_day(at), anew=options["all"], dry_run=options["dry_run"], tell=tell
        )
        if options["all"] or options["dry_run"]:
            for line in differences:
                self.stdout.write(line)
        self.stdout.write(
            f"{done} people, {len(differences)} differences" + (" (dry run)." * options["dry_run"] or ".")
        )
