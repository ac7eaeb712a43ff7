"""`manage.py backup FOLDER`: the database and the files, without keys."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.tools.backup import BackupRefused, read_manifest, save


class Command(BaseCommand):
    help = "Back up the database and the files into FOLDER; only what changed since the last time is copied."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            backup = save(folder, at=timezone.now())
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        manifest = read_manifest(backup)
        self.stdout.write(f"{backup}: {sum(manifest.rows.values())} rows, {len(manifest.files)} files.")
