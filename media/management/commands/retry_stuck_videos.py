"""The sweeper as a command."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from media.domain.sweeping import retry_stuck_videos


class Command(BaseCommand):
    help = "Take back recordings of dead workers, try again what failed for a while, queue what lost its task."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        swept = retry_stuck_videos(at=timezone.now(), dry_run=dry_run)
        for reason, videos in (
            ("taken back", swept.taken_back),
            ("tried again", swept.retried),
            ("queued again", swept.queued_again),
        ):
            for video in videos:
                self.stdout.write(f"{video.code} {reason}: {video.title}")
        total = len(swept.taken_back) + len(swept.retried) + len(swept.queued_again)
        self.stdout.write(f"{total} recordings{' would be' if dry_run else ''} sent on their way.")
