"""Where somebody is signed in: noted when it begins, and ended from wherever she is."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session

from lms.people.enums import DeviceKind
from lms.people.models import Person, PhoneSession

# Of the words with which a browser announces itself, the first that is found.
_SIGNS = (
    ("micromessenger", DeviceKind.WECHAT),
    ("qq/", DeviceKind.QQ),
    ("iphone", DeviceKind.IPHONE),
    ("android", DeviceKind.ANDROID),
    ("windows", DeviceKind.COMPUTER),
    ("macintosh", DeviceKind.COMPUTER),
    ("linux", DeviceKind.COMPUTER),
)


def device_kind(user_agent: str) -> DeviceKind:
    """Enough for its owner to recognise the device, and no more: the words themselves are kept nowhere."""
    words = user_agent.lower()
    return next((kind for sign, kind in _SIGNS if sign in words), DeviceKind.OTHER)


def note_session(person: Person, session_key: str, *, device: DeviceKind, at: datetime) -> PhoneSession:
    """The person has just signed in with this session."""
    session, _made = PhoneSession.objects.update_or_create(
        session_key=session_key, defaults={"person": person, "device": device, "began_at": at}
    )
    return session


def sessions_of(person: Person, *, at: datetime) -> list[PhoneSession]:
    """Where the person is signed in now, newest first."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(PhoneSession.objects.filter(person=person, session_key__in=alive).order_by("-began_at", "-pk"))


def end_session(person: Person, pk: int) -> bool:
    """One of the person's own sessions is over; False where it is not hers, or over already."""
    session = PhoneSession.objects.filter(person=person, pk=pk).first()
    if session is None:
        return False
    _forget(session)
    return True


def end_sessions(person: Person, *, but: str = "") -> int:
    """Every session of the person is over, but for one; how many were known.

    Sessions that began before they were noted end, too: whoever has no password gets a new unusable one, to which no
    earlier session fits. The caller keeps its own with `update_session_auth_hash`.
    """
    ended = 0
    for session in PhoneSession.objects.filter(person=person).exclude(session_key=but):
        _forget(session)
        ended += 1
    if not person.has_usable_password():
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return ended


def forget_session(session_key: str) -> None:
    """She has signed out there."""
    PhoneSession.objects.filter(session_key=session_key).delete()


def _forget(session: PhoneSession) -> None:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    store().delete(session.session_key)
    session.delete()
