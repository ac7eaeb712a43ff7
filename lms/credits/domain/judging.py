"""达标: where somebody stands against what she needs, on a day. Pure: no database, no clock."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lms.credits.domain.recognising import NOTHING, Step, step
from lms.credits.domain.requiring import Need
from lms.credits.enums import StandingState

# What "on course" means; another meaning is another number, here and in the metric definitions of the desk.
# 1: the hours or the days so far are at least the share of the need that falls on the months whose fifteenth is past.
ON_COURSE_VERSION = 1

# How one word is found for several counters; where nothing is asked for in any, it is no requirement.
WORST_FIRST = (StandingState.SHORT, StandingState.ON_COURSE, StandingState.MET, StandingState.EXEMPT)

Amounts = tuple[Decimal, Decimal]  # hours and days
NONE: Amounts = (NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A need, what there is of it, and how that is called as of a day."""

    need: Need
    hours: Decimal
    days: Decimal
    state: StandingState
    as_of: date
    why: list[Step]

    @property
    def is_asked(self) -> bool:
        """Whether it stands in numerator and denominator."""
        return self.state in {StandingState.MET, StandingState.ON_COURSE, StandingState.SHORT}

    @property
    def missing_hours(self) -> Decimal:
        return max(self.need.hours - self.hours, NOTHING) if self._is_open else NOTHING

    @property
    def missing_days(self) -> Decimal | None:
        """The days that would do instead; None where there is no such alternative."""
        if self.need.days is None:
            return None
        return max(self.need.days - self.days, NOTHING) if self._is_open else NOTHING

    @property
    def _is_open(self) -> bool:
        return self.state in {StandingState.ON_COURSE, StandingState.SHORT}


def reaches(have: Amounts, hours: Decimal, days: Decimal | None) -> bool:
    """Either alternative meets."""
    return have[0] >= hours or (days is not None and have[1] >= days)


def is_on_course(need: Need, have: Amounts, on: date) -> bool:
    """Definition 1: see ON_COURSE_VERSION."""
    past = bisect_right(need.counted, on)
    months = len(need.counted)
    if not months:
        return True
    return reaches(have, need.hours * past / months, None if need.days is None else need.days * past / months)


def judge(need: Need, in_span: Amounts, *, later: Amounts = NONE, on: date) -> Assessed:
    """Where she stands on the day, given the hours and days of the span up to it.

    `later` are those after the span and before `need.until`, which count only where the span was not enough: they
    catch up after a promotion. They count in their own span as well, because no source says otherwise.
    """
    why, have = list(need.why), with_later(need, in_span, later)
    if have != in_span:
        why.append(step("caught_up", hours=str(later[0]), days=str(later[1])))
    return Assessed(need, have[0], have[1], state_of(need, have, on), on, why)


def with_later(need: Need, in_span: Amounts, later: Amounts) -> Amounts:
    """What counts for the need: what came later is added where the span itself was not enough."""
    if need.is_bound and any(later) and not reaches(in_span, need.hours, need.days):
        return in_span[0] + later[0], in_span[1] + later[1]
    return in_span


def state_of(need: Need, have: Amounts, on: date) -> StandingState:
    """How it is called on the day that somebody with this need has these hours and days."""
    if not need.is_bound:
        return StandingState.NO_REQUIREMENT
    if need.is_exempt:
        return StandingState.EXEMPT
    if reaches(have, need.hours, need.days):
        return StandingState.MET
    if on < need.span.end and is_on_course(need, have, on):
        return StandingState.ON_COURSE
    return StandingState.SHORT


def together(states: Iterable[str]) -> StandingState:
    """One word for all counters of a person: the worst of those asked for; exempt where nothing else is asked for."""
    states = set(states)
    return next((state for state in WORST_FIRST if state in states), StandingState.NO_REQUIREMENT)
