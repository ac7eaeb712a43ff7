"""A new recording in the place of an old one. The old one stays as it is: completions point at what was studied."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lms.people.models import Person
from media.domain.receiving import CannotReceive, receive_video
from media.models import Video


def receive_replacement(old: Video, source: Any, *, by: Person | None, at: datetime, **given: Any) -> Video:
    """Receive the file as the successor of a recording of the same organisation.

    Lessons go on with the old one until the new one is ready, has approved captions, and a person publishes them.
    Raises CannotReceive.
    """
    if given.get("org") not in (None, old.org):
        raise CannotReceive(_("A recording is replaced within its own organisation."))
    told = {"title": old.title, "language": old.language, "name": "", **given, "org": old.org}
    return receive_video(source, by=by, at=at, replaces=old, **told)
