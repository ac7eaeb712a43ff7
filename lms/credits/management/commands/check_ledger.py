"""Prove the ledger."""

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.seal_files import MOST_BYTES, NotASealFile, file_faults
from lms.credits.domain.sealing import seal_faults
from lms.credits.models import CreditLedgerEntry, DailySeal


def _text_of(name: str) -> str:
    try:
        path = Path(name)
        if path.stat().st_size > MOST_BYTES:
            raise NotASealFile("It is too large.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotASealFile(f"It cannot be read: {error}.") from error


class Command(BaseCommand):
    help = "Prove that every hour traces back to its cause, none is missing, none is counted twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seals",
            nargs="?",
            const="",
            metavar="FILE",
            help="check the daily seals as well: those kept here, or also those of a file that was kept elsewhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        with_seals = options["seals"] is not None
        try:
            of_file = file_faults(_text_of(options["seals"])) if options["seals"] else iter(())
            for fault in chain(ledger_faults(), seal_faults() if with_seals else (), of_file):
                found += 1
                self.stderr.write(fault)
        except NotASealFile as error:
            raise CommandError(f"{options['seals']}: {error}") from error
        if found:
            raise CommandError(f"{found} differences in the credit ledger.")
        seals = f", {DailySeal.objects.count()} seals" if with_seals else ""
        self.stdout.write(f"{CreditLedgerEntry.objects.count()} entries{seals}, 0 differences.")
