"""What the first page is made of: plain values, whoever counted them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from lms.people.models import Division, Org, Person

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Stand:
    """How some cadres stand in a year as of a day: people, hours with two places, and what was completed.

    `asked` are those of whom something is required: `met` + `on_course` + `short`. The others of `people` are exempt
    or have no requirement. Definitions: lms.reports.metrics.
    """

    people: int = 0
    asked: int = 0
    met: int = 0
    on_course: int = 0
    short: int = 0
    online_hours: Decimal = ZERO
    centralized_hours: Decimal = ZERO
    lessons_completed: int = 0
    courses_completed: int = 0

    def __add__(self, other: "Stand") -> "Stand":
        return Stand(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def met_percent(self) -> Decimal | None:
        """达标率 with one decimal place; None where nothing is asked of anybody."""
        return (Decimal(self.met * 100) / self.asked).quantize(Decimal("0.1")) if self.asked else None


@dataclass(frozen=True, slots=True)
class PlaceStand:
    """A place (`code` of its division) or a work unit (`unit_id`), by name, and how its cadres stand."""

    name: str
    stand: Stand
    code: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How the cadres of that day stood at its end."""

    day: date
    stand: Stand


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Everything the first page says about one place: `total` is the sum of `children` and `units`.

    `children` are the places of the next level in which somebody works, in order of their codes; `units` the work units
    that lie in the place itself and in none of these, by name; `neediest` the units anywhere in the place with the most
    people who have not met the requirement, at most `NEEDIEST`.
    """

    total: Stand
    children: Sequence[PlaceStand]
    units: Sequence[PlaceStand]
    neediest: Sequence[PlaceStand]


NEEDIEST = 5


@dataclass(frozen=True, slots=True)
class Recount:
    """Everybody is being counted anew since then; about so many percent (0 to 100) are done."""

    since: datetime
    percent: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """Up to when facts are in the figures; during a recount those of some people are from before it."""

    facts_up_to: datetime
    recount: Recount | None = None


@dataclass(frozen=True)
class Scope:
    """Whose figures: the departments for which an officer acts today, and whom they let her see as of a day.

    `orgs` have their divisions loaded. `visible` is the policy's own query form (law 8); whoever reads roll-ups instead
    must come to the same people.
    """

    orgs: tuple[Org, ...]
    visible: Callable[[date], QuerySet[Person]]

    def roots(self, on: date) -> list[Division]:
        """The places of the departments as they are on the day, one inside another left out, in order of code."""
        places = {place.code: place for place in (org.division.current(on) for org in self.orgs)}
        outer = [
            place
            for place in places.values()
            if not any(other is not place and other.contains(place) for other in places.values())
        ]
        return sorted(outer, key=lambda place: place.code)


@dataclass(frozen=True)
class Inquiry:
    """What is asked about a scope: a year, as of a day, and one personnel category or (empty) all."""

    scope: Scope
    year: int
    on: date
    category: str = ""
