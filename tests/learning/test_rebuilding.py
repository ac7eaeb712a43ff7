"""Caches of learning, rebuilt from facts; commands that may be run at any time; pages with history."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from courses.policies import deletable
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import WatchRecord
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


@pytest.fixture
def record() -> WatchRecord:
    person, lesson = PersonFactory(), make.lesson()
    for number in range(2):
        opened_at = AT + timedelta(hours=number)
        session = open_session(person, lesson, at=opened_at)
        stretch = Stretches.of([(100 * number, 100 * number + 50)])
        accept_report(session, 1, stretches=stretch, at=opened_at + timedelta(seconds=40))
    return WatchRecord.objects.get()


def test_rebuilding_finds_nothing_to_repair(record):
    assert rebuild_watch_records() == []


def test_rebuilding_repairs_what_receipts_do_not_bear_out(record):
    WatchRecord.objects.update(online=Stretches.of([(0, 600)]).to_bytes(), covered_seconds=600)

    (seen,) = rebuild_watch_records(dry_run=True)
    assert WatchRecord.objects.get().covered_seconds == 600
    (found,) = rebuild_watch_records()

    assert seen == found
    assert found.proven == Stretches.of([(0, 50), (100, 150)])
    assert WatchRecord.objects.get().covered == found.proven


@pytest.mark.parametrize("command", ["rebuild_learning", "complete_missing_courses"])
@pytest.mark.parametrize("dry_run", [True, False])
def test_commands_say_what_they_did(record, command, dry_run):
    out = StringIO()

    call_command(command, dry_run=dry_run, stdout=out)

    assert out.getvalue().startswith("0 ")


def test_a_page_in_which_somebody_learnt_is_not_deleted(record):
    assert deletable([record.page])
