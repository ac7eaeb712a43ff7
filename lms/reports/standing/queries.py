"""States and missing hours per person: from the cache where it is of the day asked for, else from facts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, F, Max, Q, Sum, Value, When

from lms.credits.domain.assessing import YearStanding, assess_many, years_kept
from lms.credits.domain.binding import Row
from lms.credits.domain.holding import read_rows
from lms.credits.domain.judging import WORST_FIRST
from lms.credits.domain.requiring import Needs
from lms.credits.enums import CreditCategory, Period, StandingState
from lms.credits.models import Standing
from lms.lib.batches import batched
from lms.lib.keys import Keys

BATCH = 5000
# Facts take more memory than what the cache says.
ASSESSED_AT_ONCE = 1000
ZERO = Decimal("0.00")
_OPEN = (StandingState.ON_COURSE, StandingState.SHORT)
_STATES = [StandingState.NO_REQUIREMENT, *reversed(WORST_FIRST)]


class PersonStanding(NamedTuple):
    """One word for the year and its cycle, and the hours that are missing in each counter."""

    state: StandingState
    online_missing: Decimal = ZERO
    centralized_missing: Decimal = ZERO

    @property
    def is_asked(self) -> bool:
        return self.state in {StandingState.MET, *_OPEN}


def of_counters(standing: YearStanding) -> PersonStanding:
    """The same from an assessment."""
    missing: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in standing.counters:
        missing[one.need.category] += one.missing_hours
    return PersonStanding(standing.state, *(missing[category] for category in CreditCategory))


def _kept(ids: Iterable[int], *, year: int, on: date) -> Iterator[tuple[int, PersonStanding]]:
    """What the cache says, of those of whom it says anything as of the day; one query."""
    touching = Q(period=Period.ANNUAL, first_year=year) | Q(
        period=Period.FIVE_YEAR_CYCLE, first_year__gt=year - 5, first_year__lte=year
    )
    worst = Max(Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(_STATES))))
    short = Q(state__in=_OPEN, needed_hours__gt=F("hours"))
    missing = [Sum(F("needed_hours") - F("hours"), filter=short & Q(category=category)) for category in CreditCategory]
    rows = Standing.objects.filter(touching, person__in=Keys(ids), as_of=on).order_by().values_list("person_id")
    for pk, rank, *hours in rows.annotate(worst=worst, online=missing[0], centralized=missing[1]):
        yield pk, PersonStanding(_STATES[rank], *(amount.quantize(ZERO) if amount else ZERO for amount in hours))


def each_standing(
    ids: Iterable[int], *, year: int, on: date, rows: Sequence[Row] | None = None
) -> Iterator[tuple[int, PersonStanding]]:
    """Where each of these people (accounts that stay) stands in the year as of the day, a few thousand at a time.

    Few queries where the cache is of that day. `rows` are those of this moment (`read_rows`), where the caller
    asks for one group of people after the other.
    """
    for batch in batched(ids, BATCH):
        kept = dict(_kept(batch, year=year, on=on)) if year in years_kept(on) else {}
        yield from kept.items()
        if wanting := [pk for pk in batch if pk not in kept]:
            rows = read_rows() if rows is None else rows
            needs = Needs(rows)  # anew for each batch: what it has worked out takes memory
            for some in batched(wanting, ASSESSED_AT_ONCE):
                for pk, one in assess_many(some, year, on=on, needs=needs).items():
                    yield pk, of_counters(one)


def standings_of(
    ids: Iterable[int], *, year: int, on: date, rows: Sequence[Row] | None = None
) -> dict[int, PersonStanding]:
    """By person: where each stands in the year as of the day; see `each_standing`."""
    return dict(each_standing(ids, year=year, on=on, rows=rows))
