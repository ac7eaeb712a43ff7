"""Sound for texts that pages offer to read aloud."""

import math
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from media.backends.speak import voice
from media.domain.speaking import forget_needless, speak_missing


class Command(BaseCommand):
    help = (
        "Render what pages offer to read aloud and was not rendered yet (lessons, questions, privacy notices), and "
        "delete what no page has needed for a month."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--seconds", type=float, default=math.inf, help="begin no further text after so long; the next run goes on"
        )

    def handle(self, *args: Any, dry_run: bool, seconds: float, **options: Any) -> None:
        at = timezone.now()
        if voice() is None:
            self.stdout.write("SPEAK_BACKEND is none: nothing is rendered.")
        done = speak_missing(at=at, seconds=seconds, dry_run=dry_run)
        forgotten = forget_needless(at=at, dry_run=dry_run)
        would = "would be" if dry_run else "were"
        self.stdout.write(f"{done.spoken} texts {would} rendered, {forgotten} {would} deleted.")
        if done.failed:
            self.stderr.write(f"{done.failed} texts could not be rendered: {' '.join(done.reasons)}")
