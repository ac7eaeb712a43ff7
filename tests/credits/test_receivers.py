"""From a completion told by learning to an entry in the ledger, over the queue."""

from decimal import Decimal

import pytest
from django.db import transaction

from lms.credits.models import CreditLedgerEntry
from lms.credits.tasks import register_credit_task
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import enrol, terms_of
from lms.learning.models import CourseCompletion, WatchRecord
from lms.learning.signals import announce, evidence_improved
from tests.credits.world import AT, adopt, complete, complete_course, per_course, teach
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(settings):
    """Tasks run as soon as they are enqueued."""
    run_tasks_at_once(settings)


def finish(person, taught, number=0):
    lesson = taught.lesson(number)
    enrolment = enrol(person, taught.page, at=AT)
    return complete_lesson(person, lesson, terms_of(enrolment, lesson), evidence={}, at=AT)


def test_a_completed_lesson_becomes_an_entry(cast, worker, django_capture_on_commit_callbacks):
    adopt()
    taught = teach(1800)

    with django_capture_on_commit_callbacks(execute=True):
        completion = finish(cast.learner, taught)

    assert CourseCompletion.objects.count() == 1
    entry = CreditLedgerEntry.objects.get()
    assert (entry.source_id, entry.hours) == (completion.pk, Decimal("1.00"))


def test_a_completed_course_becomes_an_entry_where_courses_count(cast, worker, django_capture_on_commit_callbacks):
    per_course(adopt("sx_legacy"))
    taught = teach(1350, 1350)

    with django_capture_on_commit_callbacks(execute=True):
        finish(cast.learner, taught, 0)
        finish(cast.learner, taught, 1)

    entry = CreditLedgerEntry.objects.get()
    assert (entry.source_kind, entry.hours) == ("course_completion", Decimal("1.00"))


def test_better_evidence_is_looked_at_again(cast, worker, video, django_capture_on_commit_callbacks):
    adopt("sx_legacy")
    taught = teach(2700, percent=80)
    completion = complete(cast.learner, taught)
    register_credit_task.call("lesson_completion", completion.pk)
    assert CreditLedgerEntry.objects.count() == 0
    record = WatchRecord.objects.create(
        person=cast.learner,
        lesson_key=completion.lesson_key,
        page=taught.lesson(0),
        video=video,
        decoded_seconds=2700,
        covered_seconds=2500,
        last_watched_at=AT,
    )

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        announce(evidence_improved, watch_record_id=record.pk)

    assert CreditLedgerEntry.objects.get().hours == Decimal("1.00")


def test_better_evidence_of_either_of_two_merged_accounts_is_looked_at(
    cast, worker, video, django_capture_on_commit_callbacks
):
    """The account that went had completed the lesson; the one that stays watches on."""
    adopt("sx_legacy")
    taught = teach(2700, percent=80)
    completion = complete(cast.neighbour_learner, taught)
    cast.neighbour_learner.merged_into = cast.learner
    cast.neighbour_learner.save()
    record = WatchRecord.objects.create(
        person=cast.learner,
        lesson_key=completion.lesson_key,
        page=taught.lesson(0),
        video=video,
        decoded_seconds=2700,
        covered_seconds=2500,
        last_watched_at=AT,
    )

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        announce(evidence_improved, watch_record_id=record.pk)

    assert CreditLedgerEntry.objects.get().hours == Decimal("1.00")


def test_better_evidence_of_a_lesson_is_looked_at_for_its_course(
    cast, worker, video, django_capture_on_commit_callbacks
):
    per_course(adopt("sx_legacy"))
    taught = teach(2700, percent=80)
    lesson = complete(cast.learner, taught)
    completion = complete_course(cast.learner, taught)
    assert register_credit_task.call("course_completion", completion.pk) == []
    record = WatchRecord.objects.create(
        person=cast.learner,
        lesson_key=lesson.lesson_key,
        page=taught.lesson(0),
        video=video,
        decoded_seconds=2700,
        covered_seconds=2500,
        last_watched_at=AT,
    )

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        announce(evidence_improved, watch_record_id=record.pk)

    entry = CreditLedgerEntry.objects.get()
    assert (entry.source_kind, entry.hours) == ("course_completion", Decimal("1.00"))


def test_a_task_for_something_that_is_gone_does_nothing(db):
    assert register_credit_task.call("lesson_completion", 424242) == []
    assert CreditLedgerEntry.objects.count() == 0
