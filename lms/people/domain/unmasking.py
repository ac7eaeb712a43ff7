"""Names and numbers are masked in lists; to see one in full is an act of its own, and logged (law 9)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import decrypt
from lms.people.enums import Purpose
from lms.people.models import Contact, Person
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.policies import persons_visible_to


class UnmaskingRefused(Exception):
    """The person is not the actor's to see for this purpose, or no reason was given."""


@dataclass(frozen=True, slots=True)
class Unmasked:
    name: str
    phones: list[str] = field(repr=False)


@transaction.atomic
def unmask(person: Person, *, by: Person, purpose: Purpose, reason: str, at: datetime) -> Unmasked:
    """Name and numbers in full, for somebody who may see the person for the purpose today and says why."""
    today = beijing_day(at)
    if not persons_visible_to(by, purpose=purpose, on=today).filter(pk=person.pk).exists():
        raise UnmaskingRefused(_("This person is not in your list."))
    if not reason.strip():
        raise UnmaskingRefused(_("Please write why."))
    detail = {"purpose": str(purpose), "reason": reason.strip()}
    record("person.unmasked", actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    contacts = Contact.objects.filter(person=person).on(today)
    return Unmasked(person.name, [decrypt(contact.encrypted, PHONE_PURPOSE) for contact in contacts])
