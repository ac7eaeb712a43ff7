"""Staff come in by invitation: a code, handed over by the inviter, that works once and for three days."""

import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.domain.granting import grant_role
from lms.people.enums import LearnerCategory
from lms.people.models import Invitation, Org, Person

VALID_FOR = timedelta(days=3)
# After taking up an invitation there is a day to set up the second factor, in case the phone is not at hand.
ENROLMENT_TIME = timedelta(days=1)


class InvitationRefused(Exception):
    """The invitation is unknown, used or too old; the answer is the same, so that nothing can be guessed."""


def _hashed(code: str) -> str:
    return keyed_index(code, "invitation")


@transaction.atomic
def invite_staff(
    *,
    name: str,
    kind: str,
    org: Org,
    by: Person | None,
    at: datetime,
    step: str = "",
    person: Person | None = None,
    active_from: date | None = None,
) -> tuple[Invitation, str]:
    """Make or take a person, grant the role from today (or a later day), and give an invitation with its code.

    The code is returned once and never stored. Whoever was invited before and did not come yet gets a new
    code; the old one stops working. A person who has a password needs no invitation: grant the role instead.
    """
    person = person or Person.objects.create_user(name=name.strip(), kind=LearnerCategory.CADRE, joined_at=at)
    grant_role(person, kind, org, by=by, active_from=active_from or beijing_day(at), step=step, at=at)
    return invite_again(person, by=by, at=at)


@transaction.atomic
def invite_again(person: Person, *, by: Person | None, at: datetime) -> tuple[Invitation, str]:
    """A new invitation for a person whose earlier one ran out, or whose second factor was reset."""
    Invitation.objects.filter(person=person, accepted_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    code = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        person=person, code_hash=_hashed(code), invited_by=by, created_at=at, expires_at=at + VALID_FOR
    )
    record("staff.invited", actor=by, subject_kind="person", subject_id=person.pk, at=at)
    return invitation, code


def open_invitation(code: str, *, at: datetime) -> Invitation:
    """The invitation behind a code, if it still works."""
    invitation = Invitation.objects.select_related("person").filter(code_hash=_hashed(code)).first()
    if invitation is None or not invitation.is_open(at) or not invitation.person.is_active:
        raise InvitationRefused(_("This invitation does not work any more. Ask whoever gave it to you for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(code: str, *, password: str, at: datetime) -> Person:
    """Set the password of the invited person; the invitation is used up. Raises ValidationError for a weak one."""
    person = open_invitation(code, at=at).person
    validate_password(password, person)
    if not Invitation.objects.filter(code_hash=_hashed(code), accepted_at__isnull=True).update(accepted_at=at):
        raise InvitationRefused(_("This invitation was just used."))
    person.set_password(password)
    person.password_changed_at = at
    person.save(update_fields=["password", "password_changed_at"])
    record("staff.accepted", actor=person, subject_kind="person", subject_id=person.pk, at=at)
    return person


def may_enrol(person: Person, *, at: datetime) -> bool:
    """Whether a first second factor may be set up: only shortly after an invitation was taken up."""
    return Invitation.objects.filter(person=person, accepted_at__gt=at - ENROLMENT_TIME).exists()
