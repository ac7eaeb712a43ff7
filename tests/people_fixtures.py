"""Fixtures about people: the cast, and ways to be signed in."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.people.backends.sms import dummy
from lms.people.models import Person
from lms.people.policies import FACTOR_SEEN_AT, PASSWORD_SHOWN_AT
from tests.cast import Cast, make_cast
from tests.snapshots import built_once

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast of tests/cast.py."""
    return built_once("cast", make_cast)


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
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def at_desk(signed_in: Callable[[Person], Client]) -> Callable[[Person], Client]:
    """A client that has just shown password and second factor; roles still decide what opens."""

    def sign_in(person: Person) -> Client:
        client = signed_in(person)
        device, _created = TOTPDevice.objects.get_or_create(user=person, confirmed=True, defaults={"name": "totp"})
        session = client.session
        session[PASSWORD_SHOWN_AT] = session[FACTOR_SEEN_AT] = timezone.now().timestamp()
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
        return client

    return sign_in
