"""Nobody publishes past 初审 → 复审 → 终审, whichever of Wagtail's ways is tried; each refusal says what to do."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, TaskState, Workflow, WorkflowState, WorkflowTask

from courses.domain.publishing import publish_pages, publish_with_descendants
from courses.domain.reviewing import approve, submit_for_review
from courses.models import CoursePage, LessonPage
from courses.models.reviewing import approved_by
from courses.validators import NotPublishable, StandsStill
from lms.people.enums import ReviewStep, RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.courses.test_publishing_ways import bulk, edit_address, form_of, is_live
from tests.factories.people import RoleFactory

Desk = Callable[[Any], Client]
Lessons = Callable[..., LessonPage]
WHAT_TO_DO = "送审"


def reviewers(cast: Cast) -> list[Person]:
    return [cast.first_reviewer, cast.second_reviewer, cast.final_reviewer]


def fresh(page: LessonPage) -> LessonPage:
    return LessonPage.objects.get(pk=page.pk)


def review(page: LessonPage, cast: Cast) -> LessonPage:
    """The trainer hands it in, all three approve."""
    submit_for_review(fresh(page), by=cast.trainer)
    for person in reviewers(cast):
        approve(page, by=person)
    return fresh(page)


def told(response: Any) -> str:
    """What the person reads in the end."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request)) or response.content.decode()


@pytest.fixture
def trainer(cast: Cast, at_desk: Desk) -> Client:
    return at_desk(cast.trainer)


@pytest.fixture
def ready(new_lesson: Lessons, cast: Cast) -> LessonPage:
    lesson = new_lesson()
    lesson.save_revision(user=cast.trainer)
    return fresh(lesson)


def test_three_approvals_publish(cast: Cast, ready: LessonPage) -> None:
    assert review(ready, cast).live


def test_three_approvals_schedule_and_the_clock_publishes(cast: Cast, ready: LessonPage, clock: Clock) -> None:
    ready.go_live_at = clock.now + timedelta(hours=1)
    ready.save_revision(user=cast.trainer)
    scheduled = review(ready, cast)
    clock.move(seconds=3601)

    call_command("publish_scheduled")

    assert (scheduled.live, is_live(ready)) == (False, True)


@pytest.mark.parametrize("name", ["trainer", "final_reviewer"])
def test_the_publish_button_is_not_offered_but_taking_down_is(
    cast: Cast, at_desk: Desk, ready: LessonPage, course: CoursePage, name: str
) -> None:
    desk = at_desk(cast.everybody[name])
    edit = desk.get(edit_address(ready)).content.decode()
    listing = desk.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()

    assert "action-publish" not in edit
    assert "action-submit" in edit
    assert reverse("courses_take_down", args=[ready.pk]) in edit
    (button,) = [line for line in listing.split("<a") if "/bulk/wagtailcore/page/publish/" in line]
    assert "w-hidden" in button


def test_a_new_page_offers_no_publish_button(trainer: Client, course: CoursePage) -> None:
    content = trainer.get(reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk])).content.decode()

    assert "action-publish" not in content
    assert "action-submit" in content


def test_edit_view_forged(trainer: Client, ready: LessonPage) -> None:
    answer = trainer.post(edit_address(ready), form_of(ready, **{"action-publish": "1"}), follow=True)

    assert WHAT_TO_DO in told(answer)
    assert not is_live(ready)


def test_create_view_forged(trainer: Client, course: CoursePage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk])

    answer = trainer.post(
        address, form_of(LessonPage(title="新课", slug="new"), **{"action-publish": "1"}), follow=True
    )

    assert WHAT_TO_DO in told(answer)
    assert not LessonPage.objects.filter(slug="new").exists()


def test_edit_view_forged_schedule(trainer: Client, ready: LessonPage) -> None:
    later = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")

    trainer.post(edit_address(ready), form_of(ready, go_live_at=later, **{"action-publish": "1"}))
    trainer.post(edit_address(ready), form_of(ready, go_live_at=later))

    assert not ready.revisions.exclude(approved_go_live_at=None).exists()
    assert fresh(ready).get_latest_revision_as_object().go_live_at is not None


