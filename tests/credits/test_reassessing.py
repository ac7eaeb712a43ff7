"""A requirement changes, and everybody is assessed again: in parts, to the end, whatever happens in between."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from lms.credits.domain import reassessing
from lms.credits.domain.assessing import assess_everybody, standing_faults
from lms.credits.domain.reassessing import ask_for_reassessment, go_on, go_on_with_all
from lms.credits.models import CreditRequirement, Reassessment
from lms.credits.tasks import reassess_task
from tests.cast import TODAY
from tests.credits.test_assessing import run
from tests.credits.world import AT, load
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock):
    clock.set(2026, 11, 20, 12)


@pytest.fixture
def one_at_a_time(monkeypatch):
    """Batches of one person."""
    people = reassessing.people_with_posts

    def first(*, after=0, most=1):
        return people(after=after, most=most)

    monkeypatch.setattr(reassessing, "people_with_posts", first)


def changed(cast):
    load()
    assess_everybody(on=TODAY)
    CreditRequirement.objects.filter(category="online_self_study").update(
        hours=Decimal(40), active_from=date(2026, 1, 1)
    )


def test_a_run_reaches_everybody_and_says_how_far_it_is(cast, one_at_a_time):
    changed(cast)
    run_of_all = ask_for_reassessment(at=AT)

    assert not go_on(run_of_all.pk, at=AT, seconds=0)
    run_of_all.refresh_from_db()
    assert (run_of_all.done, run_of_all.total, run_of_all.finished_at) == (1, 3, None)
    while not go_on(run_of_all.pk, at=AT, seconds=0):
        pass

    run_of_all.refresh_from_db()
    assert (run_of_all.done, run_of_all.finished_at) == (3, AT)
    assert list(standing_faults()) == []


def test_whoever_is_killed_in_a_batch_goes_on_from_the_one_before(cast, one_at_a_time, monkeypatch):
    changed(cast)
    run_of_all = ask_for_reassessment(at=AT)
    go_on(run_of_all.pk, at=AT, seconds=0)

    def die(*arguments, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(reassessing, "keep_standings", die)
        go_on(run_of_all.pk, at=AT)

    run_of_all.refresh_from_db()
    assert run_of_all.done == 1
    assert "0 people" in run("assess_requirements")
    run_of_all.refresh_from_db()
    assert (run_of_all.done, run_of_all.finished_at is not None) == (3, True)
    assert list(standing_faults()) == []


def test_another_change_begins_the_run_again(cast, one_at_a_time):
    changed(cast)
    run_of_all = ask_for_reassessment(at=AT)
    go_on(run_of_all.pk, at=AT, seconds=0)

    again = ask_for_reassessment(at=AT)

    assert (again.pk, again.done, Reassessment.objects.count()) == (run_of_all.pk, 0, 1)
    go_on_with_all(at=AT)
    assert Reassessment.objects.get().done == 3


def test_a_task_leaves_the_rest_to_the_next_one(cast, one_at_a_time, settings, monkeypatch):
    run_tasks_at_once(settings)
    monkeypatch.setattr("lms.credits.tasks.REASSESSING_SECONDS", 0)
    changed(cast)

    reassess_task.enqueue(ask_for_reassessment(at=AT).pk)

    assert Reassessment.objects.get().finished_at is not None


def test_the_page_of_requirements_says_how_far_it_is(cast, at_desk):
    load()
    officer = at_desk(cast.officer)
    assert "data-reassessment" not in officer.get(reverse("desk:requirements")).content.decode()

    Reassessment.objects.create(asked_at=AT, total=1_000_000, done=320_000)
    page = officer.get(reverse("desk:requirements")).content.decode()

    assert "data-reassessment" in page
    assert 'value="320000" max="1000000"' in page
