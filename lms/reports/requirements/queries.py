"""The requirements of an authority and of the places around it, and which of them hold."""

from dataclasses import dataclass
from datetime import date

from lms.credits.domain.binding import places_around
from lms.credits.domain.holding import rows_of
from lms.credits.models import CreditRequirement
from lms.people.enums import OrgKind, RoleKind
from lms.people.models import Division, Org, Role


@dataclass(frozen=True, slots=True)
class Listed:
    """A row, the place that set it, and how it stands on the day: begun, held back by a nearer one, or its own."""

    row: CreditRequirement
    place: str
    is_own: bool
    has_begun: bool
    holds: bool


def departments(roles: list[Role]) -> list[Org]:
    """The organisation departments of which the holder of these roles is an officer."""
    orgs = {
        role.org.pk: role.org
        for role in roles
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    }
    return list(orgs.values())


def requirements_for(authority: Org, on: date) -> list[Listed]:
    """Rows in force on the day or later, the nearest first within each group; two queries."""
    rows = rows_of(authority, on)
    places = places_around(authority.division.current(on).code)
    names = dict(Division.objects.filter(code__in=places).values_list("code", "name"))

    def nearness(row: CreditRequirement) -> int:
        return -1 if row.authority_id else places.index(row.region_code)

    rows.sort(key=lambda row: (row.category, row.period, row.bound, nearness(row), row.active_from))
    listed, taken = [], set()
    for row in rows:
        group, begun = (row.category, row.period, row.bound), row.active_from <= on
        holds = begun and group not in taken
        if begun:
            taken.add(group)
        place = authority.name if row.authority_id else names.get(row.region_code, "")
        listed.append(Listed(row, place, bool(row.authority_id), begun, holds))
    return listed
