"""Workers of this machine are woken at once when there is work, instead of finding it when they next look.

Each waiting worker listens on a socket file beside the working folders. A word that is lost does no harm: the worker
looks by itself every second.
"""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path


def wake(folder: Path) -> None:
    """Tell every worker that listens in the folder to look for work; one that is gone is forgotten."""
    for path in folder.glob("wake-*"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.setblocking(False)
            try:
                bell.sendto(b"!", str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # full of earlier words, or a path too long for a socket: it looks by itself


class Sleeper:
    """Waits for a word, or for a time."""

    def __init__(self, listening: socket.socket | None) -> None:
        self._listening = listening

    def sleep(self, seconds: float) -> None:
        heard, _writable, _broken = select.select([self._listening] if self._listening else [], [], [], seconds)
        if heard and self._listening:
            with contextlib.suppress(BlockingIOError):
                while self._listening.recv(16):
                    pass


@contextlib.contextmanager
def listening(folder: Path, name: str) -> Iterator[Sleeper]:
    """Listen under a name of one's own until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"wake-{name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        path.unlink(missing_ok=True)
        try:
            ear.bind(str(path))
        except OSError:
            yield Sleeper(None)
            return
        try:
            yield Sleeper(ear)
        finally:
            path.unlink(missing_ok=True)
