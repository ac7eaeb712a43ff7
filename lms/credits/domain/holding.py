"""Reading who held which posts, was exempted and is bound by which rows: what `requiring` needs, from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from lms.credits.domain.binding import HeldPost, Relief, Row, Span, places_around
from lms.credits.domain.judging import Amounts
from lms.credits.enums import ExemptionState, Period
from lms.credits.models import CreditLedgerEntry, CreditRequirement, Exemption
from lms.lib.keys import Keys
from lms.people.models import Division, Org, Post
from lms.people.models.places import DIVISIONS, SUCCESSIONS
from lms.people.queries import accounts_of


@dataclass
class Facts:
    """What is known of one human being: posts, exemptions, and hours and days by category and day."""

    posts: list[HeldPost] = field(default_factory=list)
    reliefs: list[Relief] = field(default_factory=list)
    earned: dict[str, list[tuple[date, Decimal, Decimal]]] = field(default_factory=lambda: defaultdict(list))

    def earned_in(self, category: str, first_day: date, end: date) -> Amounts:
        """Hours and days of the category from a day up to, not including, another."""
        hours, days = Decimal("0.00"), Decimal("0.00")
        for day, more_hours, more_days in self.earned[category]:
            if first_day <= day < end:
                hours, days = hours + more_hours, days + more_days
        return hours, days


def read_row(requirement: CreditRequirement) -> Row:
    return Row(
        pk=requirement.pk,
        bound=requirement.bound,
        category=requirement.category,
        period=requirement.period,
        hours=requirement.hours,
        days=requirement.alternative_days,
        active_from=requirement.active_from,
        active_to=requirement.active_to,
        region_code=requirement.region_code,
        authority_id=requirement.authority_id,
        part_year=requirement.part_year,
        cycle_first_year=requirement.cycle_first_year,
        catch_up_months=requirement.catch_up_months,
    )


def read_rows() -> list[Row]:
    """Every requirement there is, in force or not: few."""
    return [read_row(requirement) for requirement in CreditRequirement.objects.all()]


def rows_of(authority: Org, on: date) -> list[CreditRequirement]:
    """The rows that can bind the cadres of an authority on the day or later: its own and those of places around it."""
    places = places_around(authority.division.current(on).code)
    rows = CreditRequirement.objects.filter(
        Q(authority=authority) | Q(authority__isnull=True, region_code__in=places)
    ).filter(Q(active_to__isnull=True) | Q(active_to__gt=on))
    return list(rows.select_related("authority"))


def spans_of(year: int, rows: Iterable[Row]) -> list[Span]:
    """The year, and every cycle of a row in which it lies."""
    cycles = {
        Span(Period.FIVE_YEAR_CYCLE, year - (year - row.cycle_first_year) % 5)
        for row in rows
        if row.cycle_first_year is not None
    }
    return [Span(Period.ANNUAL, year), *sorted(cycles, key=lambda span: span.first_year)]


def read_post(post: Post) -> list[HeldPost]:
    """The post, in as many parts as its authority had places: divisions end and become others."""
    held = HeldPost(
        post.active_from, post.active_to, post.level, post.category, "", post.cadre_authority_id, since=post.active_from
    )
    return list(_parts(held, _places(post.cadre_authority.division)))


def _places(division: Division) -> list[tuple[str, date | None]]:
    """The codes that a place had one after the other, each with the day on which the next one holds."""
    places: list[tuple[str, date | None]] = []
    for _step in range(SUCCESSIONS):
        if division.active_to is None or division.successor is None:
            break
        places.append((division.code, division.active_to))
        division = division.successor
    return [*places, (division.code, None)]


def _parts(post: HeldPost, places: Iterable[tuple[str, date | None]]) -> Iterator[HeldPost]:
    begins = post.active_from
    for code, until in places:
        if until is None or (begins < until and post.active_to is not None and post.active_to <= until):
            yield replace(post, active_from=begins, place=code)
            break
        if begins < until:
            yield replace(post, active_from=begins, active_to=until, place=code)
            begins = until


def read_facts(persons: Collection[int], *, first_day: date, until: date) -> dict[int, Facts]:
    """Facts by person (accounts that stay), those of accounts merged into hers among them; five queries in all.

    Hours are those of the days from `first_day` up to and including `until`.
    """
    facts = {pk: Facts() for pk in persons}
    survivor_of = accounts_of(facts)
    accounts = Keys(survivor_of)
    posts = list(
        Post.objects.filter(person__in=accounts)
        .order_by("active_from", "pk")
        .values_list("person_id", "active_from", "active_to", "level", "category", "cadre_authority_id")
    )
    # Few authorities manage many: their places are read once.
    authorities = Org.objects.filter(pk__in={row[-1] for row in posts}).select_related(DIVISIONS)
    places = {org.pk: _places(org.division) for org in authorities}
    for person_id, begun, ended, level, category, authority_id in posts:
        held = HeldPost(begun, ended, level, category, "", authority_id, since=begun)
        facts[survivor_of[person_id]].posts += _parts(held, places[authority_id])
    for exemption in Exemption.objects.filter(person__in=accounts, state=ExemptionState.APPROVED):
        facts[survivor_of[exemption.person_id]].reliefs.append(read_relief(exemption))
    sums = (
        CreditLedgerEntry.objects.filter(person__in=accounts, day__gte=first_day, day__lte=until)
        .order_by()
        .values_list("person_id", "category", "day")
        .annotate(Sum("hours"), Sum("days"))
    )
    for person_id, category, day, hours, days in sums:
        facts[survivor_of[person_id]].earned[category].append((day, hours, days))
    return facts


def read_relief(exemption: Exemption) -> Relief:
    return Relief(
        kind=exemption.kind,
        active_from=exemption.active_from,
        active_to=exemption.active_to or date.max,
        category=exemption.category,
        hours=exemption.hours,
        days=exemption.days,
    )
