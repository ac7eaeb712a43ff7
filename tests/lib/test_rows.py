"""Rows written with SQL that was composed once are the rows that Django writes."""

from datetime import UTC, datetime

import pytest

from lms.learning.domain.watching import open_session
from lms.learning.models import PlaySession, Receipt, StudyClock
from lms.lib.rows import insert_row, update_row
from tests.factories.learning import lesson
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 28, 10, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def clock() -> StudyClock:
    return StudyClock.objects.create(person=PersonFactory(), paid=b"\x01", seed="seed")


@pytest.fixture
def session() -> PlaySession:
    return open_session(PersonFactory(), lesson(seconds=60), at=AT)


def test_update_writes_the_named_fields_and_no_other(clock):
    clock.paid, clock.busy_until, clock.seed = b"\x00\xff'\"", AT, "changed"

    update_row(clock, ("paid", "busy_until"))

    found = StudyClock.objects.get()
    assert (bytes(found.paid), found.busy_until, found.seed) == (b"\x00\xff'\"", AT, "seed")


def test_update_of_a_row_that_is_gone_is_told(clock):
    gone = StudyClock(person_id=clock.person_id + 1, paid=b"")

    with pytest.raises(StudyClock.DoesNotExist):
        update_row(gone, ("paid",))


def test_insert_writes_every_field_and_learns_the_key(session):
    body = {"number": 1, "accepted": [[0, 5]], "text": "“好”"}
    receipt = Receipt(session=session, number=1, received_at=AT, body=body)

    insert_row(receipt)

    found = Receipt.objects.get()
    assert (found.pk, found.session_id, found.number, found.received_at, found.body) == (
        receipt.pk, session.pk, 1, AT, body,
    )  # fmt: skip
