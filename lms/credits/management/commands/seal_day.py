"""Seal the ledger at the end of a day."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.credits.domain.sealing import DayIsNotOver, SealedOutOfOrder, seal_day
from lms.lib.durations import beijing_day


class Command(BaseCommand):
    help = "Sign the heads of all chains as they stood when the day ended in Beijing; yesterday unless told otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = options["day"] or beijing_day(now) - timedelta(days=1)
        try:
            seal = seal_day(day, at=now)
        except (DayIsNotOver, SealedOutOfOrder) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{seal.day}: {seal.heads} chains, root {seal.root}")
