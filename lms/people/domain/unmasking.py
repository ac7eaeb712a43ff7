"""Names and numbers are masked in lists; to see one in full is an act of its own, and logged (law 9)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.audit.domain.recording import record
from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.encryption import decrypt
from lms.people.enums import UNMASKED, Purpose
from lms.people.models import Contact, Identity, Person
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE
from lms.people.policies import is_masked, role_that_shows
from lms.people.validators import A_NUMBER


class UnmaskingRefused(Exception):
    """The person is not the actor's to see for this purpose, the reason will not do, or today's looks are used up."""


@dataclass(frozen=True, slots=True)
class Unmasked:
    name: str
    phones: list[str] = field(repr=False)
    identity_number: str = field(default="", repr=False)


@transaction.atomic
def unmask(person: Person, *, by: Person, purpose: Purpose, reason: str, at: datetime) -> Unmasked:
    """Name and numbers in full, for somebody who may see the person for the purpose today and says why.

    The log keeps role, organisation and reason, which the person reads on her account page; it is never erased, so
    the reason must not name her. Each look counts, a repeated one too: UNMASKINGS_PER_DAY in a day (Beijing). An
    identity number is shown only to whoever keeps the person's roster.
    """
    today = beijing_day(at)
    role = role_that_shows(person, to=by, purpose=purpose, on=today) if is_masked(purpose) else None
    if role is None:
        raise UnmaskingRefused(_("This person is not in your list."))
    reason = reason.strip()
    if not reason:
        raise UnmaskingRefused(_("Please write why."))
    if person.name in reason or A_NUMBER.search(reason):
        raise UnmaskingRefused(_("Please give the reason without names and numbers: it is kept for good."))
    # Locked, so that two looks at once cannot both be the last one of the day.
    Person.objects.select_for_update().get(pk=by.pk)
    begin = beijing_midnight(today)
    looks = AuditEntry.objects.by(by.pk).between(begin, begin + timedelta(days=1)).filter(action=UNMASKED).count()
    if looks >= settings.UNMASKINGS_PER_DAY:
        raise UnmaskingRefused(_too_many(looks))
    detail = {"purpose": str(purpose), "reason": reason, "role": role.kind, "org": role.org.code}
    record(UNMASKED, actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    contacts = Contact.objects.filter(person=person).on(today)
    phones = [decrypt(contact.encrypted, PHONE_PURPOSE) for contact in contacts]
    identity = Identity.objects.filter(person=person).first() if purpose == Purpose.ROSTER else None
    return Unmasked(person.name, phones, decrypt(identity.encrypted, IDENTITY_PURPOSE) if identity else "")


def _too_many(looks: int) -> str:
    return ngettext(
        "You have seen somebody in full %(count)d time today, which is the most for one day. Please go on tomorrow.",
        "You have seen somebody in full %(count)d times today, which is the most for one day. Please go on tomorrow.",
        looks,
    ) % {"count": looks}
