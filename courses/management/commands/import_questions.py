"""manage.py import_questions: questions of a file into the bank."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.domain.importing import confirm_import, read_import
from courses.domain.question_files import FileRefused
from courses.models import QuestionSet
from lms.lib.durations import beijing_day
from lms.people.models import Org


class Command(BaseCommand):
    help = "Import questions from GIFT, Aiken, Moodle XML or a sheet (XLSX); what is there already is left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--set", type=int, metavar="ID", help="the quiz that gets the questions")
        target.add_argument("--org", metavar="CODE", help="the organisation that gets a new quiz")
        parser.add_argument("--title", default="", help="title of the new quiz; the name of the file if left out")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        into = QuestionSet.objects.select_related("org").filter(pk=options["set"]).first()
        org = into.org if into else Org.objects.on(beijing_day(now)).filter(code=options["org"] or "").first()
        if org is None:
            raise CommandError("There is no such quiz or organisation.")
        path: Path = options["file"]
        try:
            content = path.read_bytes()
            read = read_import(
                path.name, content, org=org, into=into, title=options["title"] or path.stem, by=None, at=now
            )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except FileRefused as error:
            raise CommandError(str(error)) from error
        for row in read.rows:
            if row["defect"] or row["repeats"]:
                self.stdout.write(f"  {row['place']}: {row['defect'] or 'repeats ' + row['repeats']}")
        if options["dry_run"]:
            good = sum(not row["defect"] and not row["repeats"] for row in read.rows)
            read.delete()
            self.stdout.write(f"{good} of {len(read.rows)} questions would be imported.")
            return
        quiz, added = confirm_import(read, by=None, at=now)
        self.stdout.write(f"Imported {added} of {len(read.rows)} questions into quiz {quiz.pk}, {quiz}.")
