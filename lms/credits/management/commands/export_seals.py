"""Write the daily seals into a file for another building."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lms.credits.domain.seal_files import seals_as_text
from lms.credits.models import DailySeal


class Command(BaseCommand):
    help = "Write the daily seals into a file; keep it where nobody who runs this machine can change it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--since", type=date.fromisoformat, help="from this day on only")

    def handle(self, *args: Any, **options: Any) -> None:
        seals = DailySeal.objects.order_by("day")
        if options["since"]:
            seals = seals.filter(day__gte=options["since"])
        text = seals_as_text(seals, at=timezone.now())
        options["file"].write_text(text, encoding="utf-8")
        self.stdout.write(
            f"{seals.count()} seals in {options['file']}. Check with: check_ledger --seals {options['file']}"
        )
