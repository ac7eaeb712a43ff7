"""Uploaded files that have served, by the rule of MEDIA_KEEP_SOURCES."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from media.domain.sources import drop_source, droppable
from media.enums import KeepSources


class Command(BaseCommand):
    help = "Delete uploaded files that have served, as MEDIA_KEEP_SOURCES says; what is streamed stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, dry_run: bool, verbosity: int, **options: Any) -> None:
        at, size_bytes, count = timezone.now(), 0, 0
        for video in droppable(at=at):
            if not dry_run:
                drop_source(video, at=at)
            count += 1
            size_bytes += video.source_size_bytes
            self.stdout.write(f"{video.code} {filesizeformat(video.source_size_bytes)}: {video.title}")
        if settings.MEDIA_KEEP_SOURCES == KeepSources.ALWAYS:
            self.stdout.write("Uploaded files are always kept (MEDIA_KEEP_SOURCES=always).")
        else:
            done = "would be" if dry_run else "were"
            self.stdout.write(f"{count} uploaded files {done} deleted, {filesizeformat(size_bytes)}.")
