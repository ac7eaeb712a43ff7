"""What somebody said about herself when she registered, she puts right herself; what a roster says, its office does."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.domain.joining import move_to_village
from lms.people.domain.pacing import take_try
from lms.people.domain.registering import OLDEST, needs_guardian
from lms.people.enums import DivisionLevel
from lms.people.models import Division, Identity, Person, Post, Role
from lms.people.queries import home_division_on

CORRECTIONS_PER_HOUR = 6


class CorrectionRefused(Exception):
    """This cannot be put right here; the text says by whom."""


def may_correct(person: Person) -> bool:
    """Whether her data are what she said herself: no post, role or identity number hangs on her name."""
    return not any(model.objects.filter(person=person).exists() for model in (Post, Role, Identity))


def _check(person: Person, at: datetime) -> None:
    if not may_correct(person):
        raise CorrectionRefused(_("Your data stand on a roster. Your organisation department puts them right there."))
    if not take_try("correct-own", str(person.pk), most=CORRECTIONS_PER_HOUR, at=at):
        raise CorrectionRefused(_("That was changed often just now. Please wait an hour."))


@transaction.atomic
def correct_name(person: Person, *, name: str, birth_year: int, at: datetime) -> Person:
    """Name and year of birth as she says they are. The log says that they were changed, not what they were."""
    _check(person, at)
    name = name.strip()
    if not name:
        raise CorrectionRefused(_("Please write your name."))
    if not beijing_day(at).year - OLDEST <= birth_year <= beijing_day(at).year:
        raise CorrectionRefused(_("Please look at the year of birth again."))
    if needs_guardian(birth_year, at) and birth_year != person.birth_year:
        raise CorrectionRefused(_("Children under 14 need a guardian who agrees."))
    changed = [
        field for field, value in (("name", name), ("birth_year", birth_year)) if getattr(person, field) != value
    ]
    if changed:
        person.name, person.birth_year = name, birth_year
        person.save(update_fields=changed)
        _record(person, changed, at)
    return person


@transaction.atomic
def correct_village(person: Person, division: Division, *, at: datetime) -> Division:
    """The village to which she belongs from today on; where she belonged before is kept with its days."""
    _check(person, at)
    today = beijing_day(at)
    if division.level != DivisionLevel.VILLAGE or not division.holds(today):
        raise CorrectionRefused(_("Please choose your village."))
    if home_division_on(person, today) != division:
        move_to_village(person, division, active_from=today)
        _record(person, ["village"], at)
    return division


def _record(person: Person, changed: list[str], at: datetime) -> None:
    detail = {"fields": "_and_".join(changed)}
    record("person.corrected", actor=person, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
