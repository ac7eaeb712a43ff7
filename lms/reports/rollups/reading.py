"""The figures of the first page from roll-ups: the same people as the policy and the recount, in a few sums.

Who is counted where is decided as in `overview.placing`: at the post held longest of those within the scope's places.
Places down to counties are summed over wide cells, units and what lies in a county over the cells themselves. A day
before places became others is summed as today is, and the cells whose places moved since are put back.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from itertools import groupby
from typing import Any

from django.db.models import Case, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr

from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.enums import LEVEL_DIGITS, DivisionLevel
from lms.people.models import Division, Org
from lms.people.models.places import SUCCESSIONS
from lms.reports.overview.shapes import (
    NEEDIEST,
    Freshness,
    Inquiry,
    PlaceFigures,
    PlaceStand,
    Recount,
    Stand,
    TrendPoint,
)
from lms.reports.rollups.adding import COLUMNS
from lms.reports.rollups.models import CellPost, FoldState, Share, Touched, UnitTally

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
# So many units are looked at for those with the most people who need help, before all of them are.
LOOKED_AT = (25, 250)
# Up to so many cells are named in a query.
FEW = 2000
# Posts of cells, to be added (1) or taken out (-1).
Parts = list[tuple[int, QuerySet[Any]]]


def roll_up_for(inquiry: Inquiry) -> "RollUp | None":
    """The roll-up that answers the inquiry, or None where only a recount can: not built yet, or of another year."""
    state = FoldState.objects.filter(is_built=True).first()
    if state is None or not state.first_year <= inquiry.year <= state.last_year or inquiry.on.year < inquiry.year:
        return None
    return RollUp(inquiry, state)


class RollUp:
    """Answers one inquiry."""

    def __init__(self, inquiry: Inquiry, state: FoldState) -> None:
        self.inquiry, self.state = inquiry, state

    def freshness(self, at: datetime) -> Freshness:
        """Facts up to now, or to when the oldest thing happened that is not counted yet.

        What happens to a person is counted between the batches of a count of everybody, which is told apart from it.
        """
        moments = [Touched.objects.aggregate(first=Min("at"))["first"] or at, at]
        if self.inquiry.on < beijing_day(at):
            moments.append(beijing_midnight(self.inquiry.on + timedelta(days=1)))
        return Freshness(min(moments), self._recount())

    def _recount(self) -> Recount | None:
        """The part that is done goes by keys, which grow with people: counting a million rows would take too long."""
        state = self.state
        if state.swept is None or state.sweep_since is None:
            return None
        ends = Share.objects.aggregate(first=Min("pk"), last=Max("pk"))
        first, last = ends["first"] or 0, ends["last"] or 0
        done = min(max(state.swept - first, 0) / max(last - first, 1), 1)
        return Recount(state.sweep_since, percent=int(100 * done))

    def figures_of(self, place: Division | None) -> PlaceFigures:
        """As `counting.count_place`."""
        on = self.inquiry.on
        fine = self._parts(place, on)
        has_counties = place is None or len(place.code_prefix) < LEVEL_DIGITS[DivisionLevel.COUNTY]
        whole = self._parts(place, on, wide=True) if has_counties else fine
        if place is None:
            roots = self.inquiry.scope.roots(on)
            sums = {root: self._sum(_narrowed(whole, _lies_in(root, "home")), on) for root in roots}
            children = [PlaceStand(root.name, sums[root], code=root.code) for root in roots if sums[root].people]
            units: list[PlaceStand] = []
        else:
            children = self._children(_narrowed(whole, ~Q(home=place.code)), place, on)
            units = self._units(_narrowed(fine, Q(home=place.code)), on)
        many = has_counties and on == self.state.day
        return PlaceFigures(
            total=sum((part.stand for part in [*children, *units]), Stand()),
            children=children,
            units=units,
            neediest=self._neediest_of_many(fine, place) if many else self._neediest(fine, on),
        )

    def _children(self, parts: Parts, place: Division, on: date) -> list[PlaceStand]:
        """The places of the next level; where one has no such level, those of the one after it."""
        found: list[PlaceStand] = []
        for digits in sorted(LEVEL_DIGITS.values()):
            if digits <= len(place.code_prefix):
                continue
            by_prefix = [(sign, posts.annotate(part=Substr("home", 1, digits))) for sign, posts in parts]
            sums = self._sums(by_prefix, on, "part")
            stands = {prefix.ljust(12, "0"): stand for (prefix,), stand in sums.items() if stand.people}
            # A town that lies in a prefecture itself has the prefecture's code for a county's.
            parts_of_it = Division.objects.filter(code__in=stands).exclude(code=place.code)
            names = dict(parts_of_it.values_list("code", "name"))
            found += [PlaceStand(names[code], stands[code], code=code) for code in names]
            missing = [code[:digits] for code in stands if code not in names]
            if not missing:
                break
            parts = _narrowed(parts, _any_of(Q(home__startswith=prefix) for prefix in missing))
        return sorted(found, key=lambda child: child.code)

    def _units(self, parts: Parts, on: date) -> list[PlaceStand]:
        """The work units, by name."""
        stands = {pk: stand for (pk,), stand in self._sums(parts, on, "org_id").items() if stand.people}
        names = dict(Org.objects.filter(pk__in=stands).values_list("pk", "name"))
        return sorted((PlaceStand(names[pk], stands[pk], unit_id=pk) for pk in stands), key=lambda unit: unit.name)

    def _neediest(self, parts: Parts, on: date) -> list[PlaceStand]:
        """Of tens of thousands of units only the one number is read, and all figures of those that are shown.

        Units that are alike in it are told apart by name, so a few more are looked at than are shown.
        """
        short = self._short(parts, on)
        most = sorted(short.values(), reverse=True)[:NEEDIEST]
        if not most or most[0] <= 0:
            return []
        needy = [pk for pk, count in short.items() if count >= max(most[-1], 1)]
        units = self._units(_narrowed(parts, Q(org__in=needy)), on)
        return sorted(units, key=lambda unit: (-unit.stand.short, unit.name))[:NEEDIEST]

    def _neediest_of_many(self, parts: Parts, place: Division | None) -> list[PlaceStand]:
        """The same, today, from the units that may have the most downwards, until none can follow that has more."""
        on = self.state.day
        places = [place.current(on)] if place else self.inquiry.scope.roots(on)
        here = CellPost.objects.filter(_any_of(_lies_in(one, "org_code") for one in places), org=OuterRef("org"))
        units = UnitTally.objects.filter(Exists(here), year=self.inquiry.year, short__gt=0).order_by("-short")
        for looked_at in LOOKED_AT:
            most = list(units.values_list("org_id", "short")[:looked_at])
            needy = self._neediest(_narrowed(parts, Q(org__in=[pk for pk, _short in most])), on)
            if len(most) < looked_at or (len(needy) == NEEDIEST and needy[-1].stand.short > most[-1][1]):
                return needy
        return self._neediest(parts, on)

    def _short(self, parts: Parts, on: date) -> dict[int, int]:
        """By unit: how many have not met it."""
        short: dict[int, int] = defaultdict(int)
        for sign, posts in parts:
            for path, condition in self._tallies(on):
                rows = posts.filter(condition).order_by().values_list("org_id").annotate(Sum(f"cell__{path}__short"))
                for pk, count in rows:
                    short[pk] += sign * count
        return short

    def ends_of_months(self, place: Division | None, ends: Sequence[date]) -> list[TrendPoint]:
        """As `counting.count_trend`, for days that end months."""
        points: list[TrendPoint] = []
        for _changes, same in groupby(ends, key=partial(bisect_right, self._days_of_change)):
            together = list(same)
            points += self._months(self._parts(place, together[-1], wide=True), together)
        return points

    @cached_property
    def _days_of_change(self) -> list[date]:
        """The days up to today on which places became others."""
        ended = Division.objects.filter(active_to__lte=self.state.day, successor__isnull=False)
        return sorted({division.active_to for division in ended if division.active_to is not None})

    def _months(self, parts: Parts, ends: Sequence[date]) -> Iterator[TrendPoint]:
        """At ends of months between which no place became another: one sum for all of them."""
        sums = [Sum(f"cell__months__{column}") for column in COLUMNS]
        changes: dict[date, Stand] = defaultdict(Stand)
        for sign, posts in parts:
            within = posts.filter(cell__months__year=self.inquiry.year, cell__months__day__lte=ends[-1])
            for month, *amounts in within.order_by().values_list("cell__months__day").annotate(*sums):
                changes[month] += stand_of(amounts, sign)
        for end in ends:
            yield TrendPoint(end, sum((stand for month, stand in changes.items() if month <= end), Stand()))

    def _parts(self, place: Division | None, day: date, *, wide: bool = False) -> Parts:
        """The posts at which the cells in scope are counted, in the place, and with which sign they are summed."""
        wide = wide and self._sees_whole_counties(place)
        if day >= self.state.places_since:
            return self._posts(place, day, wide=wide)
        today = self.state.day
        own = [org.division for org in self.inquiry.scope.orgs] + ([place] if place else [])
        if any(division.current(day) != division.current(today) for division in own):
            return self._posts(place, day)
        moved = Q(cell__in=self._moved_since(day))
        as_today, as_then = (_narrowed(self._posts(place, one), moved) for one in (today, day))
        return [*self._posts(place, today, wide=wide), *((-sign, posts) for sign, posts in as_today), *as_then]

    def _sees_whole_counties(self, place: Division | None) -> bool:
        """Neither the scope nor the place is a part of a county, whose units a wide cell does not tell apart."""
        day = self.state.day
        own = [org.division.current(day) for org in self.inquiry.scope.orgs] + ([place.current(day)] if place else [])
        return all(len(division.code_prefix) <= LEVEL_DIGITS[DivisionLevel.COUNTY] for division in own)

    def _moved_since(self, day: date) -> Sequence[int] | QuerySet[Any]:
        """The cells of units or authorities whose place became another after the day, up to today.

        Where they are few they are named: a database does not know that and would look at all cells for them.
        """
        ended = Division.objects.filter(active_to__gt=day, active_to__lte=self.state.day, successor__isnull=False)
        places = set(ended.values_list("pk", flat=True))
        for _step in range(SUCCESSIONS):
            places |= set(Division.objects.filter(successor__in=places).values_list("pk", flat=True))
        orgs = list(Org.objects.filter(division__in=places).values_list("pk", flat=True))
        cells = CellPost.objects.filter(Q(org__in=orgs) | Q(authority__in=orgs), org__isnull=False)
        found = list(cells.order_by().values_list("cell", flat=True).distinct()[: FEW + 1])
        return found if len(found) <= FEW else cells.values("cell")

    def _posts(self, place: Division | None, day: date, *, wide: bool = False) -> Parts:
        """The post at which each cell in scope is counted, in the place; `home` is where it lies on the day.

        Apart for those who hold one post and several: an OR over questions about other posts is no join.
        """
        scope = self.inquiry.scope
        near = _any_of(_lies_in(root, "home") for root in scope.roots(day))
        seen = _any_of(_is_seen(org, day) for org in scope.orgs)
        posts = self._at_home(CellPost.objects.filter(org__isnull=wide), day)
        same = self._at_home(CellPost.objects.filter(cell=OuterRef("cell"), org__isnull=wide), day)
        first = ~Exists(same.filter(near, rank__lt=OuterRef("rank")))
        posts = posts.filter(near)
        if place is not None:
            posts = posts.filter(_lies_in(place.current(day), "home"))
        if self.inquiry.category:
            posts = posts.filter(category=self.inquiry.category)
        several = posts.filter(Exists(same.filter(seen)), first, is_only=False)
        return [(1, posts.filter(seen, is_only=True)), (1, several)]

    def _at_home(self, posts: QuerySet[Any], day: date) -> QuerySet[Any]:
        """With the codes of where unit and authority lie on the day."""
        if day >= self.state.places_since:
            return posts.annotate(home=F("org_code"), authority_home=F("authority_code"))
        return posts.annotate(home=_code_on("org__division", day), authority_home=_code_on("authority__division", day))

    def _sum(self, parts: Parts, day: date) -> Stand:
        return sum(self._sums(parts, day, "is_only").values(), Stand())

    def _sums(self, parts: Parts, day: date, *by: str) -> dict[tuple[Any, ...], Stand]:
        """How the cells counted at these posts stand as of the day, by what is named."""
        found: dict[tuple[Any, ...], Stand] = defaultdict(Stand)
        for sign, posts in parts:
            for path, condition in self._tallies(day):
                sums = [Sum(f"cell__{path}__{column}") for column in COLUMNS]
                for row in posts.filter(condition).order_by().values_list(*by).annotate(*sums):
                    found[tuple(row[: len(by)])] += stand_of(row[len(by) :], sign)
        return found

    def _tallies(self, day: date) -> list[tuple[str, Q]]:
        """Which sums make up the figures as of the day: those of today, else whole months and the days of its own."""
        year = self.inquiry.year
        if day == self.state.day:
            return [("todays", Q(cell__todays__year=year))]
        month = day.replace(day=1)
        return [
            ("months", Q(cell__months__year=year, cell__months__day__lt=month)),
            ("days", Q(cell__days__year=year, cell__days__day__gte=month, cell__days__day__lte=day)),
        ]


def stand_of(amounts: Iterable[int | None], sign: int = 1) -> Stand:
    """The amounts of a tally as a Stand, or (sign -1) taken out of one; hours have two places."""
    whole = (sign * int(one or 0) for one in amounts)
    people, asked, met, on_course, short, online, centralized, lessons, courses = whole
    return Stand(people, asked, met, on_course, short, _hours(online), _hours(centralized), lessons, courses)


def _hours(hundredths: int) -> Decimal:
    return (Decimal(hundredths) / _HUNDRED).quantize(_CENT)


def _narrowed(parts: Parts, condition: Q) -> Parts:
    return [(sign, posts.filter(condition)) for sign, posts in parts]


def _any_of(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _lies_in(place: Division, name: str) -> Q:
    """The code of that name lies in the place; a range, which an index serves on every database."""
    prefix = place.code_prefix
    return Q(**{f"{name}__gte": prefix.ljust(12, "0"), f"{name}__lte": prefix.ljust(12, "9")})


def _is_seen(org: Org, day: date) -> Q:
    """The post lets officers of the department see who holds it: the cadres of `lms.people.policies`."""
    place = org.division.current(day)
    below = _lies_in(place, "authority_home") & ~Q(authority_level=place.level)
    return _lies_in(place, "home") & (Q(authority=org) | below)


def _code_on(path: str, day: date) -> Combinable:
    """The code of what the division over `path` was on the day; see `in_place`."""
    whens = []
    for _step in range(SUCCESSIONS):
        goes_on = Q(**{f"{path}__active_to__isnull": True}) | Q(**{f"{path}__active_to__gt": day})
        whens.append(When(goes_on | Q(**{f"{path}__successor__isnull": True}), then=F(f"{path}__code")))
        path = f"{path}__successor"
    return Case(*whens, default=F(f"{path}__code"))
