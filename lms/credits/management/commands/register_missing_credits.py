"""Sweep: completions that should have hours and have none yet, merged and separated accounts, imports left half done.

Lists of hours that nobody confirmed for a week are thrown away as well.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lms.credits.domain.checking import completions_without_entries
from lms.credits.domain.importing import discard_forgotten
from lms.credits.domain.parting import part_records
from lms.credits.domain.registering import register_credit
from lms.credits.domain.settling_imports import settle_import, unsettled_imports
from lms.credits.domain.striking import objected_lessons, regain_hours, strike_hours
from lms.credits.domain.studying import source_of
from lms.credits.domain.uniting import persons_to_unite, unite_record
from lms.people.models import Merging


class Command(BaseCommand):
    help = "Register the hours of completions that have none yet, for instance because a task was lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for completion in list(completions_without_entries()):
            found += 1
            kind, pk = source_of(completion)
            self.stdout.write(f"person {completion.person_id}: {kind} {pk}")
            if not options["dry_run"]:
                register_credit(completion, at=timezone.now())
        for person, changes in list(persons_to_unite()):
            self.stdout.write(f"person {person.pk}: merged accounts count {len(changes)} entries twice or beyond a cap")
            if not options["dry_run"]:
                unite_record(person, at=timezone.now())
        for batch in unsettled_imports():
            self.stdout.write(f"import {batch.pk}: {batch.state}")
            if not options["dry_run"]:
                settle_import(batch, at=timezone.now())
        if not options["dry_run"]:
            discard_forgotten(at=timezone.now())
        for merging in Merging.objects.filter(undone_at__isnull=False) if not options["dry_run"] else ():
            part_records(merging, at=timezone.now())
        for lesson in objected_lessons() if not options["dry_run"] else ():
            strike_hours(lesson, at=timezone.now())
            regain_hours(lesson, at=timezone.now())
        self.stdout.write(f"{found} completions {'lack' if options['dry_run'] else 'lacked'} their hours.")