@pytest.mark.parametrize("data", [{}, {"include_descendants": "on"}])
def test_bulk_publish_forged(trainer: Client, course: CoursePage, ready: LessonPage, data: dict[str, str]) -> None:
    answer = bulk(trainer, "publish", course, ready, **data)

    assert WHAT_TO_DO in told(answer)
    assert not is_live(ready)


def test_code_in_somebodys_name(cast: Cast, ready: LessonPage, course: CoursePage) -> None:
    for person in [cast.trainer, *reviewers(cast)]:
        for skip in (False, True):
            with pytest.raises(NotPublishable, match="初审、复审、终审"):
                fresh(ready).get_latest_revision().publish(user=person, skip_permission_checks=skip)
        assert publish_pages([ready], by=person).pages == []
        assert publish_with_descendants([course], by=person)[1].pages == []

    assert not is_live(ready)


def test_code_in_nobodys_name_is_trusted(ready: LessonPage) -> None:
    assert publish_pages([ready]).pages == [ready]
    assert is_live(ready)


def test_admin_api(trainer: Client, ready: LessonPage) -> None:
    answers = [
        trainer.post(f"/admin/api/main/pages/{ready.pk}/action/publish/", {}, "application/json"),
        trainer.post(
            f"/admin/api/main/pages/{ready.pk}/action/copy/", {"slug": "copy", "keep_live": True}, "application/json"
        ),
    ]

    assert answers[0].status_code == 403
    assert answers[1].status_code in {201, 403}
    assert not LessonPage.objects.live().exists()


def test_a_copy_of_a_live_lesson_is_a_draft(cast: Cast, trainer: Client, ready: LessonPage) -> None:
    review(ready, cast)
    address = reverse("wagtailadmin_pages:copy", args=[ready.pk])
    offered = trainer.get(address).context["form"].fields
    form = {"new_title": "复制", "new_slug": "copy", "new_parent_page": ready.get_parent().pk, "publish_copies": "on"}

    trainer.post(address, form)
    fresh(ready).copy(update_attrs={"slug": "by-code"}, keep_live=True)

    assert "publish_copies" not in offered
    assert not is_live(LessonPage.objects.get(slug="copy"))
    assert not is_live(LessonPage.objects.get(slug="by-code"))


def test_reverting_a_live_lesson_is_reviewed_anew(cast: Cast, trainer: Client, ready: LessonPage) -> None:
    old = fresh(ready).get_latest_revision()
    ready.title = "新题目"
    ready.save_revision(user=cast.trainer)
    review(ready, cast)

    form = form_of(ready, revision=old.pk, title="旧题目", **{"action-publish": "1"})
    trainer.post(reverse("wagtailadmin_pages:revisions_revert", args=[ready.pk, old.pk]), form)
    trainer.post(edit_address(ready), form)

    assert fresh(ready).title == "新题目"


def test_moving_publishes_nothing(cast: Cast, trainer: Client, ready: LessonPage, course: CoursePage) -> None:
    other = course.get_parent().add_child(
        instance=CoursePage(title="另一门", slug="other", code="other", org=cast.orgs.provider)
    )

    trainer.post(reverse("wagtailadmin_pages:move_confirm", args=[ready.pk, other.pk]))

    assert fresh(ready).get_parent().pk == other.pk
    assert not is_live(ready)
    assert not is_live(other)


def test_trainers_unpublish_and_going_online_again_is_reviewed(cast: Cast, trainer: Client, ready: LessonPage) -> None:
    review(ready, cast)

    trainer.post(reverse("wagtailadmin_pages:unpublish", args=[ready.pk]))
    assert not is_live(ready)
    trainer.post(edit_address(ready), form_of(ready, **{"action-publish": "1"}))
    bulk(trainer, "publish", ready)

    assert not is_live(ready)
    assert review(ready, cast).live


