"""States and missing hours per person: from the cache where it is of the day asked for, else from facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from lms.credits.domain.assessing import BATCH, YearStanding, assess_many, years_kept
from lms.credits.domain.judging import together
from lms.credits.enums import CreditCategory, Period, StandingState
from lms.credits.models import Standing
from lms.people.models import Person
from lms.reports.queries import batched

ZERO = Decimal("0.00")
_OPEN = (StandingState.ON_COURSE, StandingState.SHORT)


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """One word for the year and its cycle, and the hours that are missing by category."""

    state: StandingState
    missing: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        return self.state in {StandingState.MET, *_OPEN}

    @property
    def online_missing(self) -> Decimal:
        return self.missing.get(CreditCategory.ONLINE_SELF_STUDY, ZERO)

    @property
    def centralized_missing(self) -> Decimal:
        return self.missing.get(CreditCategory.CENTRALIZED_TRAINING, ZERO)


def _summed(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    missing: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for category, hours in parts:
        missing[category] += hours
    return {category: hours for category, hours in missing.items() if hours}


def _of_rows(rows: list[Standing]) -> PersonStanding:
    missing = _summed((row.category, max(row.needed_hours - row.hours, ZERO)) for row in rows if row.state in _OPEN)
    return PersonStanding(together(row.state for row in rows), missing)


def of_counters(standing: YearStanding) -> PersonStanding:
    """The same from an assessment."""
    return PersonStanding(standing.state, _summed((one.need.category, one.missing_hours) for one in standing.counters))


def standings_of(persons: QuerySet[Person], *, year: int, on: date) -> dict[int, PersonStanding]:
    """By person: where each stands in the year as of the day. Few queries where the cache is of that day."""
    touching = Q(period=Period.ANNUAL, first_year=year) | Q(
        period=Period.FIVE_YEAR_CYCLE, first_year__gt=year - 5, first_year__lte=year
    )
    cached: dict[int, list[Standing]] = defaultdict(list)
    ids = persons.order_by().values("pk")
    kept = Standing.objects.filter(touching, person__in=ids, as_of=on) if year in years_kept(on) else ()
    for row in kept:
        cached[row.person_id].append(row)
    found = {pk: _of_rows(rows) for pk, rows in cached.items()}
    wanting = [person for person in Person.objects.filter(pk__in=ids) if person.pk not in found]
    for batch in batched(wanting, BATCH):
        found |= {pk: of_counters(one) for pk, one in assess_many(batch, year, on=on).items()}
    return found
