"""manage.py load_outline: tracks, courses and lessons of an outline file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.domain.loading import OUTLINE_FILE, OutlineFileError, load_outline
from lms.lib.durations import beijing_day
from lms.people.models import Org


class Command(BaseCommand):
    help = "Load the course outline; may be run again at any time: what is there already stays as people left it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--org", metavar="CODE", help="the organisation that provides the courses")
        parser.add_argument("--track", nargs="+", metavar="ID", default=[], help="only these tracks")
        parser.add_argument("--file", type=Path, default=OUTLINE_FILE, metavar="PATH", help="another outline file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_outline(options["file"], org=self.org(options["org"]), only=options["track"])
        except OutlineFileError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 1:
            made: list[Any] = [*loaded.tracks, *loaded.courses, *loaded.lessons]
            for page in made:
                self.stdout.write(f"  {page.code}  {page.title}")
        if options["verbosity"] > 0:
            self.stdout.write(
                f"Made {len(loaded.tracks)} tracks, {len(loaded.courses)} courses, {len(loaded.lessons)} lessons."
            )
            if not options["org"] and any(course.org_id is None for course in loaded.courses):
                self.stdout.write("The courses are drafts: name their provider with --org to show them.")

    def org(self, code: str | None) -> Org | None:
        if not code:
            return None
        org = Org.objects.on(beijing_day(timezone.now())).filter(code=code).first()
        if org is None:
            raise CommandError(f"There is no organisation with the code {code}.")
        return org
