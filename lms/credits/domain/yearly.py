"""年度汇总: what the people of an authority earned in a year, by work unit, and where they stand."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lms.credits.domain.assessing import assess_many
from lms.credits.enums import CreditCategory, StandingState
from lms.credits.models import CreditLedgerEntry
from lms.lib.sealing import canonical_bytes
from lms.people.models import Org, Person, Post
from lms.people.queries import accounts_of

NOTHING = Decimal("0.00")
ASKED = frozenset({StandingState.MET, StandingState.ON_COURSE, StandingState.SHORT})


@dataclass(frozen=True, slots=True)
class PersonYear:
    """One line: hours and days by category, and where she stood. People are numbers here, so that it can be kept.

    `accounts` are hers and those that were merged into it by then: whose entries the hours are the sum of.
    """

    person_id: int
    accounts: tuple[int, ...]
    unit_id: int
    hours: Mapping[str, Decimal]
    days: Mapping[str, Decimal]
    state: StandingState

    @property
    def plain(self) -> dict[str, Any]:
        """As it is signed and kept."""
        return {
            "person": self.person_id,
            "accounts": list(self.accounts),
            "unit": self.unit_id,
            "hours": {category: str(amount) for category, amount in self.hours.items()},
            "days": {category: str(amount) for category, amount in self.days.items()},
            "state": str(self.state),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "PersonYear":
        return cls(
            plain["person"],
            tuple(plain["accounts"]),
            plain["unit"],
            {category: Decimal(amount) for category, amount in plain["hours"].items()},
            {category: Decimal(amount) for category, amount in plain["days"].items()},
            StandingState(plain["state"]),
        )


@dataclass(frozen=True, slots=True)
class UnitYear:
    """The lines of a unit, added up. `asked` (应训) are those with a requirement that nothing exempts them from."""

    unit_id: int
    people: Sequence[PersonYear]
    counts: Mapping[StandingState, int] = field(default_factory=dict)

    @classmethod
    def of(cls, unit_id: int, people: Sequence[PersonYear]) -> "UnitYear":
        counts: dict[StandingState, int] = defaultdict(int)
        for line in people:
            counts[line.state] += 1
        return cls(unit_id, people, dict(counts))

    @property
    def asked(self) -> int:
        return sum(self.counts.get(state, 0) for state in ASKED)

    @property
    def met(self) -> int:
        return self.counts.get(StandingState.MET, 0)

    @property
    def on_course(self) -> int:
        return self.counts.get(StandingState.ON_COURSE, 0)

    @property
    def short(self) -> int:
        return self.counts.get(StandingState.SHORT, 0)

    @property
    def rate(self) -> Decimal | None:
        """达标率 in percent with one place; None where nobody is asked for anything."""
        if not self.asked:
            return None
        return (Decimal(100 * self.met) / self.asked).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

    @property
    def online_hours(self) -> Decimal:
        return self._sum(CreditCategory.ONLINE_SELF_STUDY)

    @property
    def centralized_hours(self) -> Decimal:
        return self._sum(CreditCategory.CENTRALIZED_TRAINING)

    def _sum(self, category: CreditCategory) -> Decimal:
        return sum((line.hours[category] for line in self.people), NOTHING)

    @property
    def digest(self) -> str:
        """Two units of figures are the same if this is."""
        return hashlib.sha256(canonical_bytes({"people": [line.plain for line in self.people]})).hexdigest()


def counting_day(year: int, today: date) -> date:
    """The day as of which a year is counted: its last, or today while it lasts."""
    return min(date(year, 12, 31), today)


def people_of(authority: Org, on: date) -> dict[int, int]:
    """Whom the authority itself manages on the day, with the unit of the post held longest; merged ones under one."""
    posts = Post.objects.on(on).filter(cadre_authority=authority, person__closed_at__isnull=True)
    rows = posts.order_by("active_from", "pk").values_list("person_id", "person__merged_into_id", "org_id")
    units: dict[int, int] = {}
    for person_id, merged_into, unit_id in rows:
        units.setdefault(merged_into or person_id, unit_id)
    return units


def figures_of_year(authority: Org, year: int, *, today: date) -> list[PersonYear]:
    """A line for everybody whom the authority manages on the counting day, in order of unit and number.

    A constant number of queries. `today` is Beijing's.
    """
    on = counting_day(year, today)
    units = people_of(authority, on)
    persons = list(Person.objects.filter(pk__in=units))
    standings = assess_many(units, year, on=on)
    accounts = accounts_of(units)
    amounts = amounts_of(accounts, year)
    of_person: dict[int, list[int]] = defaultdict(list)
    for account, person_id in sorted(accounts.items()):
        of_person[person_id].append(account)
    lines = [
        PersonYear(
            person.pk,
            tuple(of_person[person.pk]),
            units[person.pk],
            {category.value: amounts[person.pk, category][0] for category in CreditCategory},
            {category.value: amounts[person.pk, category][1] for category in CreditCategory},
            standings[person.pk].state,
        )
        for person in persons
    ]
    return sorted(lines, key=lambda line: (line.unit_id, line.person_id))


def amounts_of(accounts: Mapping[int, int], year: int) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """Hours and days of the year by person who stays and category, from the ledger."""
    amounts: dict[tuple[int, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (NOTHING, NOTHING))
    entries = CreditLedgerEntry.objects.of(accounts).in_year(year)
    for account, category, hours, days in entries.values_list("person_id", "category", "hours", "days"):
        key = accounts[account], category
        amounts[key] = amounts[key][0] + hours, amounts[key][1] + days
    return amounts


def by_unit(lines: Iterable[PersonYear]) -> list[UnitYear]:
    """The lines of each unit together, in order of unit."""
    units: dict[int, list[PersonYear]] = defaultdict(list)
    for line in lines:
        units[line.unit_id].append(line)
    return [UnitYear.of(unit_id, people) for unit_id, people in sorted(units.items())]
