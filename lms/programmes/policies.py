"""Who may assign courses, and who reads what became of them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Page

from lms.people.enums import OrgKind, Purpose, RoleKind
from lms.people.models import Org, Person, Role
from lms.people.policies import persons_visible_to, roles_on
from lms.programmes.models import Assignment


def assigning_orgs(actor: Any, on: date, *, roles: list[Role] | None = None) -> list[Org]:
    """The organisation departments in whose name the actor may assign courses on the day, by name."""
    roles = roles_on(actor, on) if roles is None else roles
    orgs = {
        role.org for role in roles if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    }
    return sorted(orgs, key=lambda org: (org.name, org.pk))


def assignments_for(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[Assignment]:
    """The assignments that the actor reads, reminds of and withdraws on the day: those of her own departments."""
    orgs = assigning_orgs(actor, on, roles=roles)
    found = Assignment.objects.filter(org__in=[org.pk for org in orgs])
    return found.select_related("course", "org__division__successor", "assigned_by", "withdrawn_by")


def scope_of(org: Org, actor: Any, *, on: date, roles: list[Role]) -> QuerySet[Person]:
    """The cadres whom the actor sees by law 8 through her roles in this one department."""
    hers = [role for role in roles if role.org_id == org.pk]
    return persons_visible_to(actor, purpose=Purpose.CADRE_TRAINING, on=on, roles=hers)


def why_not_deletable(pages: list[Page]) -> list[str]:
    """The reason against deleting a course that somebody was asked to complete."""
    if Assignment.objects.filter(course__in=[page.pk for page in pages]).exists():
        return [_("The course has been assigned to people. Unpublish it instead.")]
    return []
