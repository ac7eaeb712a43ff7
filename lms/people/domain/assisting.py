"""A helper signs somebody up who sits beside her; what she agreed to, and that it was in person, is kept."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.domain.registering import RegistrationRefused, needs_guardian, register_learner
from lms.people.enums import ConsentMeans, Purpose
from lms.people.models import Division, Person, PrivacyNotice
from lms.people.policies import persons_visible_to, roles_on, villages_helped_by


def check_in_person(*, name: str, birth_year: int, division: Division, by: Person, at: datetime) -> None:
    """Raise RegistrationRefused where this is no village of the helper's, a child, or somebody signed up already."""
    today = beijing_day(at)
    if not villages_helped_by(roles_on(by, today), today).filter(pk=division.pk).exists():
        raise RegistrationRefused(_("You sign up people of your own place only."))
    if needs_guardian(birth_year, at):
        raise RegistrationRefused(
            _("Under 14 a guardian has to agree. Open “Sign in” on the guardian’s phone and sign the child up there.")
        )
    near = persons_visible_to(by, purpose=Purpose.HELPING, on=today)
    if near.filter(name=name.strip(), birth_year=birth_year).exists():
        raise RegistrationRefused(
            _(
                "Somebody of your place with this name and year of birth is signed up already. "
                "Look under “Find a learner”."
            )
        )


@transaction.atomic
def register_in_person(
    *,
    name: str,
    phone: str | None,
    birth_year: int,
    kind: str,
    division: Division,
    notice: PrivacyNotice,
    by: Person,
    at: datetime,
    is_proved: bool = False,
) -> Person:
    """Make the person; her number is taken for proved only if she wrote the code herself that was sent to it.

    Consent is hers, given in person to the notice that was read out. Whoever calls has seen the code where there was
    one.
    """
    check_in_person(name=name, birth_year=birth_year, division=division, by=by, at=at)
    person = register_learner(
        name=name,
        phone=phone or None,
        birth_year=birth_year,
        kind=kind,
        division=division,
        notice=notice,
        means=ConsentMeans.IN_PERSON,
        is_proved=is_proved,
        at=at,
    )
    if person.joined_at != at:  # her own account of long ago: the code has proved that it is she
        return person
    record(
        "person.registered_in_person",
        actor=by,
        subject_kind="person",
        subject_id=person.pk,
        detail={"version": notice.version, "number": ("proved" if is_proved else "unproved") if phone else "none"},
        at=at,
    )
    return person
