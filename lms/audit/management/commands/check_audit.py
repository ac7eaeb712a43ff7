"""Prove that the audit log stands as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.audit.models import AuditEntry
from lms.audit.queries import log_faults


class Command(BaseCommand):
    help = "Check every link of the audit log; ends with an error when an entry was changed, removed or put in."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = log_faults()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the audit log.")
        self.stdout.write(f"{AuditEntry.objects.count()} audit entries, no faults.")
