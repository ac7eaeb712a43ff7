"""How far a stage is, how fast it goes now, and what it costs the processor."""

import resource
from collections import deque
from dataclasses import dataclass, field
from typing import Any

# The pace is that of the last stretch of work: long enough to be smooth, short enough to follow a change.
_LOOKED_BACK_SECONDS = 60.0
# Too little was seen before to say anything.
_SEEN_AT_LEAST_SECONDS = 3.0


def cpu_seconds() -> float:
    """Processor seconds of this process and of all the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@dataclass
class Pace:
    """What is done of how much, at moments of one steady clock; what it says never goes back."""

    _seen: deque[tuple[float, float]] = field(default_factory=deque)
    _done: float = 0.0
    _of: float | None = None
    _percent: int = 0

    def note(self, done: float, of: float | None, now: float) -> None:
        """So much is done by now; less than before is not believed."""
        self._done = max(done, self._done)
        self._of = of
        self._seen.append((now, self._done))
        while len(self._seen) > 2 and now - self._seen[1][0] > _LOOKED_BACK_SECONDS:
            self._seen.popleft()

    def said(self, now: float) -> dict[str, Any]:
        """{"done", "percent": 0–99 | None, "left_seconds": seconds | None}, as it stands in the row."""
        if self._of:
            self._percent = max(self._percent, min(int(100 * self._done / self._of), 99))
        return {
            "done": round(self._done, 1),
            "percent": self._percent if self._of else None,
            "left_seconds": self._left(now),
        }

    def _left(self, now: float) -> int | None:
        """At the pace of the last minute; nobody can say while nothing moves."""
        if not self._of or not self._seen:
            return None
        began, before = self._seen[0]
        if now - began < _SEEN_AT_LEAST_SECONDS or self._done <= before:
            return None
        pace = (self._done - before) / (now - began)
        return max(round((self._of - self._done) / pace), 0)
