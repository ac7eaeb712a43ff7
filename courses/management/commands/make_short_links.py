"""Short links for lessons that have none yet."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from courses.domain.linking import make_missing_links


class Command(BaseCommand):
    help = "Give a short link to every lesson that has none: lessons that were written past the stories."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        made = make_missing_links(dry_run=dry_run)
        self.stdout.write(f"{made} short links {'would be' if dry_run else 'were'} made.")
