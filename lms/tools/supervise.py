"""Start several programs, watch them, and stop every one of them with everything that they started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SET_PARENT_DEATH_SIGNAL = 1  # of Linux' prctl
SECONDS_TO_STOP = 8
LONGEST_PAUSE_SECONDS = 60
MOST_TRIES = 3  # of a program that is to end well once


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or the terminal was closed."""


class ChildDied(Exception):
    """A program that must not end has ended; the message says which and why."""


def _asked_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)


def stop_on_signals() -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal raise Stopped."""
    for number in STOP_SIGNALS:
        signal.signal(number, _asked_to_stop)


@dataclass
class Child:
    """A program. `vital`: its end ends all. `once`: it may end well. Otherwise it is started again after a pause."""

    name: str
    command: list[str]
    log: Path
    vital: bool = False
    once: bool = False
    done: bool = False
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    next_start: float = 0.0
    started: float = field(default=0.0)

    def last_words(self, lines: int = 12) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def how_it_ended(code: int) -> str:
    return f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


class Supervisor:
    """Children in process groups of their own, so that what they started ends with them."""

    def __init__(self, children: list[Child], *, environment: dict[str, str], folder: Path, say: Callable[[str], None]):
        self.children = children
        self.environment = environment
        self.folder = folder
        self.say = say

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *error: object) -> None:
        for number in STOP_SIGNALS:  # a second Ctrl-C must not leave a child behind
            signal.signal(number, signal.SIG_IGN)
        self.stop()

    def start(self) -> None:
        for child in self.children:
            self._start(child)

    def _start(self, child: Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        libc = ctypes.CDLL(None)
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Should this program be killed without a chance to tidy up, the children are told.
                preexec_fn=lambda: libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM),
            )
        child.started = time.monotonic()

    def look(self) -> None:
        """Notice who has ended: raise ChildDied for a vital one, start another again after a pause."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.next_start and not child.done:
                    self._start(child)
                continue
            code = child.process.poll()
            if code is None:
                continue
            self._stop_group(child.process.pid, signal.SIGKILL)
            child.process = None
            if child.once and code == 0:
                child.done = True
                continue
            ending = f"The {child.name} {how_it_ended(code)}."
            if child.vital:
                raise ChildDied(f"{ending} Its last words, from {child.log}:\n{child.last_words()}")
            child.failures = 1 if now - child.started > 300 else child.failures + 1
            if child.once and child.failures == MOST_TRIES:
                child.done = True
                self.say(f"{ending} Not trying again; what it said stands in {child.log}.")
                continue
            pause = min(2**child.failures, LONGEST_PAUSE_SECONDS)
            child.next_start = now + pause
            self.say(
                f"{ending} Starting it again in {pause} s. Its last words, from {child.log}:\n{child.last_words(4)}"
            )

    def stop(self) -> None:
        """Ask every group to end, wait a little, then end it."""
        running = [child.process for child in self.children if child.process]
        for process in running:
            self._stop_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in running:
            self._stop_group(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def _stop_group(group: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
