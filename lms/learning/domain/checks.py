"""The rules of presence checks as pure functions: when one falls due, what counts meanwhile, when it is passed."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from courses.models.presence import SECONDS_BETWEEN_CHECKS
from lms.learning.enums import CheckOutcome
from lms.lib.stretches import Stretches

LEAST_SECONDS, MOST_SECONDS = SECONDS_BETWEEN_CHECKS, 720
WRONG_ANSWERS = 3
# Real time after three wrong answers until the next question: guessing on at once would cost nothing.
PAUSE_AFTER_FAILING = timedelta(minutes=8)


def due_after(seed: str, answered: int) -> int:
    """After how many counted seconds the next check falls due, for a person who has answered so many.

    Between 8 and 12 minutes, always the same for this seed and number, foreseen by nobody without the seed.
    """
    digest = hmac.new(seed.encode(), str(answered).encode(), sha256).digest()
    return LEAST_SECONDS + int.from_bytes(digest[:8], "big") % (MOST_SECONDS - LEAST_SECONDS + 1)


def outcome(right: int, wrong: int) -> CheckOutcome:
    """A check is passed once there are more right answers than wrong ones, and failed with the third wrong one.

    So whoever knows answers once; a guesser must guess right twice after a first wrong guess.
    """
    if right > wrong:
        return CheckOutcome.PASSED
    return CheckOutcome.FAILED if wrong >= WRONG_ANSWERS else CheckOutcome.OPEN


def share(stretches: Stretches, room: int | None) -> tuple[Stretches, Stretches]:
    """What counts at once and what waits: the first `room` seconds count, all of them where room is None."""
    counts = stretches if room is None else stretches.first(room)
    return counts, stretches - counts


def release(waiting: Iterable[Stretches], room: int | None) -> list[tuple[Stretches, Stretches]]:
    """What counts and what waits on, of each in turn, where a check was answered: together `room` seconds count."""
    shares = []
    for stretches in waiting:
        counts, waits = share(stretches, room)
        room = None if room is None else room - counts.seconds
        shares.append((counts, waits))
    return shares
