"""Prove the ledger."""

from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.sealing import seal_faults
from lms.credits.models import CreditLedgerEntry, DailySeal


class Command(BaseCommand):
    help = "Prove that every hour traces back to its cause, none is missing, none is counted twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seals", action="store_true", help="check the daily seals as well")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for fault in chain(ledger_faults(), seal_faults() if options["seals"] else ()):
            found += 1
            self.stderr.write(fault)
        if found:
            raise CommandError(f"{found} differences in the credit ledger.")
        seals = f", {DailySeal.objects.count()} seals" if options["seals"] else ""
        self.stdout.write(f"{CreditLedgerEntry.objects.count()} entries{seals}, 0 differences.")
