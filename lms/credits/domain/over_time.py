"""How a person's standing in a year changes from day to day, worked out once instead of being judged for each day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lms.credits.domain.assessing import needs_that_matter
from lms.credits.domain.holding import Facts, spans_of
from lms.credits.domain.judging import NONE, state_of, together, with_later
from lms.credits.domain.requiring import Need, Needs
from lms.credits.enums import CreditCategory, StandingState

Steps = list[tuple[date, StandingState]]
Earned = Sequence[tuple[date, Decimal, Decimal]]
# With nothing more on the record these stay: what is asked for by a day only grows.
_FINAL = frozenset({StandingState.MET, StandingState.SHORT})


def states_over(facts: Facts, year: int, needs: Needs) -> Steps:
    """The state on the first day of the year, and every day after it, without end, on which it becomes another.

    The same as `assess_facts` says as of each day; days that are still to come, as if nothing more were earned.
    """
    first, spans = date(year, 1, 1), spans_of(year, needs.rows)
    counters = [
        _steps(need, sorted(facts.earned[category]), first)
        for category in CreditCategory
        for need in needs_that_matter(needs, facts, category, spans)
    ]
    return _together(first, counters)


def _together(first: date, counters: list[Steps]) -> Steps:
    now = [StandingState.NO_REQUIREMENT] * len(counters)
    by_day: dict[date, list[tuple[int, StandingState]]] = {first: []}
    for number, steps in enumerate(counters):
        for day, state in steps:
            by_day.setdefault(day, []).append((number, state))
    found: Steps = []
    for day in sorted(by_day):
        for number, state in by_day[day]:
            now[number] = state
        if not found or found[-1][1] != together(now):
            found.append((day, together(now)))
    return found


def _steps(need: Need, earned: Earned, first: date) -> Steps:
    """The state of one counter on the first day, and the days on which it changes."""
    if not need.is_bound or need.is_exempt:
        return [(first, state_of(need, NONE, first))]
    end = max(need.span.end, need.until)
    mine = [one for one in earned if need.span.first_day <= one[0] < end]
    days = {first, need.span.end, *need.counted, *(day for day, _hours, _days in mine)}
    found: Steps = []
    in_span, later, taken = NONE, NONE, 0
    for day in sorted(day for day in days if day >= first):
        while taken < len(mine) and mine[taken][0] <= day:
            at, hours, whole_days = mine[taken]
            if at < need.span.end:
                in_span = in_span[0] + hours, in_span[1] + whole_days
            else:
                later = later[0] + hours, later[1] + whole_days
            taken += 1
        state = state_of(need, with_later(need, in_span, later), day)
        if not found or found[-1][1] != state:
            found.append((day, state))
        if taken == len(mine) and state in _FINAL:
            break
    return found


def state_on(steps: Steps, day: date) -> StandingState:
    """The state on a day from the first one on."""
    return [state for begun, state in steps if begun <= day][-1]
