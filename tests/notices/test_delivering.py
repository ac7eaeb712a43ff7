"""Reports of delivery: signed by the provider, told twice without harm, and shown in counts."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms.notices import views
from lms.notices.domain.sending import send_waiting
from lms.notices.models import Reminder, Sms
from lms.notices.queries import outcome_of
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory
from tests.notices.world import press

pytestmark = pytest.mark.django_db
KEY = "a key of the provider for reports"


@pytest.fixture
def reminder(cast: Cast, clock: Clock, outbox: object, settings: Any) -> Reminder:
    """One to three people, accepted by the provider as dummy-1 to dummy-3."""
    made = press(cast, [PersonFactory(phone=f"1990000000{number}") for number in range(3)], at=clock.now)
    send_waiting()
    settings.SMS_BACKEND, settings.SMS_HTTP_DELIVERY_KEY = "http", KEY
    return made


def call(body: bytes, *, key: str = KEY, **more: Any) -> tuple[int, bytes]:
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Signature": signature}
    answer = Client(enforce_csrf_checks=True).post(
        reverse("notices:deliveries"), body, content_type="application/json", headers=headers, **more
    )
    return answer.status_code, answer.content


def report(**said: bool) -> tuple[int, bytes]:
    rows = [{"id": reference.replace("_", "-"), "delivered": delivered} for reference, delivered in said.items()]
    return call(json.dumps({"deliveries": rows}).encode())


def counts(reminder: Reminder) -> tuple[int, int, int]:
    outcome = outcome_of(reminder)
    return outcome.delivered, outcome.undelivered, outcome.unreported


def test_reports_are_counted_and_told_twice_change_nothing(reminder: Reminder, clock: Clock) -> None:
    assert counts(reminder) == (0, 0, 3)

    report(dummy_1=True, dummy_2=False)
    first = list(Sms.objects.order_by("pk").values())
    clock.move(minutes=5)
    report(dummy_1=True, dummy_2=False)

    assert counts(reminder) == (1, 1, 1)
    assert list(Sms.objects.order_by("pk").values()) == first


def test_what_arrived_stays_so_and_what_did_not_may_still_arrive(reminder: Reminder) -> None:
    report(dummy_1=True, dummy_2=False)

    report(dummy_1=False, dummy_2=True)

    assert counts(reminder) == (2, 0, 1)


def test_unknown_ones_are_answered_alike_and_change_nothing(reminder: Reminder) -> None:
    Sms.objects.filter(receipt="dummy-3").update(state="failed", receipt="")

    assert report(nobody_knows=True) == report(dummy_1=True)
    assert call(b'{"deliveries": [{"id": "", "delivered": true}]}')[0] == 200

    assert counts(reminder) == (1, 0, 1)


def test_without_the_providers_signature_nothing_is_taken(reminder: Reminder, settings: Any) -> None:
    body = b'{"deliveries": [{"id": "dummy-1", "delivered": true}]}'
    assert call(body, key="another")[0] == 403
    settings.SMS_HTTP_DELIVERY_KEY = ""
    assert call(body, key="")[0] == 403
    settings.SMS_BACKEND, settings.SMS_HTTP_DELIVERY_KEY = "dummy", KEY
    assert call(body)[0] == 403

    assert counts(reminder) == (0, 0, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"deliveries": 1}',
        b'{"deliveries": [{"id": "dummy-1"}]}',
        b'{"deliveries": [{"id": "dummy-1", "delivered": "yes"}]}',
        b'{"deliveries": [{"id": null, "delivered": true}]}',
        b'{"deliveries": [{"id": "\\u0000", "delivered": true}]}',
        b'{"deliveries": [{"id": "\\ud800", "delivered": true}, {"id": "dummy-1", "delivered": true}]}',
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(reminder: Reminder, body: bytes) -> None:
    assert call(body)[0] == 403
    assert counts(reminder) == (0, 0, 3)


def test_strangers_are_sent_away_and_keep_the_provider_from_nothing(
    reminder: Reminder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "STRANGERS_AN_HOUR", 2)
    monkeypatch.setattr(views, "DELIVERIES_AN_HOUR", 1)

    assert [call(b"{}", key="another")[0] for _time in range(3)] == [403, 403, 429]
    assert report(dummy_1=True)[0] == 200
    assert report(dummy_2=True)[0] == 429

    assert counts(reminder) == (1, 0, 2)
