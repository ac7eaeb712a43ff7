"""A preview is confirmed once, as it was shown, by the department's own officers."""

from datetime import date

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day
from lms.people.domain.leaving import leave_post
from lms.people.domain.roster.confirming import FactsChanged, choose, confirm
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import RosterRefused
from lms.people.domain.roster.undoing import undo
from lms.people.models import Person, Post, Role
from lms.people.signals import posts_changed
from tests.people.roster.desk import Desk, everything
from tests.people.rosters import identity_number, row

pytestmark = pytest.mark.django_db


def test_confirming_runs_once_and_is_on_the_log_with_counts(
    desk: Desk, held: Person, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[list[int]] = []
    posts_changed.connect(listener := lambda person_ids, **rest: heard.append(person_ids), weak=False)
    batch = desk.read(row("李秀英", title="村委会主任", move="晋升"), row(number=identity_number(2)))
    shown = digest(desk.look(batch).planned)

    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            confirm(batch, shown=shown, by=desk.cast.officer, at=desk.clock.now)
    posts_changed.disconnect(listener)

    assert heard == [[held.pk, Person.objects.get(name="马小云").pk]]
    entry = AuditEntry.objects.get(action="roster.confirmed")
    assert (entry.actor_id, entry.subject_id) == (desk.cast.officer.pk, str(batch.pk))
    assert entry.detail == {
        "org": desk.cast.orgs.organization_department.code,
        "rows": 2,
        "created": 1,
        "changed": 1,
        "left": 0,
        "unchanged": 0,
    }
    assert AuditEntry.objects.get(action="roster.read").detail["rows"] == 2


def test_a_preview_whose_facts_changed_is_not_confirmed(desk: Desk, held: Person) -> None:
    batch = desk.read(row("李秀英", title="村委会主任", move="晋升"), row(number=identity_number(2)))
    shown = digest(desk.look(batch).planned)
    leave_post(Post.objects.get(person=held), on=date(2026, 12, 1))
    before = everything()

    with pytest.raises(FactsChanged):
        confirm(batch, shown=shown, by=desk.cast.officer, at=desk.clock.now)

    assert everything() == before
    desk.confirm(batch)  # the new preview says what happens now


def test_an_error_in_one_row_imports_nothing(desk: Desk) -> None:
    before = everything()

    with pytest.raises(RosterRefused):
        desk.take(row(), row(number=identity_number(2), move="调任"))

    assert everything() == before


def test_stories_serve_the_officers_of_the_department_alone(desk: Desk) -> None:
    batch = desk.read(row())
    may = set()
    for part, actor in desk.cast.everybody.items():
        for story in (
            lambda by: desk.read(row(), by=by),
            lambda by: choose(batch, {}, by=by, at=desk.clock.now),
            lambda by: confirm(batch, shown="", by=by, at=desk.clock.now),
            lambda by: undo(batch, reason="选错了", by=by, at=desk.clock.now),
        ):
            try:
                story(actor)
            except FactsChanged:
                may.add(part)
            except RosterRefused as refused:
                if "没有确认" in str(refused):
                    may.add(part)
            else:
                may.add(part)

    assert may == {"officer"}


def test_a_role_that_ended_after_the_preview_confirms_nothing(desk: Desk) -> None:
    batch = desk.read(row())
    shown = digest(desk.look(batch).planned)
    Role.objects.filter(person=desk.cast.officer).update(active_to=beijing_day(desk.clock.now))

    with pytest.raises(RosterRefused):
        confirm(batch, shown=shown, by=desk.cast.officer, at=desk.clock.now)

    assert not Person.objects.filter(name="马小云").exists()
