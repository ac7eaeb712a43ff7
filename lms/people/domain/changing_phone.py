"""A person is reached on another number from today on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.domain.leaving import end
from lms.people.domain.registering import add_phone
from lms.people.enums import RoleKind
from lms.people.models import Contact, Person, in_place
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.dated import holds_on
from lms.people.policies import roles_on

HELPING_ROLES = frozenset({RoleKind.LEARNING_HELPER, RoleKind.OFFICER})


class ChangeRefused(Exception):
    """The number cannot be changed like this; the text says why."""


@transaction.atomic
def change_phone(person: Person, phone: str, *, at: datetime) -> Contact:
    """The new number replaces the old ones. Whoever calls has seen a code of the old and one of the new number."""
    return _replace(person, phone, by=person, detail={"means": "old number"}, at=at)


@transaction.atomic
def change_phone_in_person(person: Person, phone: str, *, by: Person, reason: str, at: datetime) -> Contact:
    """A helper or officer who sits beside the person changes it, with a reason, and it is logged.

    Whoever calls has seen a code of the new number.
    """
    if by.pk == person.pk or not may_help(by, person, at=at):
        raise ChangeRefused(_("You can change the number of learners in your own place only, and not your own."))
    if not reason.strip():
        raise ChangeRefused(_("Please write why, for example: old phone lost, identity card seen."))
    return _replace(person, phone, by=by, detail={"means": "in person", "reason": reason.strip()}, at=at)


def may_help(helper: Person, person: Person, *, at: datetime) -> bool:
    """Whether the person belongs to the place of an organisation for which the helper or officer works today."""
    return helped_by(helper, at=at).filter(pk=person.pk).exists()


def helped_by(helper: Person, *, at: datetime):  # type: ignore[no-untyped-def]
    """The persons of the helper's or officer's places, to be found by name while they are present in person."""
    today = beijing_day(at)
    persons = Person.objects.none()
    for role in roles_on(helper, today):
        if role.kind in HELPING_ROLES:
            persons |= Person.objects.present().filter(
                holds_on(today, "belongings__"), in_place(role.org.division, today, "belongings__division")
            )
    return persons.distinct()


def _replace(person: Person, phone: str, *, by: Person, detail: dict[str, str], at: datetime) -> Contact:
    today = beijing_day(at)
    Person.objects.select_for_update().get(pk=person.pk)
    current = list(Contact.objects.filter(person=person).on(today))
    index = keyed_index(phone, PHONE_PURPOSE)
    if [contact.index for contact in current] == [index]:
        return current[0]
    for contact in current:
        end(contact, on=today)
    contact = add_phone(person, phone, at=at)
    record("phone.changed", actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    return contact
