"""Fixtures about people: the cast, and ways to be signed in."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.people.backends.sms import dummy
from lms.people.domain.notices import KNOWN, newest_version, notices_due
from lms.people.models import Person
from lms.people.policies import FACTOR_SEEN_AT, PASSWORD_SHOWN_AT
from tests.cast import Cast, make_cast

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast of tests/cast.py."""
    return make_cast()


@pytest.fixture
def outbox() -> Iterator[list[dummy.Message]]:
    """The SMS sent during the test."""
    dummy.outbox.clear()
    yield dummy.outbox
    dummy.outbox.clear()


@pytest.fixture
def signed_in(db: None) -> Callable[[Person], Client]:
    """A client whose learning session belongs to the person."""

    def sign_in(person: Person) -> Client:
        return client_of(person)

    return sign_in


@pytest.fixture
def at_desk(db: None) -> Callable[[Person], Client]:
    """A client that has just shown password and second factor; roles still decide what opens."""

    def sign_in(person: Person) -> Client:
        device, _created = TOTPDevice.objects.get_or_create(user=person, confirmed=True, defaults={"name": "totp"})
        now = timezone.now().timestamp()
        return client_of(
            person,
            **{PASSWORD_SHOWN_AT: now, FACTOR_SEEN_AT: now, DEVICE_ID_SESSION_KEY: device.persistent_id},
        )

    return sign_in


def client_of(person: Person, **more: object) -> Client:
    """A client with a session as signing in leaves it behind, without the walk through the pages."""
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: person.get_session_auth_hash(),
            **more,
        }
    )
    if not notices_due(person):
        session[KNOWN] = newest_version()
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
