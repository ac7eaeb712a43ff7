"""A person is reached on another number from today on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.domain.ending import end_sessions
from lms.people.domain.keeping import take_off_everywhere
from lms.people.domain.leaving import end
from lms.people.domain.registering import add_phone
from lms.people.enums import Purpose
from lms.people.models import Contact, Person
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.policies import persons_visible_to


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
    helped = persons_visible_to(by, purpose=Purpose.HELPING, on=beijing_day(at))
    if by.pk == person.pk or not helped.filter(pk=person.pk).exists():
        raise ChangeRefused(_("You can change the number of learners in your own place only, and not your own."))
    if not reason.strip():
        raise ChangeRefused(_("Please write why, for example: old phone lost, identity card seen."))
    contact = _replace(person, phone, by=by, detail={"means": "in person", "reason": reason.strip()}, at=at)
    end_sessions(person)  # on the phone that she lost
    return contact


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
    take_off_everywhere(person)
    record("phone.changed", actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    return contact
