"""Make the index of search anew while people search."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from search.domain.rebuilding import rebuild

# How often progress is told, in seconds.
TOLD_EVERY = 2.0


class Command(BaseCommand):
    help = "Make the index of search anew: lines of approved captions, pages, words and their sounds."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        told: dict[str, float] = {}
        began = time.monotonic()

        def tell(what: str, done: int, total: int) -> None:
            now = time.monotonic()
            if verbosity and (done >= total or now - told.get(what, 0) >= TOLD_EVERY):
                told[what] = now
                self.stdout.write(f"{what}: {done} of {total}")

        rebuild(tell)
        if verbosity:
            self.stdout.write(f"The index is new, after {time.monotonic() - began:.0f} s.")
