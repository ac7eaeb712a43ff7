"""What a 学时证明 says: the hours of a period by year, kind and origin, up to where the chains had come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lms.credits.domain.binding import Span
from lms.credits.enums import CreditCategory, Origin, Period
from lms.credits.models import CreditChain, CreditLedgerEntry

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Hours and days of one year, of one kind of training and one origin."""

    year: int
    category: CreditCategory
    origin: Origin
    hours: Decimal
    days: Decimal

    @property
    def plain(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "category": str(self.category),
            "origin": str(self.origin),
            "hours": str(self.hours),
            "days": str(self.days),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "HoursRow":
        return cls(
            plain["year"],
            CreditCategory(plain["category"]),
            Origin(plain["origin"]),
            Decimal(plain["hours"]),
            Decimal(plain["days"]),
        )


def heads_of(accounts: Iterable[int]) -> dict[int, int]:
    """How far the chains of these accounts have come; those without an entry are left out."""
    return dict(CreditChain.objects.filter(person__in=accounts, seq__gt=0).values_list("person_id", "seq"))


def entries_up_to(heads: Mapping[int, int], first_year: int, last_year: int) -> list[CreditLedgerEntry]:
    """The entries of these years, each account's up to the number at which its chain stood."""
    entries = CreditLedgerEntry.objects.of(heads).filter(
        day__gte=date(first_year, 1, 1), day__lte=date(last_year, 12, 31)
    )
    wanted = ("person_id", "seq", "day", "category", "achievement_key", "hours", "days")
    return [entry for entry in entries.only(*wanted) if entry.seq <= heads[entry.person_id]]


def rows_of(entries: Iterable[CreditLedgerEntry]) -> list[HoursRow]:
    """The entries added up, reversals among them; rows without hours and days are left out. In order of year."""
    sums: dict[tuple[int, CreditCategory, Origin], tuple[Decimal, Decimal]] = {}
    for entry in entries:
        key = entry.day.year, CreditCategory(entry.category), entry.origin
        hours, days = sums.get(key, (NOTHING, NOTHING))
        sums[key] = hours + entry.hours, days + entry.days
    order = {value: place for place, value in enumerate([*CreditCategory, *Origin])}
    rows = [HoursRow(*key, *amounts) for key, amounts in sums.items() if any(amounts)]
    return sorted(rows, key=lambda row: (row.year, order[row.category], order[row.origin]))


def what_it_says(accounts: Iterable[int], span: Span, *, today: date) -> dict[str, Any]:
    """The figures of the span as of the day, as an attestation keeps them; `chains` by account (as text, for JSON)."""
    heads = heads_of(accounts)
    entries = entries_up_to(heads, span.first_year, span.last_year)
    return {
        "period": str(Period(span.period)),
        "first_year": span.first_year,
        "last_year": span.last_year,
        "until": min(date(span.last_year, 12, 31), today).isoformat(),
        "rows": [row.plain for row in rows_of(entries)],
        "entries": len(entries),
        "chains": {str(account): seq for account, seq in sorted(heads.items())},
    }