def test_a_version_overwritten_after_its_approvals_is_not_approved(cast: Cast, ready: LessonPage) -> None:
    page = review(ready, cast)
    revision = page.get_latest_revision()
    page.title = "偷换的题目"
    page.save_revision(user=cast.trainer, overwrite_revision=revision)

    with pytest.raises(NotPublishable):
        fresh(ready).get_latest_revision().publish(user=cast.final_reviewer)

    assert fresh(ready).title == ready.title


def test_a_workflow_of_another_making_publishes_nothing(cast: Cast, ready: LessonPage) -> None:
    task = GroupApprovalTask.objects.create(name="一个人说了算")
    task.groups.set(cast.final_reviewer.groups.all())
    workflow = Workflow.objects.create(name="一审")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    workflow.start(ready, cast.trainer)
    state = fresh(ready).current_workflow_task_state

    with pytest.raises(NotPublishable, match="初审、复审、终审"):
        fresh(ready).get_latest_revision().publish(user=cast.trainer)
    with pytest.raises(NotPublishable):
        state.task.specific.on_action(state, cast.final_reviewer, "approve")

    assert not is_live(ready)


def test_a_step_that_was_switched_off_does_not_count_as_approved(cast: Cast, ready: LessonPage) -> None:
    submit_for_review(ready, by=cast.trainer)
    approve(ready, by=cast.first_reviewer)
    WorkflowTask.objects.get(task__reviewtask__step=ReviewStep.FINAL).task.deactivate()

    with pytest.raises(NotPublishable):
        approve(ready, by=cast.second_reviewer)

    assert not is_live(ready)


def test_the_text_stands_still_while_it_is_read(cast: Cast, at_desk: Desk, ready: LessonPage) -> None:
    submit_for_review(ready, by=cast.trainer)
    before, address = ready.revisions.count(), edit_address(ready)
    approving = {"action-workflow-action": "true", "workflow-action-name": "approve"}

    for person in (cast.trainer, cast.first_reviewer):
        with pytest.raises(StandsStill):
            fresh(ready).save_revision(user=person)
    saved = at_desk(cast.first_reviewer).post(address, form_of(ready, title="改了"), follow=True)
    by_itself = at_desk(cast.first_reviewer).post(
        address, form_of(ready, title="改了"), headers={"accept": "application/json"}
    )
    at_desk(cast.first_reviewer).post(address, form_of(ready, title="改了", **approving))
    at_desk(cast.trainer).post(address, form_of(ready, title="改了"))

    assert "没有改动" in told(saved)
    assert (by_itself.status_code, by_itself.json()["success"]) == (400, False)
    assert ready.revisions.count() == before
    assert fresh(ready).current_workflow_task.step == ReviewStep.FIRST


def test_what_came_back_changed_is_read_again_by_all(cast: Cast, ready: LessonPage) -> None:
    submit_for_review(ready, by=cast.trainer)
    approve(ready, by=cast.first_reviewer)
    state = fresh(ready).current_workflow_task_state
    state.task.specific.on_action(state, cast.second_reviewer, "reject", comment="第三步说反了")
    fresh(ready).save_revision(user=cast.trainer)

    fresh(ready).current_workflow_state.resume(cast.trainer)

    steps = []
    for person in reviewers(cast):
        steps.append(fresh(ready).current_workflow_task.step)
        approve(ready, by=person)
    assert steps == [ReviewStep.FIRST, ReviewStep.SECOND, ReviewStep.FINAL]
    assert is_live(ready)
    approvals = TaskState.objects.filter(status=TaskState.STATUS_APPROVED, revision=fresh(ready).live_revision)
    assert approvals.count() == 3


