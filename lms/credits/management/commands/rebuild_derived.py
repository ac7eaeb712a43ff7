"""Make derived numbers again from the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lms.credits.domain.rebuilding import persons_with_entries, rebuild_person


class Command(BaseCommand):
    help = "Make the sums of every person's years again from the ledger and say what differed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        persons = persons_with_entries()
        differences = [line for person_id in persons for line in rebuild_person(person_id, dry_run=options["dry_run"])]
        for line in differences:
            self.stdout.write(line)
        self.stdout.write(f"{len(persons)} persons, {len(differences)} differences.")
