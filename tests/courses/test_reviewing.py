"""初审 → 复审 → 终审: each step its own person, never the author."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from wagtail.models import Page, Workflow

from courses.domain.loading import ensure_home
from courses.domain.reviewing import ensure_workflow
from courses.models import HomePage, LessonPage, ReviewTask
from lms.people.enums import ReviewStep, RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.factories.people import RoleFactory

Lessons = Callable[..., LessonPage]


def reviewers(cast: Cast) -> list[Person]:
    return [cast.first_reviewer, cast.second_reviewer, cast.final_reviewer]


def approve(page: LessonPage, person: Person) -> None:
    state = LessonPage.objects.get(pk=page.pk).current_workflow_task_state.specific
    state.task.specific.on_action(state, person, "approve")


def test_ensure_workflow_twice_makes_one(home: HomePage) -> None:
    ensure_workflow(home)
    ensure_workflow(home)
    ensure_home()

    workflow = Workflow.objects.get(workflow_tasks__task__in=ReviewTask.objects.filter(step="first"))
    steps = [task.specific.step for task in workflow.tasks.order_by("workflow_tasks__sort_order")]
    assert steps == ["first", "second", "final"]
    assert home.get_workflow() == workflow


def test_ensure_workflow_keeps_what_people_changed(home: HomePage) -> None:
    Workflow.objects.filter(name="三审").update(name="我们的审核")
    other = Workflow.objects.create(name="别的")
    home.workflowpage.workflow = other
    home.workflowpage.save()

    ensure_workflow(home)

    assert HomePage.objects.get().get_workflow() == other
    assert not Workflow.objects.filter(name="三审").exists()


def test_three_steps_publish(cast: Cast, ready: LessonPage) -> None:
    ready.get_workflow().start(ready, cast.trainer)
    for person in reviewers(cast):
        assert not Page.objects.get(pk=ready.pk).live
        approve(ready, person)

    assert Page.objects.get(pk=ready.pk).live


def test_each_step_is_tried_with_the_whole_cast(cast: Cast, ready: LessonPage) -> None:
    ready.get_workflow().start(ready, cast.trainer)
    for expected in ("first_reviewer", "second_reviewer", "final_reviewer"):
        page = LessonPage.objects.get(pk=ready.pk)
        task = page.current_workflow_task
        able = {name for name, person in cast.everybody.items() if task.get_actions(page, person)}
        assert able == {expected}
        for name, person in cast.everybody.items():
            if name != expected:
                with pytest.raises(PermissionDenied):
                    approve(page, person)
        approve(page, getattr(cast, expected))


def test_one_person_with_every_step_does_only_one(cast: Cast, ready: LessonPage) -> None:
    person = cast.first_reviewer
    for step in (ReviewStep.SECOND, ReviewStep.FINAL):
        RoleFactory(person=person, kind=RoleKind.REVIEWER, org=cast.orgs.provider, step=step)
    ready.get_workflow().start(ready, cast.trainer)
    approve(ready, person)

    with pytest.raises(PermissionDenied):
        approve(ready, person)


def test_author_never_reviews(cast: Cast, ready: LessonPage) -> None:
    ready.save_revision(user=cast.first_reviewer)
    page = LessonPage.objects.get(pk=ready.pk)
    page.get_workflow().start(page, cast.trainer)

    with pytest.raises(PermissionDenied):
        approve(page, cast.first_reviewer)


def test_whoever_submitted_never_reviews(cast: Cast, ready: LessonPage) -> None:
    ready.get_workflow().start(ready, cast.first_reviewer)

    with pytest.raises(PermissionDenied):
        approve(ready, cast.first_reviewer)


def test_neighbours_reviewer_is_refused(cast: Cast, ready: LessonPage) -> None:
    RoleFactory(
        person=cast.neighbour_officer, kind=RoleKind.REVIEWER, org=cast.orgs.neighbour_provider, step=ReviewStep.FIRST
    )
    ready.get_workflow().start(ready, cast.trainer)

    with pytest.raises(PermissionDenied):
        approve(ready, cast.neighbour_officer)
