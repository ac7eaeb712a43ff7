"""委托代审: who is on leave hands the first review of claims to a colleague, from a day to a day."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.enums import LEVEL_DIGITS, DivisionLevel, OrgKind, RoleKind
from lms.people.models import Delegation, Person, Post, Role
from lms.people.models.dated import holds_on
from lms.people.policies import units_of_role

# A longer absence is for the security administrator, who grants a role.
MOST_DAYS = 60


class DelegationRefused(Exception):
    """The review cannot be handed over like this; the message can be shown."""


def delegable_roles(person: Person, on: date) -> list[Role]:
    """The person's own roles whose review she may hand over; what she stands in for is not among them."""
    roles = Role.objects.filter(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER).on(on)
    return list(roles.filter(holds_on(on, "org__")).select_related("org__division__successor").order_by("pk"))


def colleagues_of(role: Role, on: date) -> list[Person]:
    """Who may stand in: personnel officers of units whose people the same authority manages, by name."""
    posts = Post.objects.on(on).filter(org__in=units_of_role(role, on).order_by().values("pk"))
    authorities = list(posts.order_by().values_list("cadre_authority", flat=True).distinct())
    managed = Post.objects.on(on).filter(cadre_authority__in=authorities).select_related("org__division")
    units, townships = set[int](), set[str]()
    for post in managed:
        units.add(post.org_id)
        if post.org.kind == OrgKind.VILLAGE_COMMITTEE:
            townships.add(post.org.division.code[: LEVEL_DIGITS[DivisionLevel.TOWNSHIP]])
    others = Role.objects.filter(kind=RoleKind.UNIT_PERSONNEL_OFFICER).on(on).filter(holds_on(on, "org__"))
    others = others.filter(person__in=Person.objects.present(), person__is_active=True).exclude(person=role.person)
    found = {
        other.person
        for other in others.select_related("person", "org__division")
        if other.org_id in units
        or (other.org.kind == OrgKind.TOWNSHIP_GOVERNMENT and other.org.division.code_prefix in townships)
    }
    return sorted(found, key=lambda person: (person.name, person.pk))


def delegations_of(person: Person, on: date) -> QuerySet[Delegation]:
    """What the person has handed over and what has not ended yet, the earliest first."""
    hers: QuerySet[Any] = Delegation.objects.filter(role__person=person, active_to__gt=on)
    return hers.select_related("role__org", "taker").order_by("active_from", "pk")


@transaction.atomic
def hand_over(role: Role, *, to: Person, first_day: date, last_day: date, by: Person, at: datetime) -> Delegation:
    """The colleague reviews beside her from the first day to the last, both counted. Told twice, it is one.

    Raises DelegationRefused. The person's own claims stay out of the colleague's sight: nobody chooses her reviewer.
    """
    today = beijing_day(at)
    Role.objects.select_for_update().get(pk=role.pk)
    if role not in delegable_roles(by, today):
        raise DelegationRefused(_("Only your own first review of claims can be handed over."))
    if first_day < today or last_day < first_day:
        raise DelegationRefused(_("Choose days from today on, the last one not before the first."))
    if last_day - first_day >= timedelta(days=MOST_DAYS):
        raise DelegationRefused(
            _("At most 60 days. For a longer absence ask the security administrator to grant the role to somebody.")
        )
    after = last_day + timedelta(days=1)
    known: Delegation | None = Delegation.objects.filter(
        role=role, taker=to, active_from=first_day, active_to=after
    ).first()
    if known:
        return known
    if not role.holds(last_day):
        raise DelegationRefused(_("Your own role ends before that day."))
    if to not in colleagues_of(role, first_day) or to not in colleagues_of(role, last_day):
        raise DelegationRefused(_("Choose a personnel officer of a unit that the same authority manages."))
    overlapping = Delegation.objects.filter(role=role, active_from__lt=after, active_to__gt=first_day)
    if overlapping.exists():
        raise DelegationRefused(_("For some of these days a colleague stands in already. End that first."))
    made = Delegation.objects.create(role=role, taker=to, active_from=first_day, active_to=after, given_at=at)
    detail = {"person": to.pk, "org": role.org.code, "since": first_day, "until": last_day}
    record("review.delegated", actor=by, subject_kind="person", subject_id=by.pk, detail=detail, at=at)
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: Person, at: datetime) -> Delegation:
    """The colleague reviews no longer, from this moment on; before its first day it is as if it had not been."""
    delegation = Delegation.objects.select_for_update(of=("self",)).select_related("role__org").get(pk=delegation.pk)
    today = beijing_day(at)
    if delegation.role.person_id != by.pk:
        raise DelegationRefused(_("Only who handed the review over takes it back."))
    if delegation.active_to is not None and delegation.active_to <= today:
        return delegation
    delegation.active_to = max(today, delegation.active_from)
    delegation.save(update_fields=["active_to"])
    detail = {"person": delegation.taker_id, "org": delegation.role.org.code, "on": today}
    record("review.delegation_ended", actor=by, subject_kind="person", subject_id=by.pk, detail=detail, at=at)
    return delegation
