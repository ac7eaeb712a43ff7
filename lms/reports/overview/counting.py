"""A plain recount of the first page from facts and standings, in as many queries however many units there are.

Roll-ups must say the same; a test compares them.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from lms.credits.domain.assessing import BATCH
from lms.credits.enums import StandingState
from lms.lib.batches import batched
from lms.people.models import Division, Org, Post
from lms.people.models.places import DIVISIONS
from lms.reports.overview.over_time import of_one, stands_over
from lms.reports.overview.placing import children_by_code, narrowed, placed
from lms.reports.overview.shapes import NEEDIEST, Inquiry, PlaceFigures, PlaceStand, Stand, TrendPoint
from lms.reports.queries import figures_by_person
from lms.reports.standing.queries import standings_of


def count_place(inquiry: Inquiry, place: Division | None) -> PlaceFigures:
    """The place, or (None) everything in scope, with its parts; see PlaceFigures."""
    by_unit = _count_units(inquiry, place)
    orgs = {org.pk: org for org in Org.objects.select_related(DIVISIONS).filter(pk__in=by_unit)}
    child_of = children_by_code(place, orgs.values(), inquiry.on, inquiry.scope.roots(inquiry.on))
    by_child: dict[str, Stand] = defaultdict(Stand)
    names = {}
    for pk, child in child_of.items():
        by_child[child.code] += by_unit[pk]
        names[child.code] = child.name
    units = [PlaceStand(orgs[pk].name, stand, unit_id=pk) for pk, stand in by_unit.items()]
    neediest = sorted((unit for unit in units if unit.stand.short), key=_need)
    return PlaceFigures(
        total=sum(by_unit.values(), Stand()),
        children=[PlaceStand(names[code], by_child[code], code=code) for code in sorted(by_child)],
        units=sorted((unit for unit in units if unit.unit_id not in child_of), key=lambda unit: unit.name),
        neediest=neediest[:NEEDIEST],
    )


def _need(unit: PlaceStand) -> tuple[int, str]:
    return -unit.stand.short, unit.name


def count_trend(inquiry: Inquiry, place: Division | None) -> list[TrendPoint]:
    """The place as it stood at each end of a month of the year, and on the day itself, which comes last.

    Who is counted is asked for each day, the facts are read once for all of them and judged as of each day.
    """
    days = trend_days(inquiry.year, inquiry.on)
    members = {day: set(cadres_in(inquiry, place, day).values_list("pk", flat=True)) for day in days}
    stands = dict.fromkeys(days, Stand())
    for batch in batched(sorted(set().union(*members.values())), BATCH):
        for day, pk, stand in stands_over(batch, inquiry.year, days=days):
            if pk in members[day]:
                stands[day] += stand
    return [TrendPoint(day, stands[day]) for day in days]


def cadres_in(inquiry: Inquiry, place: Division | None, day: date) -> Any:
    """Whom the inquiry counts in the place on the day, as `placed`."""
    return narrowed(placed(inquiry.scope, day), day, place=place, category=inquiry.category).order_by()


def trend_days(year: int, on: date) -> list[date]:
    """The last days of the months of the year before the day, and the day."""
    firsts = [date(year, month, 1) for month in range(2, 13)] + [date(year + 1, 1, 1)]
    ends = [first - timedelta(days=1) for first in firsts]
    return [*(end for end in ends if end < on), on]


def _count_units(inquiry: Inquiry, place: Division | None) -> Mapping[int, Stand]:
    """By work unit: how the cadres who are counted there stand."""
    on, year = inquiry.on, inquiry.year
    persons = cadres_in(inquiry, place, on)
    post_of = dict(persons.values_list("pk", "post_id"))
    unit_of = dict(Post.objects.on(on).filter(pk__in=persons.values("post_id")).values_list("pk", "org_id"))
    states = {pk: one.state for pk, one in standings_of(post_of, year=year, on=on).items()}
    by_unit: dict[int, Stand] = defaultdict(Stand)
    for pk, figures in figures_by_person(list(post_of), year=year, on=on).items():
        if post_of[pk] in unit_of:
            by_unit[unit_of[post_of[pk]]] += of_one(states.get(pk, StandingState.NO_REQUIREMENT), *figures)
    return by_unit
