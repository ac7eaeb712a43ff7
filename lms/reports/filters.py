"""What one officer asked for: her scope, narrowed by what stands in the address."""

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.lib.durations import beijing_day
from lms.lib.keys import Keys
from lms.people.enums import DivisionLevel, OrgKind, Purpose, RoleKind
from lms.people.models import Division, Org, Person
from lms.people.policies import persons_visible_to, roles_today
from lms.reports.forms import FILTERS, FIRST_DAY, DeskFilter
from lms.reports.overview.placing import narrowed, place_called, placed, trail_to
from lms.reports.overview.shapes import Inquiry, Scope
from lms.reports.queries import units_of, with_hours
from lms.reports.standing.queries import each_standing

# A list of more units than this is no help: one finds them on the way down.
MOST_UNITS = 200
_WITH_FEW_UNITS = frozenset({DivisionLevel.COUNTY, DivisionLevel.TOWNSHIP, DivisionLevel.VILLAGE})


def scope_of(request: HttpRequest) -> Scope:
    """The organisation departments for which the officer acts today, and whom they let her see as of a day."""
    roles, today = roles_today(request), beijing_day(timezone.now())
    own = {
        role.org.pk: role.org
        for role in roles
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    }

    def visible(on: date) -> QuerySet[Person]:
        return persons_visible_to(request.user, purpose=Purpose.CADRE_TRAINING, on=on, acting_on=today, roles=roles)

    return Scope(tuple(own.values()), visible)


class Desk:
    """An officer's inquiry. What the address says and cannot be shown is left out, and the form says so.

    `lists_units` where the page offers work units to choose from; else only the one asked for is looked up.
    """

    def __init__(self, request: HttpRequest, *, lists_units: bool = False) -> None:
        self.actor = request.user
        self.roles = roles_today(request)
        self.asked_for = request.GET
        self.today = beijing_day(timezone.now())
        self.scope = scope_of(request)
        wanted = _asked_day(request, self.today)
        place = place_called(request.GET.get("place", ""), self.scope, wanted)
        data = request.GET.copy()
        data.setdefault("on", wanted.isoformat())
        data.setdefault("year", str(wanted.year))
        units = self._units(wanted, place, all_of_them=lists_units)
        self.form = DeskFilter(data, today=self.today, units=units, place=place)
        self.valid = self.form.is_valid()
        self.chosen = self.form.cleaned_data if self.valid else {}
        self.on: date = self.chosen.get("on", wanted)
        self.year: int = self.chosen.get("year", self.on.year)

    @cached_property
    def place(self) -> Division | None:
        """The place looked at: the one asked for, else that of her department; None with several of these."""
        roots = self.scope.roots(self.on)
        chosen: Division | None = self.chosen.get("place")
        return chosen or (roots[0] if len(roots) == 1 else None)

    def _units(self, on: date, place: Division | None, *, all_of_them: bool) -> list[tuple[int, str]]:
        """The work units to choose from: of a county or a place in it, if they are few; else the one asked for."""
        asked = self.asked_for.get("unit", "")
        is_number = asked.isascii() and asked.isdecimal() and len(asked) < 10
        roots = [place] if place else self.scope.roots(on)
        lists_all = all_of_them and all(root.level in _WITH_FEW_UNITS for root in roots)
        if not (lists_all or is_number):
            return []
        within = narrowed(placed(self.scope, on), on, place=place)
        if lists_all:
            units = units_of(within, on, most=MOST_UNITS + 1)
            if len(units) <= MOST_UNITS:
                return units
        return units_of(narrowed(within, on, unit=int(asked)), on, most=1) if is_number else []

    @cached_property
    def unit(self) -> Org | None:
        """The work unit asked for."""
        return Org.objects.filter(pk=self.chosen["unit"]).first() if self.chosen.get("unit") else None

    @property
    def category(self) -> str:
        """What the personnel category asked for is called; empty for all."""
        return self._label("category")

    @property
    def inquiry(self) -> Inquiry:
        return Inquiry(self.scope, self.year, self.on, self.chosen.get("category", ""))

    def persons(self) -> QuerySet[Any]:
        """The persons in scope whom place, unit, category, name, hours and standing leave, with `post_id`."""
        persons = narrowed(
            placed(self.scope, self.on),
            self.on,
            place=self.chosen.get("place"),
            unit=self.chosen.get("unit"),
            category=self.chosen.get("category", ""),
        )
        if words := self.chosen.get("q"):
            persons = persons.filter(name__icontains=words)
        if wanted := self.chosen.get("hours"):
            some = with_hours(persons, year=self.year, on=self.on)
            persons = some if wanted == "some" else persons.exclude(pk__in=some.order_by().values("pk"))
        if wanted := self.chosen.get("standing"):
            ids = persons.order_by().values_list("pk", flat=True).iterator()
            standings = each_standing(ids, year=self.year, on=self.on)
            persons = persons.filter(pk__in=Keys(pk for pk, one in standings if one.state == wanted))
        return persons

    def context(self) -> dict[str, Any]:
        trail = trail_to(self.place, self.scope, self.on) if self.place else []
        return {
            "form": self.form,
            "on": self.on,
            "year": self.year,
            "orgs": self.scope.orgs,
            "place": self.place,
            "trail": trail,
            "is_root": len(trail) == 1,
            "unit": self.unit,
            "limits": self.limits,
            "kept_query": self.kept_query,
        }

    @property
    def limits(self) -> list[str]:
        """What besides day, place and unit leaves people out, in words."""
        said = [*(self._label(name) for name in ("category", "standing", "hours")), self.chosen.get("q", "")]
        return [word for word in said if word]

    def in_words(self) -> list[str]:
        """Who is left out, for a file that is handed on without its address; nothing where nobody is."""
        place = self.place.name if self.chosen.get("place") and self.place else ""
        said = [word for word in (place, self.unit.name if self.unit else "", *self.limits) if word]
        return [_("Only: %(filters)s") % {"filters": " · ".join(said)}] if said else []

    def _label(self, name: str) -> str:
        """What the form calls the choice; empty where none was made."""
        value = self.chosen.get(name)
        return str(dict(self.form.fields[name].choices)[value]) if value else ""  # type: ignore[attr-defined]  # a field of choices

    @property
    def kept_query(self) -> str:
        """The filters as a saved view keeps them: today's day and year are left to the day on which it is opened."""
        kept = QueryDict(mutable=True)
        for name in FILTERS:
            value = self.chosen.get(name)
            if value:
                kept[name] = value.code if isinstance(value, Division) else str(value)
        if self.on != self.today:
            kept["on"] = self.on.isoformat()
        if self.year != self.on.year:
            kept["year"] = str(self.year)
        return kept.urlencode()


def _asked_day(request: HttpRequest, today: date) -> date:
    try:
        return max(FIRST_DAY, min(date.fromisoformat(request.GET.get("on", "")), today))
    except ValueError:
        return today
