"""Closing an account: what it says about the person goes, what rules require to be kept stays."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.domain.ending import end_sessions
from lms.people.domain.granting import end_role
from lms.people.domain.keeping import take_off_everywhere
from lms.people.domain.leaving import end
from lms.people.models import (
    Belonging,
    Consent,
    Contact,
    Identity,
    Invitation,
    Membership,
    Person,
    Post,
    Role,
    SmsDevice,
)
from lms.people.signals import account_closed


class ClosingRefused(Exception):
    """The account cannot be closed now; the text says why."""


def withdraw_consent(person: Person, *, at: datetime) -> int:
    """Every consent of the person is withdrawn; how many were open. Without consent there is no account."""
    return Consent.objects.filter(person=person, withdrawn_at__isnull=True).update(withdrawn_at=at)


@transaction.atomic
def close_account(person: Person, *, by: Person, at: datetime) -> Person:
    """Phone, identity number, village and second factor are deleted; so is the name, unless a cadre's record needs it.

    Roles and memberships end today; completions and ledger entries hold only the opaque id and stay. Accounts
    merged into this one are emptied with it. Told twice, it happens once.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.closed_at is not None:
        return person
    if person.merged_into_id:
        raise ClosingRefused(_("This account was merged into another one. Close that one."))
    today = beijing_day(at)
    parts = [person, *person.merged_from.select_for_update()]
    for part in parts:
        for role in Role.objects.filter(person=part).on(today):
            end_role(role, by=by, on=today, at=at)
        withdraw_consent(part, at=at)
        _forget(part, at=at)
    record("person.closed", actor=by, subject_kind="person", subject_id=person.pk, at=at)
    announce = partial(account_closed.send_robust, sender=None, person_ids=[part.pk for part in parts])
    transaction.on_commit(announce, robust=True)
    return person


def _forget(person: Person, *, at: datetime) -> None:
    today = beijing_day(at)
    indexes = list(Contact.objects.filter(person=person).values_list("index", flat=True))
    Contact.objects.filter(person=person).delete()
    # The number's own rows go unless somebody else is still reached there.
    shared = Contact.objects.filter(index__in=indexes).values_list("index", flat=True)
    SmsDevice.objects.filter(number_index__in=set(indexes) - set(shared)).delete()
    Identity.objects.filter(person=person).delete()
    Belonging.objects.filter(person=person).delete()
    take_off_everywhere(person)
    end_sessions(person)
    for membership in Membership.objects.filter(person=person, active_to__isnull=True):
        end(membership, on=today)
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
    Invitation.objects.filter(person=person, accepted_at__isnull=True).update(expires_at=at)
    if not Post.objects.filter(person=person).exists():
        person.name = ""
        person.birth_year = None
    person.is_active = False
    person.closed_at = at
    person.set_unusable_password()
    person.save()
