"""When somebody signs in, her session learns whether there is news about privacy for her."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from lms.people.domain.notices import KNOWN, newest_version, notices_due
from lms.people.models import Person


def note_known_notice(request: HttpRequest | None, user: Person, **kwargs: Any) -> None:
    """A session that knows the newest version asks the database nothing on later pages."""
    if request is None:
        return
    if notices_due(user):
        request.session.pop(KNOWN, None)
    else:
        request.session[KNOWN] = newest_version()


def register_receivers() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(note_known_notice, dispatch_uid="people.note_known_notice")
