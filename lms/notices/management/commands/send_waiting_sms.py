"""manage.py send_waiting_sms: reminders that a killed process left half written are finished; what waits goes out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.notices.domain.hours import may_send
from lms.notices.domain.reminding import finish_reminders
from lms.notices.domain.sending import AT_ONCE, send_waiting, settle_left_behind
from lms.notices.enums import SmsState
from lms.notices.models import Sms


class Command(BaseCommand):
    help = "Send reminders by SMS that wait, between 8:00 and 20:00 Beijing time; nothing is ever sent twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what waits, and send nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        at = timezone.now()
        if dry_run:
            waiting = Sms.objects.filter(state=SmsState.QUEUED).count()
            self.stdout.write(f"Reminders still to be written: {finish_reminders(dry_run=True)}.")
            self.stdout.write(f"SMS that wait: {waiting}. They {'may' if may_send(at) else 'may not'} go out now.")
            return
        written = finish_reminders()
        left = settle_left_behind(at=at)
        tried = total = send_waiting()
        while tried == AT_ONCE:
            tried = send_waiting()
            total += tried
        self.stdout.write(f"Reminders written: {written}; SMS tried: {total}; left behind by a dead worker: {left}")
