"""The rules of group viewing as pure functions: which code is fresh, what a screening pays, what an officer is asked.

A film in a hall runs once, at ordinary speed: a lesson second costs a whole real second of everybody who is there,
where a player's report costs half of one. So whoever watched something else meanwhile has no second left for the hall,
and whoever sat in the hall has none left for anything else.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce

from lms.learning.domain.evidence import OFFLINE_DAY_SECONDS, PACKAGE_VALID, PaidTime, days_between, to_ms
from lms.learning.queries import ScreeningCounts
from lms.lib.stretches import Stretches

# How long a screening that was prepared may be opened, or handed in.
PREPARED_VALID = PACKAGE_VALID
# The code on the helper's phone changes so often, and counts for so long after it was first shown.
CODE_EVERY = timedelta(seconds=20)
CODE_FRESH = timedelta(seconds=60)
# People come, find a seat and scan before the film begins; after so long without one the doors are shut again.
GATHERING = timedelta(hours=1)
SECOND_MS = 1000
_MAC_LENGTH = 16
_NOWHERE = PaidTime()

# From so many ticks on it is asked why (almost) nobody scanned, or why many were ticked once it was over.
MANY_TICKS = 20


def code_of(secret: str, step: int) -> str:
    """What the helper's phone shows in the step-th 20 seconds since the doors opened."""
    return hmac.digest(secret.encode(), f"lms.learning.screening:{step}".encode(), "sha256").hex()[:_MAC_LENGTH]


def steps_until(doors_at: datetime, at: datetime) -> int:
    """The step that is shown at this moment."""
    return (at - doors_at) // CODE_EVERY


def is_fresh(secret: str, step: int, code: str, *, doors_at: datetime, at: datetime) -> bool:
    """Whether the code was made by this secret and is shown now, or was less than a minute ago.

    The phone counts by itself while it has no network, so it may be a step ahead.
    """
    if not hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
        return False
    shown_at = doors_at + step * CODE_EVERY
    return step >= 0 and shown_at - CODE_EVERY <= at < shown_at + CODE_FRESH


def last_step_of(decoded_seconds: int) -> int:
    """The last step that is shown where nobody knows when the film begins: people gather, then it runs."""
    return (GATHERING + timedelta(seconds=decoded_seconds)) // CODE_EVERY + 1


def doors_shown_by(
    secret: str, step: int, code: str, *, decoded_seconds: int, prepared_at: datetime, at: datetime
) -> datetime | None:
    """When the doors opened at the latest, if somebody sees this code at this moment on a phone without network.

    A phone counts its steps from the opening, so only a code that is passed on late makes it later. None where the
    secret did not make the code, or the screening was not prepared by then.
    """
    if not 0 <= step <= last_step_of(decoded_seconds):
        return None
    if not hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
        return None
    doors_at = at - step * CODE_EVERY
    return max(doors_at, prepared_at) if doors_at >= prepared_at - CODE_EVERY else None


def time_elsewhere(contacts: Iterable[tuple[datetime, datetime, int]]) -> PaidTime:
    """The real time in which a player was busy: for each of its reports the contact before it, its own, its seconds.

    At ordinary speed they lay just before the report, wherever the clock took the time that paid for them.
    """
    spans = (
        PaidTime(((max(to_ms(before), to_ms(at) - seconds * SECOND_MS), to_ms(at)),))
        for before, at, seconds in contacts
        if seconds and before < at
    )
    return reduce(PaidTime.united, spans, _NOWHERE)


def attend(
    wanted: Stretches, paid: PaidTime, *, opened_at: datetime, elsewhere: PaidTime = _NOWHERE
) -> tuple[Stretches, PaidTime]:
    """What counts of these lesson seconds of a film that began at `opened_at`, and the paid time afterwards.

    Each lesson second is paid with the very second in which it was on the screen, whole and free, and not spent
    `elsewhere`; short pauses in between are no free time, because a player's reports leave such.
    """
    begun = to_ms(opened_at)
    first, last = begun, begun + wanted.end * SECOND_MS
    free = Stretches.of(
        (start, stop)
        for begin, end in paid.united(elsewhere).joined().free(first, last)
        if (start := -(-(begin - begun) // SECOND_MS)) < (stop := (end - begun) // SECOND_MS)
    )
    counted = wanted & free
    spans = tuple((begun + start * SECOND_MS, begun + end * SECOND_MS) for start, end in counted.pairs)
    return counted, paid.united(PaidTime(spans))


def attend_unseen(
    wanted: Stretches, paid: PaidTime, days: Mapping[date, int], *, since: datetime, until: datetime
) -> tuple[Stretches, PaidTime, dict[date, int]]:
    """What counts of these seconds of a film shown without network at some time in [since, until).

    As for a package (`evidence.judge_package`), earliest free time first and up to four hours a day, but at ordinary
    speed. Returns what each day paid as well.
    """
    left, spent = wanted.seconds, {}
    for day, start, stop in days_between(since, until):
        allowed = max(0, OFFLINE_DAY_SECONDS - days.get(day, 0))
        count, paid = paid.pay(min(left, allowed), start, stop, cost_ms=SECOND_MS)
        left -= count
        if count:
            spent[day] = count
    return wanted.first(wanted.seconds - left), paid, spent


def vouched_seconds(
    claimed: int, *, decoded_seconds: int, prepared_at: datetime, at: datetime, others: Collection[int]
) -> int:
    """How many of the seconds that a phone without network counted can be so at all.

    Never more than the film has, nor than passed since the server last heard of this screening, less what the same
    helper's other screenings took of that time: she stands in one hall.
    """
    passed = (at - prepared_at) // timedelta(seconds=1) - sum(others)
    return max(0, min(claimed, decoded_seconds, passed))


class Question(StrEnum):
    """What an officer is asked to look at; nothing is taken away by it."""

    OBJECTED = "objected"
    NOBODY_SCANNED = "nobody_scanned"
    TICKED_AFTERWARDS = "ticked_afterwards"
    NOT_SEEN = "not_seen"


def questions(counts: ScreeningCounts, *, is_offline: bool) -> list[Question]:
    """What is odd about a screening, the most telling first."""
    found = []
    if counts.objected:
        found.append(Question.OBJECTED)
    if counts.named >= MANY_TICKS and counts.scanned * 10 < counts.named:
        found.append(Question.NOT_SEEN if is_offline else Question.NOBODY_SCANNED)
    if counts.afterwards >= MANY_TICKS and counts.afterwards * 2 > counts.named:
        found.append(Question.TICKED_AFTERWARDS)
    return found
