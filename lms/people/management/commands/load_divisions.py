"""Load places from a CSV table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from lms.people.domain.loading_divisions import TableRefused, load_divisions


class Command(BaseCommand):
    help = "Load or bring up to date the places in FILE (CSV: code,name,active_from,active_to,successor)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines, transaction.atomic():
                loaded = load_divisions(lines)
                transaction.set_rollback(dry_run)
        except (TableRefused, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{loaded.created} {would}created, {loaded.changed} {would}changed, {loaded.unchanged} as before"
        )
