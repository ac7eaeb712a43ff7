"""The rules of evidence as pure functions: what a report may add, and which real time pays for it.

Time is counted in whole milliseconds since 1970 and lesson time in whole seconds, so every sum is exact. A lesson
second costs `COST_MS` of a person's real time, which is the same as saying that nobody watches faster than
`TOP_SPEED`; no millisecond pays twice, over all lessons, tabs and devices.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lms.learning.enums import RefusalReason
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.stretches import Stretches

# Lesson seconds that one real second pays at most: the fastest speed the player offers.
TOP_SPEED = 2
COST_MS = 1000 // TOP_SPEED

# What a player may hold back before the server hears of it.
HOLD_BACK = timedelta(minutes=15)
# A session not heard of for longer is over.
SESSION_VALID = timedelta(days=7)
# A lesson fetched to be watched without network pays for so long after it was fetched, and all of a person's
# packages together so many lesson seconds of each day in Beijing.
PACKAGE_VALID = timedelta(days=7)
OFFLINE_DAY_SECONDS = 4 * 3600
# Paid time is remembered longer than any window can reach back.
PAID_KEPT = timedelta(days=8)
# Behind this, short pauses between paid times are closed, so that the set stays small.
FINE_FOR = timedelta(minutes=30)
COARSE_GAP_MS = 60_000

# In the mean one report in two seconds and person; after a silence many may come at once.
REPORT_SPACING = timedelta(seconds=2)
REPORT_BURST = timedelta(minutes=10)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PAIR = struct.Struct("<qq")


def to_ms(at: datetime) -> int:
    """The moment in whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, slots=True)
