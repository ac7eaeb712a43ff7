"""manage.py make_synthetic_province: as many cadres as a province has, for measuring."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from lms.demo.domain.synthetic.making import NotSynthetic, make_province


class Command(BaseCommand):
    help = "Fill an empty database with so many people with posts and about five entries each; all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=100_000, help="how many (100000)")
        parser.add_argument("--seed", type=int, default=1, help="another number, another province (1)")

    def handle(self, *, people: int, seed: int, **options: Any) -> None:
        if not 1 <= people <= 5_000_000:
            raise CommandError("--people is a number from 1 to 5000000.")
        begun = time.monotonic()

        def tell(done: int, entries: int) -> None:
            self.stdout.write(f"{done:,} of {people:,} people, {entries:,} entries, {time.monotonic() - begun:.0f} s")
            self.stdout.flush()

        try:
            posts, entries = make_province(people, seed=seed, at=timezone.now(), tell=tell)
        except NotSynthetic as error:
            raise CommandError(str(error)) from None
        # SQLite would look at every row for a key that most rows lack (a reversal), once it has counted them.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        seconds = time.monotonic() - begun
        self.stdout.write(f"{people:,} people, {posts:,} posts and {entries:,} entries in {seconds:.0f} s.")
