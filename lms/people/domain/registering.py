"""A learner comes to Tianjian for the first time."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.lib.durations import beijing_day
from lms.lib.encryption import encrypt, keyed_index
from lms.people.domain.joining import move_to_village
from lms.people.domain.notices import current_notice
from lms.people.enums import ConsentMeans, DivisionLevel, LearnerCategory, NoticeAudience
from lms.people.models import Consent, Contact, Division, Person, PrivacyNotice
from lms.people.models.contacts import PHONE_PURPOSE, STALE_AFTER

AGE_WITHOUT_GUARDIAN = 14
OLDEST = 120
GUARDIAN_PURPOSE = "guardian"


class RegistrationRefused(Exception):
    """The learner cannot be registered like this; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answered for a child, with a code sent to this number or in person."""

    name: str
    phone: str = field(repr=False)


def needs_guardian(birth_year: int | None, at: datetime) -> bool:
    """Whether the person may be under 14; who may have had no birthday yet this year is taken for younger."""
    return birth_year is not None and beijing_day(at).year - birth_year <= AGE_WITHOUT_GUARDIAN


@transaction.atomic
def register_learner(
    *,
    name: str,
    phone: str | None,
    birth_year: int | None,
    kind: str,
    division: Division,
    notice: PrivacyNotice,
    at: datetime,
    guardian: Guardian | None = None,
    means: str = ConsentMeans.SMS_CODE,
    language: str = "zh-hans",
    is_proved: bool = True,
) -> Person:
    """Make the person with village, phone and consent; whoever calls has seen the code sent to the phone.

    Where that is not so (`is_proved`), the number is one never used: her first sign-in with it asks for one more fact.

    Under 14 a guardian's separate consent is needed. Told twice for the same name, year and phone, it is the
    same person.
    """
    name, today = name.strip(), beijing_day(at)
    if not name:
        raise RegistrationRefused(_("Please write your name."))
    if birth_year is not None and not today.year - OLDEST <= birth_year <= today.year:
        raise RegistrationRefused(_("Please look at the year of birth again."))
    if division.level != DivisionLevel.VILLAGE or not division.holds(today):
        raise RegistrationRefused(_("Please choose your village."))
    if needs_guardian(birth_year, at) and guardian is None:
        raise RegistrationRefused(_("Children under 14 need a guardian who agrees."))
    if phone is not None and is_proved:
        known = Contact.objects.of_number(keyed_index(phone, PHONE_PURPOSE), today)
        # Not over a number long unused: its new owner could try names and years here until somebody fits.
        same = known.filter(
            person__name=name, person__birth_year=birth_year, last_used_at__gte=at - STALE_AFTER
        ).first()
        if same is not None:
            return same.person
    person = Person.objects.create_user(
        name=name, birth_year=birth_year, kind=LearnerCategory(kind), language=language, joined_at=at
    )
    if phone is not None:
        add_phone(person, phone, at=at, is_proved=is_proved)
    move_to_village(person, division, active_from=today)
    Consent.objects.create(person=person, notice=notice, means=means, given_at=at)
    if guardian is not None:
        Consent.objects.create(
            person=person,
            notice=current_notice(NoticeAudience.GUARDIAN),
            means=means,
            separate=True,
            guardian_name=encrypt(guardian.name.strip(), GUARDIAN_PURPOSE),
            guardian_phone=encrypt(guardian.phone, GUARDIAN_PURPOSE),
            given_at=at,
        )
    return person


def add_phone(person: Person, phone: str, *, at: datetime, is_proved: bool = True) -> Contact:
    """The person is reached on this number from today on; `is_proved` says that a code came back from it."""
    return Contact.objects.create(
        person=person,
        encrypted=encrypt(phone, PHONE_PURPOSE),
        index=keyed_index(phone, PHONE_PURPOSE),
        active_from=beijing_day(at),
        last_used_at=at if is_proved else None,
    )
