"""Files of recordings that no row names, and what lies about of broken work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from media.domain.orphans import delete_orphans, orphans


class Command(BaseCommand):
    help = "Delete files of recordings that no row names and working folders of dead workers, all older than a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        found = orphans(at=timezone.now())
        for file in found.files:
            self.stdout.write(f"file {file.name} {filesizeformat(file.size_bytes)}")
        for folder in found.folders:
            self.stdout.write(f"working folder {folder.name}")
        for name, _upload_id in found.uploads:
            self.stdout.write(f"unfinished upload {name}")
        if not dry_run:
            delete_orphans(found)
        done = "would be" if dry_run else "were"
        self.stdout.write(
            f"{len(found.files)} files ({filesizeformat(found.size_bytes)}), {len(found.folders)} working folders and "
            f"{len(found.uploads)} unfinished uploads {done} deleted."
        )
