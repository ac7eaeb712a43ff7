"""Smaller posters for recordings that have none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from media.domain.shrinking import shrink_poster, without_small_posters


class Command(BaseCommand):
    help = "Make the poster of older recordings in the sizes and formats that pages show."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        count = 0
        for video in without_small_posters():
            try:
                made = dry_run or shrink_poster(video)
            except OSError as error:
                self.stderr.write(f"{video.code}: {error}")
                continue
            if made:
                count += 1
                self.stdout.write(f"{video.code}: {video.title}")
        self.stdout.write(f"{count} posters {'would be' if dry_run else 'were'} made smaller.")
