"""Staff change their password."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password

from lms.audit.domain.recording import record
from lms.people.models import Person


def change_password(person: Person, password: str, *, at: datetime) -> None:
    """Set the new password; every other session of the person ends. Raises ValidationError for a weak one."""
    validate_password(password, person)
    person.set_password(password)
    person.password_changed_at = at
    person.save(update_fields=["password", "password_changed_at"])
    record("password.changed", actor=person, subject_kind="person", subject_id=person.pk, at=at)
