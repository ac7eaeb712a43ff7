"""`manage.py backup_keys FILE`: the keys, to be kept apart from the data that they open."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.tools.backup import MANIFEST


class Command(BaseCommand):
    help = "Write the keys of the site as lines of an environment file, readable by their owner only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        file = file.resolve()
        homes = [Path(settings.MEDIA_ROOT).resolve(), Path(settings.VAR_DIR).resolve()]
        beside_data = any(list(folder.glob(f"*/{MANIFEST}")) or (folder / MANIFEST).exists() for folder in file.parents)
        if beside_data or any(file.is_relative_to(home) for home in homes):
            raise CommandError("Keys do not belong beside the data that they open: choose another place.")
        pairs = ",".join(f"{key_id}={secret}" for key_id, secret in settings.FIELD_KEYS.items())
        text = f"SECRET_KEY={settings.SECRET_KEY}\nFIELD_KEYS={pairs}\nSEALING_KEY={settings.SEALING_KEY}\n"
        text += f"BADGE_KEY={settings.BADGE_KEY}\n" if settings.BADGE_KEY else ""
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
        self.stdout.write(f"Keys written to {file}. Move it to where the backups of the data are not.")
