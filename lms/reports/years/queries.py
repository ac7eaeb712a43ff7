"""The tables of a year with names, for those who may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from lms.credits.domain.closing import confirmed_digests, late_hours, units_of_year
from lms.credits.domain.yearly import PersonYear, UnitYear, counting_day
from lms.credits.enums import CreditCategory
from lms.credits.models import UnitConfirmation, YearClosing
from lms.people.models import Org, Person, Post


@dataclass(frozen=True)
class UnitRow:
    """A unit's figures, its name, and whether it confirmed them as they are."""

    figures: UnitYear
    name: str
    confirmation: UnitConfirmation | None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmation is not None and self.confirmation.digest == self.figures.digest

    @property
    def has_changed(self) -> bool:
        return self.confirmation is not None and not self.is_confirmed


@dataclass(frozen=True)
class PersonRow:
    """One person's line with name and post."""

    line: PersonYear
    name: str
    post: str
    is_visible: bool

    @property
    def online_hours(self) -> object:
        return self.line.hours[CreditCategory.ONLINE_SELF_STUDY]

    @property
    def centralized_hours(self) -> object:
        return self.line.hours[CreditCategory.CENTRALIZED_TRAINING]

    @property
    def centralized_days(self) -> object:
        return self.line.days[CreditCategory.CENTRALIZED_TRAINING]


@dataclass(frozen=True)
class LateRow:
    name: str
    category: str
    hours: object
    days: object


def unit_rows(closing: YearClosing, *, today: date) -> list[UnitRow]:
    """All units of the year, by name."""
    units = units_of_year(closing, today=today)
    names = dict(Org.objects.filter(pk__in=[unit.unit_id for unit in units]).values_list("pk", "name"))
    confirmed = confirmed_digests(closing)
    rows = [UnitRow(unit, names.get(unit.unit_id, ""), confirmed.get(unit.unit_id)) for unit in units]
    return sorted(rows, key=lambda row: (row.name, row.figures.unit_id))


def person_rows(unit: UnitYear, year: int, *, today: date, visible: Collection[int]) -> list[PersonRow]:
    """The people of a unit by name; whom the reader may not see has a line without a name."""
    on = counting_day(year, today)
    ids = [line.person_id for line in unit.people]
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    titles: dict[int, str] = {}
    accounts = {account: line.person_id for line in unit.people for account in line.accounts}
    for account, title in (
        Post.objects.on(on).filter(person__in=accounts, org=unit.unit_id).order_by("active_from", "pk")
    ).values_list("person_id", "title"):
        titles.setdefault(accounts[account], title)
    rows = [
        PersonRow(
            line,
            names.get(line.person_id, "") if line.person_id in visible else "",
            titles.get(line.person_id, ""),
            line.person_id in visible,
        )
        for line in unit.people
    ]
    return sorted(rows, key=lambda row: (not row.is_visible, row.name, row.line.person_id))


def late_rows(closing: YearClosing, visible: Collection[int]) -> list[LateRow]:
    """What was registered after the year was closed, for the people whom the reader may see."""
    if not closing.is_closed:
        return []
    late = [one for one in late_hours(closing.snapshot) if one.person_id in visible]
    names = dict(Person.objects.filter(pk__in=[one.person_id for one in late]).values_list("pk", "name"))
    return [
        LateRow(names.get(one.person_id, ""), str(CreditCategory(one.category).label), one.hours, one.days)
        for one in late
    ]