class PaidTime:
    """Real time that has paid, as disjoint spans [start, end) of milliseconds in order, none touching the next."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> PaidTime:
        """What `to_bytes` wrote."""
        return cls(tuple(_PAIR.iter_unpack(bytes(data))))

    def to_bytes(self) -> bytes:
        return b"".join(_PAIR.pack(start, end) for start, end in self.spans)

    @property
    def ms(self) -> int:
        """How much it is."""
        return sum(end - start for start, end in self.spans)

    def free(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What has not paid within [start, end), in order."""
        for paid_start, paid_end in self.spans:
            if paid_end <= start:
                continue
            if paid_start >= end:
                break
            if start < paid_start:
                yield start, paid_start
            start = paid_end
        if start < end:
            yield start, end

    def pay(self, seconds: int, start: int, end: int, *, cost_ms: int = COST_MS) -> tuple[int, PaidTime]:
        """Pay for up to so many lesson seconds from the free time in [start, end), earliest first.

        Returns how many could be paid, and the paid time afterwards. Earliest first, because the earliest time is
        the first that later windows no longer reach.
        """
        free = list(self.free(start, end))
        paid = min(seconds, sum(stop - begin for begin, stop in free) // cost_ms)
        left, spent = paid * cost_ms, []
        for begin, stop in free:
            if not left:
                break
            taken = min(left, stop - begin)
            spent.append((begin, begin + taken))
            left -= taken
        return paid, PaidTime(_united([*self.spans, *spent]) if spent else self.spans)

    def without(self, other: PaidTime) -> PaidTime:
        """What has paid here and not there: time that is given back."""
        left = (span for start, end in self.spans for span in other.free(start, end))
        return PaidTime(tuple(left))

    def joined(self) -> PaidTime:
        """With the short pauses closed: somebody who watches is not elsewhere between two reports."""
        joined: list[tuple[int, int]] = []
        for start, end in self.spans:
            if joined and start - joined[-1][1] <= COARSE_GAP_MS:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return PaidTime(tuple(joined))

    def united(self, other: PaidTime) -> PaidTime:
        """What has paid for one or the other: two accounts of one human being."""
        return PaidTime(_united([*self.spans, *other.spans]))

    def tidied(self, at: datetime) -> PaidTime:
        """Without what no window reaches any more, and with the short pauses of some while ago closed.

        Closing a pause only ever takes time away from a forger: an honest person spent it watching what the
        spans on both sides paid for, since at ordinary speed half of the time suffices to pay.
        """
        forgotten, coarse = to_ms(at - PAID_KEPT), to_ms(at - FINE_FOR)
        kept: list[tuple[int, int]] = []
        for start, end in self.spans:
            if end <= forgotten:
                continue
            if kept and end <= coarse and start - kept[-1][1] <= COARSE_GAP_MS:
                kept[-1] = (kept[-1][0], end)
            else:
                kept.append((start, end))
        return PaidTime(tuple(kept))


def _united(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(united)


def window(*, opened_at: datetime, last_contact_at: datetime, at: datetime) -> tuple[datetime, datetime]:
    """The real time from which an online report arriving at `at` may be paid.

    It ends at arrival, or where the player may no longer have held back since the session's last contact, and
    reaches back as far as a player may hold back, never before the session was opened. So it holds the time since
    the last contact, and reports that overtook each other on a bad network find their own time still there.
    """
    end = min(at, last_contact_at + HOLD_BACK)
    return max(opened_at, end - HOLD_BACK), end


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a report brings: `accepted` counts, `new` is the part of it not counted before."""

    accepted: Stretches
    new: Stretches
    refused: Stretches
    reason: RefusalReason | None
    paid: PaidTime


def judge(
    reported: Stretches,
    *,
    covered: Stretches,
    lesson_seconds: int,
    paid: PaidTime,
    opened_at: datetime,
    last_contact_at: datetime,
    at: datetime,
    taken_down_at: datetime | None = None,
) -> Verdict:
    """Judge one online report: clip it to the lesson, pay for what is new, refuse with a reason what cannot be paid.

    Seconds covered before are accepted and cost nothing. Time after a takedown pays nothing.
    """
    within = reported.clip(0, lesson_seconds)
    wanted = within - covered
    start, end = window(opened_at=opened_at, last_contact_at=last_contact_at, at=at)
    reason = RefusalReason.CLOCK
    if at - last_contact_at > SESSION_VALID:
        reason, end = RefusalReason.TOO_LATE, start
    elif taken_down_at is not None and taken_down_at < end:
        reason, end = RefusalReason.TAKEN_DOWN, taken_down_at
    count, paid = paid.pay(wanted.seconds, to_ms(start), to_ms(end))
    new = wanted if count == wanted.seconds else wanted.first(count)
    refused = wanted - new
    return Verdict((within & covered) | new, new, refused, reason if refused else None, paid.tidied(at))


def judge_package(
    reported: Stretches,
    *,
    covered: Stretches,
    lesson_seconds: int,
    paid: PaidTime,
    days: Mapping[date, int],
    issued_at: datetime,
    valid_until: datetime,
    at: datetime,
    taken_down_at: datetime | None = None,
) -> tuple[Verdict, dict[date, int]]:
    """Judge one report of an offline package, and say how many of its seconds each day in Beijing paid.

    Paid is from the package's issue to arrival, earliest free time first, each day up to what `days`, the lesson
    seconds it paid for packages before, leaves of OFFLINE_DAY_SECONDS. Seconds known by any kind of evidence are
    accepted and cost nothing. After `valid_until` nothing is paid, nor is time after a takedown.
    """
    within = reported.clip(0, lesson_seconds)
    wanted = within - covered
    reason, end = RefusalReason.CLOCK, at
    if at > valid_until:
        reason, end = RefusalReason.PACKAGE_OVER, issued_at
    elif taken_down_at is not None and taken_down_at < at:
        reason, end = RefusalReason.TAKEN_DOWN, taken_down_at
    spent: dict[date, int] = {}
    left = wanted.seconds
    for day, start, stop in days_between(issued_at, end):
        allowed = max(0, OFFLINE_DAY_SECONDS - days.get(day, 0))
        count, paid = paid.pay(min(left, allowed), start, stop)
        left -= count
        if count:
            spent[day] = count
        if not left:
            break
        # The day had more free time than it may pay.
        if count == allowed and paid.pay(1, start, stop)[0] and reason == RefusalReason.CLOCK:
            reason = RefusalReason.DAY_FULL
    new = wanted.first(wanted.seconds - left)
    refused = wanted - new
    return Verdict((within & covered) | new, new, refused, reason if refused else None, paid.tidied(at)), spent


def days_between(start: datetime, end: datetime) -> Iterator[tuple[date, int, int]]:
    """The days in Beijing that [start, end) touches, each with its part of it in milliseconds since 1970."""
    while start < end:
        day = beijing_day(start)
        stop = min(end, beijing_midnight(day + timedelta(days=1)))
        yield day, to_ms(start), to_ms(stop)
        start = stop


def admit(busy_until: datetime | None, at: datetime) -> datetime | None:
    """The moment up to which a person's reports keep her busy once this one is taken; None: too many have come."""
    busy = max(busy_until or at, at) + REPORT_SPACING
    return busy if busy - at <= REPORT_BURST else None
