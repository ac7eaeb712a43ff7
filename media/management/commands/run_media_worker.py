"""The workers that convert recordings and recognise speech, one for each lane, with the sweeper beside them."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
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

from lms.lib.files import work_root
from media.backends import stopping, waking
from media.backends.guard import PR_SET_PDEATHSIG
from media.domain.sweeping import retry_stuck_videos
from media.enums import Lane

logger = logging.getLogger(__name__)

# A worker of the long lane that ended badly is started again after so many seconds.
_PAUSE_SECONDS = 5
_LOOK_SECONDS = 1.0


class MediaWorker(Worker):
    """Works off its queues, then waits to be woken; asked to stop, it gives a film in progress back at once.

    With `once` it ends after the first film, and what recognition took of memory goes back with the process.
    """

    def __init__(self, lanes: list[Lane], *, batch: bool, once: bool, stopped: threading.Event) -> None:
        super().__init__(
            queue_names=[lane.value for lane in lanes],
            interval=_LOOK_SECONDS,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.ends_when_idle, self.once, self.stopped = batch, once, stopped

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.ask()
        self.stopped.set()
        super().shutdown(signum, frame)

    def run(self) -> None:
        with waking.listening(work_root(), self.queue_names[0]) as sleeper:
            while self.running:
                super().run()
                if self.ends_when_idle or (self.once and self._run_tasks):
                    return
                if self.running:
                    sleeper.sleep(_LOOK_SECONDS)


class Command(BaseCommand):
    help = "Work on recordings until stopped, short and long ones side by side; find again what was lost on the way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")
        parser.add_argument("--long-only", action="store_true", help="work on long recordings alone")
        parser.add_argument("--parent", type=int, default=0, metavar="PID", help="end when this process ends")

    def handle(self, *args: Any, batch: bool, long_only: bool, parent: int, **options: Any) -> None:
        stopping.forget()
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        if parent:
            end_with(parent)
            os.nice(settings.MEDIA_LONG_NICENESS)
        else:
            sweep()
        alone = long_only or settings.MEDIA_LANES == 1
        lanes = [Lane.LONG] if long_only else list(Lane) if alone else [Lane.SHORT]
        done = threading.Event()
        worker = MediaWorker(lanes, batch=batch, once=bool(parent), stopped=done)
        helpers = [] if parent else [threading.Thread(target=keep_sweeping, args=(done,), daemon=True)]
        if not alone:
            helpers.append(threading.Thread(target=keep_long_lane, args=(done, batch)))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, worker.shutdown)
        for helper in helpers:
            helper.start()
        try:
            worker.run()
        finally:
            if not batch:
                done.set()
            for helper in helpers:
                if not helper.daemon:
                    helper.join()
            done.set()


def end_with(parent: int) -> None:
    """Die with the worker that started this one, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The worker that started this one is gone.")


def keep_long_lane(done: threading.Event, batch: bool) -> None:
    """A worker process for long recordings, anew for each of them, until all is done."""
    command = [sys.executable, *sys.argv[:1], "run_media_worker", "--long-only", f"--parent={os.getpid()}"]
    while not done.is_set():
        child = subprocess.Popen([*command, "--batch"] if batch else command, start_new_session=True)  # noqa: S603
        while child.poll() is None and not done.is_set():
            done.wait(0.2)
        if done.is_set():
            child.terminate()
            child.wait()
        elif child.returncode:
            logger.warning("The worker for long recordings ended with %s.", child.returncode)
            done.wait(_PAUSE_SECONDS)
        if batch:
            return


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
