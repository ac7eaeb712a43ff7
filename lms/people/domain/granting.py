"""Roles are granted from a day, and ended."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.domain.groups import keep_groups
from lms.people.domain.leaving import end
from lms.people.enums import ADMINISTRATORS, ReviewStep, RoleKind
from lms.people.models import Org, Person, Role


class RoleRefused(Exception):
    """The role cannot be granted; the text says why."""


@transaction.atomic
def grant_role(
    person: Person,
    kind: str,
    org: Org,
    *,
    by: Person | None,
    active_from: date,
    active_to: date | None = None,
    step: str = "",
    at: datetime | None = None,
) -> Role:
    """Give the person a role for the organisation from the day on. Told twice, it is one role.

    Refused: to oneself; a second of the three administrators' roles; a review step without being a reviewer.
    `by` is None only for the first administrators, made on the machine itself.
    """
    at = at or timezone.now()
    kind = RoleKind(kind)
    if by is not None and by.pk == person.pk:
        raise RoleRefused(_("Nobody grants a role to herself. Ask another security administrator."))
    if (kind == RoleKind.REVIEWER) != bool(step) or (step and step not in ReviewStep.values):
        raise RoleRefused(_("A reviewer does one step of review: first, second or final. Other roles have no step."))
    Person.objects.select_for_update().get(pk=person.pk)
    if kind in ADMINISTRATORS:
        others = Role.objects.filter(person=person, kind__in=ADMINISTRATORS - {kind}).on(active_from)
        if others.exists():
            raise RoleRefused(
                _("System, security and audit administrators are three people. This person is already another of them.")
            )
    role, created = Role.objects.get_or_create(
        person=person,
        kind=kind,
        org=org,
        step=step,
        active_to__isnull=True,
        defaults={"active_from": active_from, "active_to": active_to, "granted_by": by},
    )
    if created:
        keep_groups(person, on=beijing_day(at))
        detail = {"role": kind, "org": org.code, "step": step, "from": active_from, "to": active_to}
        record("role.granted", actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    return role


@transaction.atomic
def end_role(role: Role, *, by: Person | None, on: date, at: datetime | None = None) -> Role:
    """The role opens nothing from the day on."""
    at = at or timezone.now()
    before = role.active_to
    end(role, on=on)
    if role.active_to != before:
        keep_groups(role.person, on=beijing_day(at))
        detail = {"role": role.kind, "org": role.org.code, "step": role.step, "on": on}
        record("role.ended", actor=by, subject_kind="person", subject_id=role.person_id, detail=detail, at=at)
    return role
