"""Forged, stolen and outlived play tokens: none of them reports."""

import base64
from datetime import UTC

import pytest

from lms.learning.domain.tokens import read_token
from lms.learning.models import PlaySession, Receipt, WatchRecord
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.quick import Way, report, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def way() -> Way:
    return Way()


@pytest.fixture
def session(clock) -> PlaySession:
    session = make.play_session(PersonFactory(), make.lesson(), at=clock.now)
    clock.move(seconds=60)
    return session


def test_every_changed_byte_is_noticed(session, clock):
    at = clock.now.astimezone(UTC)
    token = base64.urlsafe_b64decode(token_of(session, at=at))

    for place in range(len(token)):
        changed = bytearray(token)
        changed[place] ^= 1
        assert read_token(base64.urlsafe_b64encode(changed).decode(), at=at) is None


@pytest.mark.parametrize("text", ["", "x", "课" * 76, "=" * 76, "A" * 76, "!" * 76, "A" * 100_000])
def test_nonsense_is_no_token(clock, text):
    assert read_token(text, at=clock.now) is None


def test_a_token_of_another_site_is_no_token(session, clock, settings):
    at = clock.now.astimezone(UTC)
    token = token_of(session, at=at)
    settings.SECRET_KEY = "another"

    assert read_token(token, at=at) is None


def test_a_token_reports_on_its_own_session_alone(way, session, clock):
    own = make.play_session(session.person, make.lesson(), at=clock.now)
    stranger = make.play_session(PersonFactory(), make.lesson(), at=clock.now)
    clock.move(seconds=15)

    answers = [way.send(token_of(session, at=clock.now), report(other))[0] for other in (own, stranger)]

    assert answers == [299, 299]
    assert not WatchRecord.objects.filter(covered_seconds__gt=0).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "changed"}])
def test_it_ends_at_once_with_the_password_and_the_account(way, session, clock, change):
    token = token_of(session, at=clock.now)
    type(session.person).objects.filter(pk=session.person_id).update(**change)

    assert way.send(token, report(session))[0] == 299
    assert not Receipt.objects.exists()
