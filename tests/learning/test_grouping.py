"""Reports of many people in one transaction bring what they bring one by one."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.learning.domain import gathering, grouping
from lms.learning.domain.gathering import GROUP, Group
from lms.learning.domain.grouping import NotTheirs, Sent, accept_reports
from lms.learning.domain.tokens import sign_in_of
from lms.learning.domain.watching import BeyondLesson, TooOften, accept_report
from lms.learning.models import (
    LessonCompletion,
    PlaySession,
    Receipt,
    RefusedStretch,
    StudyClock,
    WatchRecord,
)
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.machine import examples

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)
SECONDS = 60


def sent(session: PlaySession, number: int, *pairs: tuple[int, int], at: datetime = AT, **fields: Any) -> Sent:
    return Sent(session.pk, session.person_id, session.code, number, Stretches.of(pairs), at, **fields)


def outcome(report: Sent) -> object:
    return report.outcome if isinstance(report.outcome, dict) else type(report.outcome)


def one_by_one(report: Sent) -> object:
    session = PlaySession.objects.get(pk=report.session_id)
    try:
        return accept_report(session, report.number, stretches=report.stretches, at=report.at).body
    except (BeyondLesson, TooOften) as error:
        return type(error)


def everything() -> list[Any]:
    """All that reports write, without the keys and links that the database makes up."""
    return [
        list(StudyClock.objects.order_by("pk").values("pk", "paid", "busy_until")),
        list(WatchRecord.objects.order_by("pk").values()),
        list(Receipt.objects.order_by("session", "number").values("session", "number", "received_at", "body")),
        list(RefusedStretch.objects.order_by("person", "lesson_key", "reason").values("person", "reason", "stretches")),
        list(LessonCompletion.objects.order_by("person", "lesson_key").values("person", "evidence", "completed_at")),
        len(connection.run_on_commit),  # what would be announced
    ]


def tried(action: Any) -> Any:
    """What the action returns; everything that it wrote is taken back."""
    with transaction.atomic():
        found = action()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def sessions() -> list[PlaySession]:
    """Four people; the first with two sessions of one lesson and one of another, the third with a lesson taken down.

    The last has two accounts that were merged, and a session of the same lesson with each.
    """
    first, second, third, survivor, merged = (PersonFactory() for _person in range(5))
    lesson, other, gone = (make.lesson(seconds=SECONDS) for _lesson in range(3))
    found = [
        make.play_session(first, lesson, at=AT),
        make.play_session(first, lesson, at=AT),
        make.play_session(first, other, at=AT),
        make.play_session(second, lesson, at=AT),
        make.play_session(third, gone, at=AT),
        make.play_session(survivor, lesson, at=AT),
        make.play_session(merged, lesson, at=AT),
    ]
    type(merged).objects.filter(pk=merged.pk).update(merged_into=survivor)
    # Partly known from elsewhere, so that evidence_improved has its turn.
    WatchRecord.objects.filter(pk=found[3].record_id).update(
        offline=Stretches.of([(40, 60)]).to_bytes(), covered_seconds=20
    )
    gone.video.taken_down_at = AT + timedelta(seconds=20)
    gone.video.save()
    # One who has sent nearly too much.
    StudyClock.objects.filter(pk=second.pk).update(busy_until=AT + timedelta(seconds=598))
    return found


REPORTS = st.lists(
    st.tuples(
        st.integers(0, 6),  # session
        st.integers(1, 4),  # number
        st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)).map(sorted).map(tuple), max_size=3),
        st.integers(0, 40),  # seconds after the one before
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=REPORTS, cuts=st.sets(st.integers(1, 11), max_size=3))
def test_a_group_brings_what_the_same_reports_bring_one_by_one(sessions, reports, cuts):
    at, batch = AT, []
    for place, number, pairs, later in reports:
        at += timedelta(seconds=later)
        batch.append(sent(sessions[place], number, *pairs, at=at))

    alone = tried(lambda: ([one_by_one(report) for report in batch], everything()))

    def together() -> Any:
        edges = [0, *sorted(cut for cut in cuts if cut < len(batch)), len(batch)]
        for start, end in pairwise(edges):
            accept_reports(batch[start:end])
        return [outcome(report) for report in batch], everything()

    assert tried(together) == alone


def test_a_group_of_many_costs_as_many_statements_as_a_group_of_one(django_assert_num_queries):
    lesson = make.lesson()
    sessions = [make.play_session(PersonFactory(), lesson, at=AT) for _person in range(20)]

    # savepoint, clocks, what they are judged by, then records, clocks, receipts; savepoint released
    with django_assert_num_queries(7):
        accept_reports([sent(sessions[0], 1, (0, 15), at=AT + timedelta(seconds=15))])
    with django_assert_num_queries(7):
        accept_reports([sent(session, 2, (15, 30), at=AT + timedelta(seconds=30)) for session in sessions])

    assert Receipt.objects.count() == 21


def test_one_that_breaks_harms_no_neighbour(monkeypatch):
    lesson = make.lesson()
    good, bad, completing = (make.play_session(PersonFactory(), lesson, at=AT) for _person in range(3))
    real = grouping._judge

    def judge(report, *rest):
        if report.session_id == bad.pk:
            raise ZeroDivisionError
        return real(report, *rest)

    monkeypatch.setattr(grouping, "_judge", judge)
    monkeypatch.setattr(
        grouping,
        "accept_report",
        lambda session, *a, **k: 1 / 0 if session.pk == bad.pk else accept_report(session, *a, **k),
    )
    reports = [sent(each, 1, (0, 15), at=AT + timedelta(seconds=15)) for each in (good, bad, completing)]

    accept_reports(reports)

    assert [outcome(report) for report in reports][1] is ZeroDivisionError
    assert reports[0].receipt["accepted"] == reports[2].receipt["accepted"] == [[0, 15]]
    assert set(Receipt.objects.values_list("session", flat=True)) == {good.pk, completing.pk}


def test_what_is_not_committed_is_not_acknowledged(monkeypatch):
    session = make.play_session(PersonFactory(), at=AT)

    def full(*arguments):
        raise OperationalError("disk is full")

    monkeypatch.setattr(grouping, "insert_rows", full)
    report = sent(session, 1, (0, 15), at=AT + timedelta(seconds=15))
    accept_reports([report])

    with pytest.raises(OperationalError):
        _ = report.receipt
    assert WatchRecord.objects.get().covered_seconds == 0
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "changed"}])
def test_a_sign_in_that_ended_ends_the_token_with_the_next_report(change):
    person = PersonFactory()
    session = make.play_session(person, at=AT)
    shown = sign_in_of(person.password)
    type(person).objects.filter(pk=person.pk).update(**change)
    report = sent(session, 1, (0, 15), at=AT + timedelta(seconds=15), sign_in=shown)

    accept_reports([report])

    assert outcome(report) is NotTheirs
    assert not Receipt.objects.exists()


def test_threads_that_come_together_share_groups_and_all_get_their_outcome(monkeypatch):
    """Without a database: who leads, who waits, who is woken."""
    groups: list[int] = []

    def accept(reports: list[Sent]) -> None:
        groups.append(len(reports))
        time.sleep(0.001)
        for report in reports:
            report.outcome = {"number": report.number}

    monkeypatch.setattr(gathering, "accept_reports", accept)
    group, found = Group(), []

    def send(place: int) -> None:
        for number in range(50):
            report = Sent(place, place, "", place * 100 + number, Stretches.of([]), AT)
            group.take([report])
            found.append(report.receipt["number"])

    threads = [threading.Thread(target=send, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(found) == sorted(place * 100 + number for place in range(8) for number in range(50))
    assert sum(groups) == 400
    assert max(groups) > 1


def test_a_leader_that_fails_leaves_nobody_waiting(monkeypatch):
    def fail(reports: list[Sent]) -> None:
        raise MemoryError

    monkeypatch.setattr(gathering, "accept_reports", fail)
    session = make.play_session(PersonFactory(), at=AT)

    with pytest.raises(MemoryError):
        GROUP.take([sent(session, 1, (0, 15))])
    monkeypatch.undo()
    report = sent(session, 2, (0, 15), at=AT + timedelta(seconds=15))
    GROUP.take([report])

    assert report.receipt["accepted"] == [[0, 15]]
