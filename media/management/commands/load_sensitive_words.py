"""The customer's list of sensitive words from a text file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from media.captions_text import bare
from media.models import SensitiveWord


class Command(BaseCommand):
    help = (
        "Add words from a UTF-8 text file, one a line; lines that begin with # are notes. Run again, it adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be added")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as UTF-8 text: {error}") from error
        words = {line.strip()[:60] for line in lines if bare(line) and not line.lstrip().startswith("#")}
        new = sorted(words - set(SensitiveWord.objects.values_list("text", flat=True)))
        if not dry_run:
            SensitiveWord.objects.bulk_create(SensitiveWord(text=word) for word in new)
        self.stdout.write(f"{len(new)} of {len(words)} words {'would be' if dry_run else 'were'} added.")
