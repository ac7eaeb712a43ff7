"""Threads that bring watch reports at the same moment: one of them commits for all (`grouping`), the others wait."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from django.db import close_old_connections, connection

from lms.learning.domain.grouping import Sent, accept_reports
from lms.learning.domain.queueing import in_turn

# So many reports share a commit at most: more would save little and keep the first one waiting.
MOST = 64

# While several come at once, a leader waits so long for more before it begins: a commit costs more than the wait.
GATHER_SECONDS = 0.003


@dataclass(slots=True, eq=False)
class _Call:
    """The reports of one request, and the bell that wakes its thread."""

    reports: list[Sent]
    bell: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False


class Group:
    """Threads that bring reports at the same time: one of them leads and commits what all have brought meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[_Call] = deque()
        self._is_led = False
        self._is_busy = False
        # How many requests are here, waiting or being judged.
        self.underway = 0

    def take(self, reports: list[Sent]) -> None:
        """Judge the reports together with those of other threads; each has its outcome when this returns."""
        call = _Call(reports)
        call.bell.acquire()
        with self._lock:
            self._calls.append(call)
            self.underway += 1
            call.leads, self._is_led = not self._is_led, True
        if not call.leads:
            call.bell.acquire()
        if call.leads:
            self._lead()

    def _lead(self) -> None:
        calls: list[_Call] = []
        try:
            if not connection.in_atomic_block:  # within one, as in tests, it is not ours to close
                close_old_connections()
            if self._is_busy:
                time.sleep(GATHER_SECONDS)
            with in_turn():
                calls = self._those_waiting()
                self._is_busy = len(calls) > 1
                accept_reports([report for each in calls for report in each.reports])
        finally:
            with self._lock:
                calls = calls or self._pop()
                self.underway -= len(calls)
                self._is_led = bool(self._calls)
                if self._calls:
                    self._calls[0].leads = True
                    self._calls[0].bell.release()
            for each in calls:
                if not each.leads:
                    each.bell.release()

    def _those_waiting(self) -> list[_Call]:
        with self._lock:
            return self._pop()

    def _pop(self) -> list[_Call]:
        """The calls at the head of the queue; the leader's own is the first."""
        calls: list[_Call] = []
        count = 0
        while self._calls and (not calls or count + len(self._calls[0].reports) <= MOST):
            calls.append(self._calls.popleft())
            count += len(calls[-1].reports)
        return calls


GROUP = Group()
