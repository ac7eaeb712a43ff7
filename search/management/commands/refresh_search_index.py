"""Bring into the index what a lost task left out, and count what is liked."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from search.domain.refreshing import refresh


class Command(BaseCommand):
    help = "Bring into the index what a lost task left out, count what is liked, forget questions older than a year."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        missing = refresh(timezone.now())
        if verbosity and missing:
            self.stdout.write(f"{missing} lessons, courses and recordings were missing in the index of search.")
