"""Count again whoever was touched, so that the first page of the desk is up to date."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils import timezone

from lms.reports.rollups.folding import fold


class Command(BaseCommand):
    help = (
        "Take what happened into the roll-ups of the desk. With --every it goes on: as the service of that name does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="do not end, but look again after so long")

    def handle(self, *, every: float | None, verbosity: int, **options: Any) -> None:
        while True:
            try:
                people, is_more = 0, True
                while is_more:
                    folded = fold(at=timezone.now())
                    people, is_more = people + folded.people, folded.is_more
            except DatabaseError as error:
                if not every:
                    raise
                self.stderr.write(f"Not counted, tried again later: {error}")
                connections.close_all()
            if (people and verbosity > 1) or not every:
                self.stdout.write(f"{people} people counted.")
            if not every:
                break
            time.sleep(every)
