"""`manage.py restore_backup BACKUP`: into the empty database and the empty storage that the settings name."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from lms.lib.files import stored
from lms.tools.backup import BackupRefused, differences, restore


class Command(BaseCommand):
    help = "Restore a backup into the database and the storage of the settings; both must be empty."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)

    def handle(self, *, backup: Path, **options: Any) -> None:
        place: dict[str, Any] = {"database": connection.settings_dict, "files_of": stored()}
        connection.close()
        try:
            manifest = restore(backup, **place)
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        found = differences(manifest, **place)
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"Restored {sum(manifest.rows.values())} rows and {len(manifest.files)} files.")
