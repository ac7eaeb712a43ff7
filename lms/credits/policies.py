"""Who may set rules."""

from datetime import date
from typing import Any

from lms.people.enums import OrgKind, RoleKind
from lms.people.models import Org, Role
from lms.people.policies import roles_on


def rule_authorities(actor: Any, on: date, *, roles: list[Role] | None = None) -> list[Org]:
    """The organisation departments whose own rules the actor may write and end on the day, as their officer.

    `roles` are those of that day, where the caller has just looked them up.
    """
    roles = roles_on(actor, on) if roles is None else roles
    orgs = {
        role.org_id: role.org
        for role in roles
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    }
    return sorted(orgs.values(), key=lambda org: (org.name, org.pk))


def may_write_rules_of(actor: Any, org: Org | None, on: date, *, roles: list[Role] | None = None) -> bool:
    """Only an officer of that organisation department; the rule of a region, and a preset, are nobody's at the desk."""
    return org is not None and org in rule_authorities(actor, on, roles=roles)
