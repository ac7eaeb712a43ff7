"""`manage.py sweep`: everything that must happen again and again, in order."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

# Facts still without their consequence first, then the seal over them, then what has had its time.
COMMANDS = (
    "publish_scheduled",
    "make_short_links",
    "close_screenings",
    "complete_missing_courses",
    "retry_stuck_videos",
    "make_small_posters",
    "drop_sources",
    "delete_orphan_files",
    "register_missing_credits",
    "assess_requirements",
    "tell_assigned",
    "send_waiting_sms",
    "fold_figures",
    "refresh_search_index",
    "seal_day",
    "forget_expired",
    "forget_messages",
    "forget_caption_reports",
    "forget_words",
    "forget_saved_views",
    "prune_db_task_results",
    "clearsessions",
    "speak_texts",
)
# Where many lessons are new their texts take hours to speak, and nothing waits for them: facts do.
SPEAK_SECONDS = 600


class Command(BaseCommand):
    help = f"Run every repeated job once: {', '.join(COMMANDS)}. One that fails is named and does not stop the others."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="do not end, but run again after so long")
        parser.add_argument(
            "--speak-seconds",
            type=float,
            default=SPEAK_SECONDS,
            metavar="SECONDS",
            help=f"have no further text spoken after so long ({SPEAK_SECONDS}); the next run goes on",
        )

    def handle(self, *, every: int | None, speak_seconds: float, verbosity: int, **options: Any) -> None:
        while True:
            failed = self.run_all(verbosity, speak_texts={"seconds": speak_seconds})
            if not every:
                break
            connections.close_all()
            time.sleep(every)
        if failed:
            raise CommandError(f"These did not succeed: {', '.join(failed)}.")

    def run_all(self, verbosity: int, **more: dict[str, Any]) -> list[str]:
        failed = []
        for name in COMMANDS:
            try:
                call_command(name, verbosity=verbosity, stdout=self.stdout, stderr=self.stderr, **more.get(name, {}))
            except Exception as error:
                self.stderr.write(f"{name}: {error}")
                failed.append(name)
        return failed
