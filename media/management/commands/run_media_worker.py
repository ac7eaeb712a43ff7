"""The workers that convert recordings and recognise speech, one for each lane, with the sweeper beside them."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

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
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, worker.shutdown)
        if not parent:
            threading.Thread(target=keep_sweeping, args=(done,), daemon=True).start()
        try:
            while True:
                with nullcontext() if alone else long_lane_beside(done, batch=batch):
                    worker.run()
                if not (batch and worker.running and something_waits(lanes if alone else list(Lane))):
                    break
        finally:
            done.set()


def something_waits(lanes: list[Lane]) -> bool:
    """Whether a stage sent its recording on, into a lane whose worker had gone already."""
    return DBTaskResult.objects.ready().filter(queue_name__in=[lane.value for lane in lanes]).exists()


def end_with(parent: int) -> None:
    """Die with the worker that started this one, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The worker that started this one is gone.")


@contextmanager
def long_lane_beside(done: threading.Event, *, batch: bool) -> Iterator[None]:
    """A worker process for long recordings runs beside the block; in a batch the block ends with it."""
    thread = threading.Thread(target=keep_long_lane, args=(done, batch))
    thread.start()
    try:
        yield
    except BaseException:
        done.set()
        raise
    finally:
        if not batch:
            done.set()
        thread.join()


def keep_long_lane(done: threading.Event, batch: bool) -> None:
    """Start a worker process for long recordings, anew for each of them, until told or until a batch is done."""
    manage = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, manage, "run_media_worker", "--long-only", f"--parent={os.getpid()}"]
    while not done.is_set():
        child = subprocess.Popen([*command, "--batch"] if batch else command, start_new_session=True)  # noqa: S603
        while child.poll() is None and not done.is_set():
            done.wait(0.5)
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
