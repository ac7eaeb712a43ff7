"""`manage.py restore_drill FOLDER`: prove that the newest backup can be restored."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from lms.lib.files import DiskStorage
from lms.tools.backup import BackupRefused, Manifest, differences, latest, restore


@contextmanager
def empty_database(folder: Path) -> Iterator[dict[str, Any]]:
    """Settings of an empty database like the one in use, removed afterwards."""
    if connection.vendor == "sqlite":
        yield {**connection.settings_dict, "NAME": str(folder / "drill.sqlite3")}
        return
    name = f"{connection.settings_dict['NAME']}_drill_{secrets.token_hex(4)}"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    try:
        yield {**connection.settings_dict, "NAME": name}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")


class Command(BaseCommand):
    help = "Restore a backup into an empty place and compare rows, ledger heads, file hashes and keys; keep nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder given to backup, or one backup in it")

    def handle(self, *, folder: Path, **options: Any) -> None:
        backup = latest(folder) or folder
        with tempfile.TemporaryDirectory(prefix="tianjian-drill-") as scratch:
            with empty_database(Path(scratch)) as database:
                place: dict[str, Any] = {"database": database, "files_of": DiskStorage(Path(scratch) / "files")}
                try:
                    manifest = restore(backup, **place)
                    found = differences(manifest, **place)
                except (BackupRefused, OSError) as error:
                    raise CommandError(str(error)) from error
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(self.summary(backup, manifest))

    def summary(self, backup: Path, manifest: Manifest) -> str:
        return (
            f"{backup} restored and compared: {len(manifest.rows)} tables with {sum(manifest.rows.values())} rows, "
            f"{len(manifest.heads)} hash chains, {len(manifest.files)} files, {len(manifest.keys)} keys. No difference."
        )
