"""Several people on one phone: an account stays on it by its owner's wish, and is entered by choosing name or picture.

Each account is a right of its own: given after a code, over after 30 days without use and after half a year in any
case, ended by its owner from any phone, by a new number, by closing or merging the account. Whoever has a role or a
second factor is never kept: staff sign in.
"""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.domain.pacing import take_try
from lms.people.enums import Picture
from lms.people.models import KeptAccount, Person, Role

MOST_ON_A_PHONE = 6
ENTRIES_PER_HOUR = 60


class NotKept(Exception):
    """The account cannot stay on this phone, or be entered from it; the text says why."""


def new_phone() -> str:
    """The random number that a phone holds; only its keyed index is kept here."""
    return secrets.token_urlsafe(32)


def _index(phone: str) -> str:
    return keyed_index(phone, "kept-phone")


def may_be_kept(person: Person, *, at: datetime) -> bool:
    """Whether the account is open and opens nothing for which staff show a password and a second factor."""
    return (
        Person.objects.present().filter(pk=person.pk).exists()
        and not Role.objects.filter(person=person).on(beijing_day(at)).exists()
        and not TOTPDevice.objects.filter(user=person, confirmed=True).exists()
    )


def kept_on(phone: str, *, at: datetime) -> list[KeptAccount]:
    """Who can be chosen on this phone, in the order in which they came."""
    if not phone:
        return []
    roles = Role.objects.filter(person=OuterRef("person")).on(beijing_day(at))
    factors = TOTPDevice.objects.filter(user=OuterRef("person"), confirmed=True)
    rows = KeptAccount.objects.alive(at).filter(phone_index=_index(phone), person__in=Person.objects.present())
    return list(rows.exclude(Exists(roles)).exclude(Exists(factors)).select_related("person").order_by("kept_at", "pk"))


@transaction.atomic
def keep(person: Person, phone: str, *, at: datetime, picture: str = "") -> KeptAccount:
    """The account stays on the phone; whoever calls has just seen its owner's code. Told twice, it stays once."""
    if not may_be_kept(person, at=at):
        raise NotKept(_("Staff accounts do not stay on a phone: sign in with password and code each time."))
    others = [each for each in kept_on(phone, at=at) if each.person_id != person.pk]
    if len(others) >= MOST_ON_A_PHONE:
        raise NotKept(_("Six people are kept on this phone already. Take one of them off first."))
    free = [each for each in Picture.values if each not in {other.picture for other in others}]
    picture = picture if picture in Picture.values else free[0]
    kept, _made = KeptAccount.objects.update_or_create(
        phone_index=_index(phone),
        person=person,
        defaults={"picture": picture, "kept_at": at, "last_used_at": at},
    )
    return kept


def choose_picture(person: Person, phone: str, picture: str) -> None:
    """Another picture beside the name; what is no picture of ours changes nothing."""
    if picture in Picture.values:
        KeptAccount.objects.filter(person=person, phone_index=_index(phone)).update(picture=picture)


def enter(phone: str, pk: int, *, at: datetime) -> Person:
    """Who was chosen on this phone. Raises NotKept where that right is over or was never given."""
    if not phone or not take_try("kept-enter", phone, most=ENTRIES_PER_HOUR, at=at):
        raise NotKept(_("Please sign in with your number."))
    kept = next((each for each in kept_on(phone, at=at) if each.pk == pk), None)
    if kept is None:
        raise NotKept(_("This account does not stay on this phone any more. Sign in with your number."))
    KeptAccount.objects.filter(pk=kept.pk).update(last_used_at=at)
    return kept.person


def take_off(phone: str, pk: int) -> bool:
    """The account does not stay on this phone any more. Whoever holds the phone may say so; it opens nothing."""
    return bool(KeptAccount.objects.filter(pk=pk, phone_index=_index(phone)).delete()[0])


def take_off_everywhere(person: Person) -> int:
    """The account stays on no phone any more; on how many it did."""
    return KeptAccount.objects.filter(person=person).delete()[0]


@transaction.atomic
def stay_here_alone(person: Person, phone: str) -> str:
    """The account stays on this phone alone; the phone's new number, under which everybody on it is found from now on.

    Without a new number, a copy of the old one would go on opening what it opened.
    """
    KeptAccount.objects.filter(person=person).exclude(phone_index=_index(phone)).delete()
    fresh = new_phone()
    KeptAccount.objects.filter(phone_index=_index(phone)).update(phone_index=_index(fresh))
    return fresh
