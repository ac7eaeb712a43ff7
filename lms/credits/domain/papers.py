"""个人年度学时登记表: what stands on the paper of one person and year."""

from datetime import date
from decimal import Decimal
from typing import Any

from lms.credits.domain.assessing import assess
from lms.credits.domain.yearly import NOTHING, counting_day
from lms.credits.enums import CreditCategory
from lms.credits.queries import entries_of
from lms.people.models import Person
from lms.people.queries import posts_on


def paper_of(person: Person, wanted: str, *, today: date) -> dict[str, Any]:
    """The context of the paper; a year that is none is this one."""
    year = int(wanted) if wanted.isascii() and wanted.isdecimal() and 2000 <= int(wanted) <= today.year else today.year
    on = counting_day(year, today)
    entries = list(reversed(entries_of(person, year)))
    sums: dict[str, tuple[Decimal, Decimal]] = {category.value: (NOTHING, NOTHING) for category in CreditCategory}
    for entry in entries:
        hours, days = sums[entry.category]
        sums[entry.category] = hours + entry.hours, days + entry.days
    return {
        "person": person,
        "posts": posts_on(person, on),
        "year": year,
        "on": on,
        "is_over": today > date(year, 12, 31),
        "entries": entries,
        "sums": [(category.label, *sums[category]) for category in CreditCategory],
        "standing": assess(person, year, on=on),
        "last": max(entries, key=lambda entry: entry.registered_at, default=None),
        "today": today,
    }
