"""Settled reports of wrong captions go when their time is over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from media.domain.captioning import forget_reports


class Command(BaseCommand):
    help = "Delete settled reports of wrong captions whose time is over. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        count = forget_reports(at=timezone.now(), dry_run=dry_run)
        self.stdout.write(f"{count} settled reports {'would be ' if dry_run else ''}deleted")
