"""The worker that converts recordings and recognises speech, with the sweeper beside it."""

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from media.backends import stopping
from media.domain.sweeping import retry_stuck_videos

logger = logging.getLogger(__name__)


class MediaWorker(Worker):
    """Asked to stop, it gives a film in progress back at once instead of finishing it."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.ask()
        super().shutdown(signum, frame)


class Command(BaseCommand):
    help = "Work on the queue media until stopped, and find again what was lost on the way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, batch: bool, **options: Any) -> None:
        stopping.forget()
        sweep()
        done = threading.Event()
        sweeper = threading.Thread(target=keep_sweeping, args=(done,), daemon=True)
        worker = MediaWorker(
            queue_names=["media"],
            interval=1,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, worker.shutdown)
        sweeper.start()
        try:
            worker.run()
        finally:
            done.set()


def sweep() -> None:
    """Once; an error is logged and the next round comes."""
    try:
        swept = retry_stuck_videos(at=timezone.now())
    except Exception:
        logger.exception("Sweeping the recordings did not succeed.")
        return
    for reason, videos in (("taken back", swept.taken_back), ("tried again", swept.retried)):
        for video in videos:
            logger.info("Recording %s was %s.", video.code, reason)


def keep_sweeping(done: threading.Event) -> None:
    """Until the worker ends."""
    while not done.wait(settings.MEDIA_SWEEP_SECONDS):
        close_old_connections()
        sweep()
    connection.close()
