"""The figures of the first page from roll-ups: the same people as the policy and the recount, in a few sums.

Who is counted where is decided as in `overview.placing`: at the post held longest of those within the scope's places.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, Min, OuterRef, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr

from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.enums import LEVEL_DIGITS
from lms.people.models import Division, Org
from lms.people.models.places import SUCCESSIONS
from lms.reports.overview.shapes import NEEDIEST, Inquiry, PlaceFigures, PlaceStand, Stand, TrendPoint
from lms.reports.rollups.folding import COLUMNS
from lms.reports.rollups.models import CellPost, FoldState, Touched

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


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

    def as_of(self, at: datetime) -> datetime:
        """The moment whose facts the figures hold: now, or when the oldest thing happened that is not counted yet."""
        waiting = Touched.objects.aggregate(first=Min("at"))["first"]
        moments = [moment for moment in (waiting, self.state.sweep_since, at) if moment is not None]
        if self.inquiry.on < beijing_day(at):
            moments.append(beijing_midnight(self.inquiry.on + timedelta(days=1)))
        return min(moments)

    def figures_of(self, place: Division | None) -> PlaceFigures:
        """As `counting.count_place`."""
        on = self.inquiry.on
        posts = self._posts(place, on)
        if place is None:
            roots = self.inquiry.scope.roots(on)
            sums = {root: self._sum(posts.filter(_lies_in(root, "home")), on) for root in roots}
            children = [PlaceStand(root.name, sums[root], code=root.code) for root in roots if sums[root].people]
            units: list[PlaceStand] = []
        else:
            children = self._children(posts.exclude(home=place.code), place, on)
            units = self._units(posts.filter(home=place.code), on)
        return PlaceFigures(
            total=sum((part.stand for part in [*children, *units]), Stand()),
            children=children,
            units=units,
            neediest=self._neediest(posts, on),
        )

    def _children(self, posts: QuerySet[Any], place: Division, on: date) -> list[PlaceStand]:
        """The places of the next level; where one has no such level, those of the one after it."""
        found: list[PlaceStand] = []
        for digits in sorted(LEVEL_DIGITS.values()):
            if digits <= len(place.code_prefix):
                continue
            sums = self._sums(posts.annotate(part=Substr("home", 1, digits)), on, "part")
            stands = {prefix.ljust(12, "0"): stand for (prefix,), stand in sums.items() if stand.people}
            names = dict(Division.objects.filter(code__in=stands).values_list("code", "name"))
            found += [PlaceStand(names[code], stands[code], code=code) for code in names]
            missing = [code[:digits] for code in stands if code not in names]
            if not missing:
                break
            posts = posts.filter(_any_of(Q(home__startswith=prefix) for prefix in missing))
        return sorted(found, key=lambda child: child.code)

    def _units(self, posts: QuerySet[Any], on: date) -> list[PlaceStand]:
        """The work units, by name."""
        stands = {pk: stand for (pk,), stand in self._sums(posts, on, "org_id").items() if stand.people}
        names = dict(Org.objects.filter(pk__in=stands).values_list("pk", "name"))
        return sorted((PlaceStand(names[pk], stands[pk], unit_id=pk) for pk in stands), key=lambda unit: unit.name)

    def _neediest(self, posts: QuerySet[Any], on: date) -> list[PlaceStand]:
        """Of tens of thousands of units only the one number is read, and all figures of those that are shown.

        Units that are alike in it are told apart by name, so a few more are looked at than are shown.
        """
        short: dict[int, int] = defaultdict(int)
        for path, condition in self._tallies(on):
            rows = posts.filter(condition).order_by().values_list("org_id").annotate(Sum(f"cell__{path}__short"))
            for pk, count in rows:
                short[pk] += count
        most = sorted(short.values(), reverse=True)[:NEEDIEST]
        if not most or most[0] <= 0:
            return []
        needy = [pk for pk, count in short.items() if count >= max(most[-1], 1)]
        units = self._units(posts.filter(org__in=needy), on)
        return sorted(units, key=lambda unit: (-unit.stand.short, unit.name))[:NEEDIEST]

    def trend_of(self, place: Division | None, days: Sequence[date]) -> list[TrendPoint]:
        """As `counting.count_trend`: the last of the days is the one asked for, those before it end months."""
        points = []
        ends = [day for day in days[:-1] if day >= self.state.places_since]
        for day in days[: len(days) - 1 - len(ends)]:
            points.append(TrendPoint(day, self._sum(self._posts(place, day), day)))
        if ends:
            points += self._months(self._posts(place, ends[-1]), ends)
        return [*points, TrendPoint(days[-1], self._sum(self._posts(place, days[-1]), days[-1]))]

    def _months(self, posts: QuerySet[Any], ends: Sequence[date]) -> Iterator[TrendPoint]:
        """At ends of months between which no place became another: one sum for all of them."""
        within = posts.filter(cell__months__year=self.inquiry.year, cell__months__day__lte=ends[-1])
        sums = [Sum(f"cell__months__{column}") for column in COLUMNS]
        rows = within.order_by().values_list("cell__months__day").annotate(*sums)
        changes = {month: stand_of(amounts) for month, *amounts in rows}
        for end in ends:
            yield TrendPoint(end, sum((stand for month, stand in changes.items() if month <= end), Stand()))

    def _posts(self, place: Division | None, day: date) -> QuerySet[Any]:
        """The post at which each cell in scope is counted, in the place; `home` is where it lies on the day."""
        scope = self.inquiry.scope
        near = _any_of(_lies_in(root, "home") for root in scope.roots(day))
        seen = _any_of(_is_seen(org, day) for org in scope.orgs)
        posts = self._at_home(CellPost.objects.all(), day)
        same = self._at_home(CellPost.objects.filter(cell=OuterRef("cell")), day)
        first = ~Exists(same.filter(near, rank__lt=OuterRef("rank")))
        posts = posts.filter(near).filter(Q(seen, is_only=True) | Q(Exists(same.filter(seen)), first, is_only=False))
        if place is not None:
            posts = posts.filter(_lies_in(place.current(day), "home"))
        if self.inquiry.category:
            posts = posts.filter(category=self.inquiry.category)
        return posts

    def _at_home(self, posts: QuerySet[Any], day: date) -> QuerySet[Any]:
        """With the codes of where unit and authority lie on the day."""
        if day >= self.state.places_since:
            return posts.annotate(home=F("org_code"), authority_home=F("authority_code"))
        return posts.annotate(home=_code_on("org__division", day), authority_home=_code_on("authority__division", day))

    def _sum(self, posts: QuerySet[Any], day: date) -> Stand:
        return sum(self._sums(posts, day, "is_only").values(), Stand())

    def _sums(self, posts: QuerySet[Any], day: date, *by: str) -> dict[tuple[Any, ...], Stand]:
        """How the cells counted at these posts stand as of the day, by what is named."""
        found: dict[tuple[Any, ...], Stand] = defaultdict(Stand)
        for path, condition in self._tallies(day):
            sums = [Sum(f"cell__{path}__{column}") for column in COLUMNS]
            for row in posts.filter(condition).order_by().values_list(*by).annotate(*sums):
                found[tuple(row[: len(by)])] += stand_of(row[len(by) :])
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


def stand_of(amounts: Iterable[int | None]) -> Stand:
    """The amounts of a tally as a Stand; hours have two places."""
    people, asked, met, on_course, short, online, centralized, lessons, courses = (int(one or 0) for one in amounts)
    return Stand(people, asked, met, on_course, short, _hours(online), _hours(centralized), lessons, courses)


def _hours(hundredths: int) -> Decimal:
    return (Decimal(hundredths) / _HUNDRED).quantize(_CENT)


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
