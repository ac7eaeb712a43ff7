"""Reads of rules, entries and sums, shared by several callers."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from lms.credits.enums import CreditCategory, Origin
from lms.credits.models import CreditLedgerEntry, CreditRule, YearlyHours
from lms.people.models import Org, Person
from lms.people.queries import same_person_ids

# Digits of a division code that name the place itself and each place around it, nearest first.
_PLACE_DIGITS = (12, 9, 6, 4, 2)


def rule_in_force(authority: Org | None, day: date) -> CreditRule | None:
    """The rule of the authority itself, else that of its division or the nearest place around it, on the day."""
    if authority is None:
        return None
    places = _places_around(authority, day)
    rules = CreditRule.objects.on(day).filter(Q(authority=authority) | Q(region_code__in=places))

    def nearness(rule: CreditRule) -> tuple[int, int]:
        place = -1 if rule.authority_id else places.index(rule.region_code)
        return place, -rule.active_from.toordinal()

    return min(rules, key=nearness, default=None)


def _places_around(authority: Org, day: date) -> list[str]:
    """The codes of the authority's division on the day and of every place around it, nearest first."""
    code = authority.division.current(day).code
    return [code[:digits].ljust(12, "0") for digits in _PLACE_DIGITS]


def rules_around(authority: Org, day: date) -> QuerySet[CreditRule]:
    """The rules of the authority's place and of the places around it, whenever they hold; the place as of the day."""
    return CreditRule.objects.filter(region_code__in=_places_around(authority, day)).order_by("active_from", "pk")


def rules_readable_by(authorities: list[Org], day: date) -> QuerySet[CreditRule]:
    """What officers of these authorities may read: their own rules, those of the places around, and the presets."""
    places = {code for org in authorities for code in _places_around(org, day)}
    preset = Q(region_code="", authority__isnull=True)
    return CreditRule.objects.filter(Q(authority__in=authorities) | Q(region_code__in=places) | preset)


def hours_of(person: Person, year: int) -> dict[str, Decimal]:
    """Hours by category in a year (Beijing), zero where there are none; accounts merged into hers count."""
    sums = dict.fromkeys(CreditCategory.values, Decimal("0.00"))
    for row in YearlyHours.objects.filter(person__in=same_person_ids(person), year=year):
        sums[row.category] += row.hours
    return sums


def hours_by_origin(person: Person, year: int, *, until: date | None = None) -> list[tuple[Origin, Decimal, Decimal]]:
    """Hours and days of a year by where they were earned, reversals and corrections among them; what is empty is not.

    Up to and including a day where one is named; accounts merged into hers count.
    """
    sums: dict[Origin, tuple[Decimal, Decimal]] = {}
    entries = CreditLedgerEntry.objects.of(same_person_ids(person)).in_year(year)
    if until is not None:
        entries = entries.filter(day__lte=until)
    for entry in entries.only("achievement_key", "hours", "days"):
        hours, days = sums.get(entry.origin, (Decimal("0.00"), Decimal("0.00")))
        sums[entry.origin] = hours + entry.hours, days + entry.days
    return [(origin, *sums[origin]) for origin in Origin if origin in sums]


def entries_of(person: Person, year: int, *, until: date | None = None) -> list[CreditLedgerEntry]:
    """The entries of a year up to and including a day, newest first, with what is shown of them."""
    entries = CreditLedgerEntry.objects.of(same_person_ids(person)).in_year(year)
    if until is not None:
        entries = entries.filter(day__lte=until)
    return list(entries.select_related("rule", "reversal").order_by("-day", "-registered_at", "-seq"))


def years_of(person: Person) -> list[int]:
    """The years in which the person has entries, newest first."""
    rows = YearlyHours.objects.filter(person__in=same_person_ids(person))
    return sorted(set(rows.values_list("year", flat=True)), reverse=True)


def counted_lessons(accounts: Collection[int], round_number: int) -> dict[str, set[str]]:
    """The keys of the lessons that gave hours on one of the accounts in this round and still do, by component."""
    counted: dict[str, set[str]] = defaultdict(set)
    standing = CreditLedgerEntry.objects.of(accounts).standing().filter(round=round_number)
    for component, lessons in standing.order_by().values_list("component", "evidence__lessons"):
        counted[component].update(lesson["key"] for lesson in lessons)
    return counted
