"""Whom a requirement binds on a day: posts held, rows in force, the nearest place. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from lms.credits.enums import Bound, PartYear, Period
from lms.people.enums import LEVEL_DIGITS, PersonnelCategory, PostLevel

# Cadres whom the national requirements do not bind by their wording (POLICY 1.15).
OF_THE_VILLAGE = frozenset({PersonnelCategory.VILLAGE_CADRE, PersonnelCategory.GRID_WORKER})
_COUNTY_LEVELS = frozenset({PostLevel.COUNTY_LEVEL_PRINCIPAL, PostLevel.COUNTY_LEVEL_DEPUTY})
# From the lowest up; a level that is not known is no promotion.
_RANKS = {level: rank for rank, level in enumerate(reversed(PostLevel.values), start=1)}
_NEAREST_FIRST = sorted(LEVEL_DIGITS.values(), reverse=True)
CYCLE_YEARS = 5


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post from a day up to, not including, another; `place` is the division code of its cadre authority.

    `since` is the first day of the post itself, where this is a part of it: its authority may change its place.
    """

    active_from: date
    active_to: date | None
    level: str
    category: str
    place: str
    authority_id: int
    since: date | None = None

    @property
    def begun(self) -> date:
        return self.since or self.active_from

    def holds(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day < self.active_to)


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement in force somewhere: `CreditRequirement`, read. `days` is its alternative, months made days."""

    pk: int
    bound: str
    category: str
    period: str
    hours: Decimal
    days: Decimal | None
    active_from: date
    active_to: date | None = None
    region_code: str = ""
    authority_id: int | None = None
    part_year: str = PartYear.BY_MONTHS
    cycle_first_year: int | None = None
    catch_up_months: int = 0

    def holds(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day < self.active_to)


@dataclass(frozen=True, slots=True)
class Relief:
    """An approved exemption. Without hours and days it exempts for its months; `category` empty: both counters."""

    kind: str
    active_from: date
    active_to: date
    category: str = ""
    hours: Decimal | None = None
    days: Decimal | None = None

    @property
    def reduces(self) -> bool:
        return self.hours is not None or self.days is not None

    def holds(self, day: date) -> bool:
        return self.active_from <= day < self.active_to


@cache
def _fifteenths(first_year: int, end_year: int) -> tuple[date, ...]:
    return tuple(date(year, month, 15) for year in range(first_year, end_year) for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Span:
    """A year, or a cycle of five, named by its first year."""

    period: str
    first_year: int

    @property
    def first_day(self) -> date:
        return date(self.first_year, 1, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        return date(self.first_year + (CYCLE_YEARS if self.period == Period.FIVE_YEAR_CYCLE else 1), 1, 1)

    @property
    def last_year(self) -> int:
        return self.end.year - 1

    @property
    def fifteenths(self) -> tuple[date, ...]:
        """The day that decides for each month."""
        return _fifteenths(self.first_year, self.end.year)

    def touches(self, year: int) -> bool:
        return self.first_year <= year < self.end.year


def bounds_of(posts: Iterable[HeldPost]) -> list[Bound]:
    """Whom somebody with these posts counts among, the narrower first; the highest level decides."""
    posts = list(posts)
    if not posts:
        return []
    if all(post.category in OF_THE_VILLAGE for post in posts):
        return [Bound.VILLAGE_CADRES]
    if any(post.level in _COUNTY_LEVELS for post in posts):
        return [Bound.COUNTY_LEVEL_AND_ABOVE, Bound.ALL_CADRES]
    return [Bound.TOWNSHIP_LEVEL_AND_BELOW, Bound.ALL_CADRES]


def places_around(code: str) -> list[str]:
    """The division codes of a place and of those around it, nearest first; the nation last, as an empty text."""
    return [code[:digits].ljust(12, "0") for digits in _NEAREST_FIRST] + [""]


def row_on(day: date, posts: Sequence[HeldPost], rows: Iterable[Row], *, category: str, period: str) -> Row | None:
    """The row that binds somebody with these posts on the day: of her authority, else of the nearest place around it.

    Of several posts held on the day the newest says who manages her; of two that began together, the later in order.
    """
    held = [post for post in posts if post.holds(day)]
    bounds = bounds_of(held)
    if not bounds:
        return None
    newest = max(reversed(held), key=lambda post: post.begun)
    places = places_around(newest.place)

    def nearness(row: Row) -> tuple[int, int, int]:
        place = -1 if row.authority_id is not None else places.index(row.region_code)
        return place, bounds.index(Bound(row.bound)), -row.active_from.toordinal()

    candidates = [
        row
        for row in rows
        if (row.category, row.period) == (category, period)
        and row.bound in bounds
        and row.holds(day)
        and (row.authority_id == newest.authority_id if row.authority_id is not None else row.region_code in places)
    ]
    return min(candidates, key=nearness, default=None)


def promotion_in(span: Span, posts: Sequence[HeldPost]) -> date | None:
    """The last day in the span on which the highest level held rose above that of the day before."""

    def rank(day: date) -> int:
        return max((_RANKS.get(post.level, 0) for post in posts if post.holds(day)), default=0)

    days = {post.active_from for post in posts if span.first_day <= post.active_from < span.end}
    rises = [day for day in days if 0 < rank(day - timedelta(days=1)) < rank(day)]
    return max(rises, default=None)