def test_the_last_step_alone_cannot_be_taken_twice(cast: Cast, ready: LessonPage) -> None:
    RoleFactory(person=cast.first_reviewer, kind=RoleKind.REVIEWER, org=cast.orgs.provider, step=ReviewStep.FINAL)
    submit_for_review(ready, by=cast.trainer)
    approve(ready, by=cast.first_reviewer)
    approve(ready, by=cast.second_reviewer)

    with pytest.raises(PermissionDenied):
        approve(ready, by=cast.first_reviewer)


def test_editors_read_in_which_step_it_is_and_who_holds_it(cast: Cast, at_desk: Desk, ready: LessonPage) -> None:
    submit_for_review(ready, by=cast.trainer)
    approve(ready, by=cast.first_reviewer)
    address = edit_address(ready)

    author = at_desk(cast.trainer).get(address).content.decode()
    reviewer = at_desk(cast.second_reviewer).get(address).content.decode()
    state = fresh(ready).current_workflow_task_state
    state.task.specific.on_action(state, cast.second_reviewer, "reject", comment="第三步说反了。")
    back = at_desk(cast.trainer).get(address).content.decode()

    assert "审核中：复审，等沈二审" in author
    assert "复审轮到您了" in reviewer
    assert "沈二在复审退回了：第三步说反了。" in back


def test_a_step_that_nobody_can_do_says_so(cast: Cast, at_desk: Desk, ready: LessonPage) -> None:
    submit_for_review(ready, by=cast.trainer)
    cast.first_reviewer.roles.all().delete()

    assert "没有人能审" in at_desk(cast.trainer).get(edit_address(ready)).content.decode()


def test_whereabouts_take_the_same_number_of_queries_for_one_and_three(
    cast: Cast, ready: LessonPage, django_assert_num_queries: Any
) -> None:
    submit_for_review(ready, by=cast.trainer)
    page = fresh(ready)
    task, _org = page.current_workflow_task, page.org
    with django_assert_num_queries(4):
        task.whereabouts(page)
    for person in (cast.helper, cast.officer):
        RoleFactory(person=person, kind=RoleKind.REVIEWER, org=cast.orgs.provider, step=ReviewStep.FIRST)
    with django_assert_num_queries(4):
        assert "、" in task.whereabouts(page)


def test_the_last_approval_is_asked_for_in_one_query(
    cast: Cast, ready: LessonPage, django_assert_num_queries: Any
) -> None:
    revision = review(ready, cast).live_revision

    with django_assert_num_queries(1):
        assert approved_by(cast.final_reviewer, revision)
    for person in (cast.trainer, cast.first_reviewer, cast.second_reviewer):
        assert not approved_by(person, revision)


def test_what_is_handed_in_unready_is_said_at_once(trainer: Client, unready: LessonPage) -> None:
    answer = trainer.post(edit_address(unready), form_of(unready, **{"action-submit": "1"}), follow=True)

    assert "还没有录像" in answer.content.decode()
    state = WorkflowState.objects.get()
    assert (state.object_id, state.status) == (str(unready.pk), WorkflowState.STATUS_IN_PROGRESS)


def menu(page: str) -> list[str]:
    """The names of the buttons below the editor, the one that is open first."""
    return re.findall(r'name="(action-[a-z-]+)"|data-workflow-action-name="([a-z]+)"|(Page locked|页面已锁定)', page)


def test_the_menu_puts_first_what_the_person_came_for(cast: Cast, at_desk: Desk, ready: LessonPage) -> None:
    address = edit_address(ready)

    def names(person: Person) -> list[str]:
        found = menu(at_desk(person).get(address).content.decode())
        return ["".join(each) if not each[2] else "locked" for each in found]

    before = names(cast.trainer)
    submit_for_review(ready, by=cast.trainer)
    author, reviewer = names(cast.trainer), names(cast.first_reviewer)
    state = fresh(ready).current_workflow_task_state
    state.task.specific.on_action(state, cast.first_reviewer, "reject")

    assert before == ["action-submit"]
    assert author == ["locked", "action-cancel-workflow"]
    assert reviewer == ["approve", "reject"]
    assert names(cast.trainer) == ["action-cancel-workflow", "action-submit"]
