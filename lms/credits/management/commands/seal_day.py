"""Seal the ledger at the end of a day."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.credits.domain.sealing import DayIsNotOver, SealedOutOfOrder, last_day_over, seal_day


class Command(BaseCommand):
    help = "Sign the heads of all chains as they stood at the end of a day in Beijing; of the newest one that is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = options["day"] or last_day_over(now)
        try:
            seal = seal_day(day, at=now)
        except (DayIsNotOver, SealedOutOfOrder) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{seal.day}: {seal.heads} chains, root {seal.root}")
