"""No way of publishing that Wagtail knows lets an unready lesson through, and each answers politely.

Here trainers publish by themselves; test_review_before_publishing.py tries the same ways where they may not.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from courses.models import CoursePage, EditorNotice, LessonPage
from courses.models.coding import AliasRefused
from courses.queries import current_outline
from courses.validators import NotPublishable
from tests.cast import Cast

Lessons = Callable[..., LessonPage]
Desk = Callable[[Any], Client]


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def newest(page: LessonPage) -> LessonPage:
    return LessonPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def form_of(page: LessonPage, **changes: Any) -> dict[str, str]:
    """What the editor sends for a lesson."""
    return nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "title_en": "",
            "teaches": "三句话",
            "teaches_en": "",
            "kind": page.kind,
            "course_type": page.course_type,
            "planned_minutes": "6",
            "video": page.video_id or "",
            "body": streamfield([]),
            "completion_rule": page.completion_rule,
            "coverage_percent": "90",
            "hidden_playing": page.hidden_playing,
            "quiz": "",
            "seo_title": "",
            "search_description": "",
            "go_live_at": "",
            "expire_at": "",
            "comments": inline_formset([]),
            "video_questions": inline_formset([]),
            **changes,
        }
    )


def told(response: Any) -> str:
    """The messages in the page that the person ends on."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request)) or response.content.decode()


def assert_refused(response: Any, page: LessonPage) -> None:
    """Sent back to an editor or list that says why, and not live."""
    assert response.status_code == 200, response.status_code
    assert "还没有录像" in response.content.decode() or "has no recording yet" in response.content.decode()
    assert not is_live(page)


@pytest.fixture(autouse=True)
def by_hand(settings: Any) -> None:
    """A station with a single trainer."""
    settings.REVIEW_BEFORE_PUBLISHING = False


@pytest.fixture
def trainer(cast: Cast, at_desk: Desk) -> Client:
    return at_desk(cast.trainer)


def edit_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_edit_view(trainer: Client, ready: LessonPage, unready: LessonPage) -> None:
    published = trainer.post(edit_address(ready), form_of(ready, **{"action-publish": "1"}))
    refused = trainer.post(
        edit_address(unready), form_of(unready, title="新题目", **{"action-publish": "1"}), follow=True
    )

    assert (published.status_code, is_live(ready)) == (302, True)
    assert_refused(refused, unready)
    assert newest(unready).title == "新题目"


def test_edit_view_keeps_the_live_version_when_the_new_one_is_not_ready(trainer: Client, ready: LessonPage) -> None:
    ready.save_revision().publish()
    trainer.post(edit_address(ready), form_of(ready, title="没有录像", video="", **{"action-publish": "1"}))

    now = LessonPage.objects.get(pk=ready.pk)
    assert (now.live, now.title, now.video_id) == (True, ready.title, ready.video_id)
    assert newest(ready).title == "没有录像"


def test_edit_view_refuses_to_schedule(trainer: Client, unready: LessonPage) -> None:
    later = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    response = trainer.post(
        edit_address(unready), form_of(unready, go_live_at=later, **{"action-publish": "1"}), follow=True
    )

    assert_refused(response, unready)
    assert not unready.revisions.exclude(approved_go_live_at=None).exists()


def test_create_view(trainer: Client, course: CoursePage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk])
    form = form_of(LessonPage(title="新课", slug="new"), **{"action-publish": "1"})

    response = trainer.post(address, form, follow=True)

    assert_refused(response, LessonPage.objects.get(slug="new"))


def test_create_view_submits_and_saves_drafts(trainer: Client, course: CoursePage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk])

    saved = trainer.post(address, form_of(LessonPage(title="草稿", slug="draft")))
    submitted = trainer.post(address, form_of(LessonPage(title="送审", slug="sent"), **{"action-submit": "1"}))

    assert (saved.status_code, submitted.status_code) == (302, 302)
    assert not LessonPage.objects.live().exists()
    assert LessonPage.objects.get(slug="sent").workflow_in_progress


def approve(client: Client, page: LessonPage) -> Any:
    state = LessonPage.objects.get(pk=page.pk).current_workflow_task_state
    return client.post(
        reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]), {"comment": ""}, follow=True
    )


def through_review(page: LessonPage, cast: Cast, at_desk: Desk) -> list[Any]:
    page.get_workflow().start(page, cast.trainer)
    people = [cast.first_reviewer, cast.second_reviewer, cast.final_reviewer]
    return [approve(at_desk(person), page) for person in people]


def test_workflow_approval(cast: Cast, at_desk: Desk, ready: LessonPage, unready: LessonPage) -> None:
    through_review(ready, cast, at_desk)
    last = through_review(unready, cast, at_desk)[-1]

    assert is_live(ready)
    assert_refused(last, unready)
    state = unready.current_workflow_state
    assert state.status == WorkflowState.STATUS_IN_PROGRESS
    assert state.current_task_state.status == TaskState.STATUS_IN_PROGRESS


def test_workflow_approval_in_a_dialog_and_in_the_editor(cast: Cast, at_desk: Desk, unready: LessonPage) -> None:
    unready.get_workflow().start(unready, cast.trainer)
    for person in (cast.first_reviewer, cast.second_reviewer):
        approve(at_desk(person), unready)
    desk = at_desk(cast.final_reviewer)
    state = unready.current_workflow_task_state

    dialog = desk.post(
        reverse("wagtailadmin_pages:workflow_action", args=[unready.pk, "approve", state.pk]),
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    editor = desk.post(
        edit_address(unready),
        form_of(unready, **{"action-workflow-action": "true", "workflow-action-name": "approve"}),
        follow=True,
    )

    assert dialog.json() == {"step": "success", "redirect": edit_address(unready)}
    assert_refused(editor, unready)


def bulk(client: Client, action: str, *pages: Page, **data: str) -> Any:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    wanted = "&".join(f"id={page.pk}" for page in pages)
    return client.post(f"{address}?{wanted}&next=/admin/", data, follow=True)


def test_bulk_publish_publishes_the_others(trainer: Client, ready: LessonPage, unready: LessonPage) -> None:
    response = bulk(trainer, "publish", unready, ready)

    assert_refused(response, unready)
    assert is_live(ready)


def test_bulk_publish_with_descendants(
    trainer: Client, course: CoursePage, ready: LessonPage, unready: LessonPage
) -> None:
    response = bulk(trainer, "publish", course, include_descendants="on")

    assert_refused(response, unready)
    assert is_live(ready)


def test_publish_scheduled_tells_the_editor_and_goes_on(
    cast: Cast, at_desk: Desk, new_lesson: Lessons, unready: LessonPage
) -> None:
    first, last = new_lesson(), new_lesson()
    due = timezone.now() - timedelta(minutes=1)
    for page in (first, unready, last):
        page.revisions.update(approved_go_live_at=due)

    call_command("publish_scheduled")
    call_command("publish_scheduled")

    assert (is_live(first), is_live(unready), is_live(last)) == (True, False, True)
    notice = EditorNotice.objects.get(page_id=unready.pk)
    assert notice.kind == "schedule_refused"
    assert unready.title in at_desk(cast.trainer).get("/admin/").content.decode()
    assert unready.title not in at_desk(cast.neighbour_trainer).get("/admin/").content.decode()


def test_publish_scheduled_when_recording_was_taken_down_since(ready: LessonPage) -> None:
    ready.go_live_at = timezone.now() + timedelta(hours=1)
    ready.save_revision().publish()
    ready.video.taken_down_at = timezone.now()
    ready.video.save()
    ready.revisions.exclude(approved_go_live_at=None).update(approved_go_live_at=timezone.now() - timedelta(minutes=1))

    call_command("publish_scheduled")

    assert not is_live(ready)


def test_code(ready: LessonPage, unready: LessonPage) -> None:
    ready.save_revision().publish()
    with pytest.raises(NotPublishable):
        unready.save_revision().publish()

    assert (is_live(ready), is_live(unready)) == (True, False)


def test_admin_api(trainer: Client, unready: LessonPage) -> None:
    response = trainer.post(f"/admin/api/main/pages/{unready.pk}/action/publish/", {}, "application/json")

    assert response.status_code == 400
    assert response.json()["reasons"]
    assert not is_live(unready)


def test_copy_of_a_live_lesson_that_is_no_longer_ready_is_a_draft(trainer: Client, ready: LessonPage) -> None:
    ready.save_revision().publish()
    ready.video.taken_down_at = timezone.now()
    ready.video.save()

    response = trainer.post(
        reverse("wagtailadmin_pages:copy", args=[ready.pk]),
        {
            "new_title": "复制",
            "new_slug": "copy",
            "new_parent_page": ready.get_parent().pk,
            "copy_subpages": "",
            "publish_copies": "on",
            "alias": "",
        },
    )

    assert response.status_code == 302
    copy = LessonPage.objects.get(slug="copy")
    assert not copy.live
    assert copy.code != ready.code


def test_copy_of_a_ready_lesson_enters_the_outline(
    trainer: Client, course: CoursePage, ready: LessonPage, django_capture_on_commit_callbacks: Any
) -> None:
    ready.save_revision().publish()

    with django_capture_on_commit_callbacks(execute=True):
        LessonPage.objects.get(pk=ready.pk).copy(update_attrs={"slug": "copy", "title": "复制"}, keep_live=True)

    outline = current_outline(course)
    assert outline is not None
    assert [lesson["title"] for lesson in outline.lessons] == [ready.title, "复制"]


def test_there_are_no_aliases(trainer: Client, ready: LessonPage) -> None:
    ready.save_revision().publish()

    with pytest.raises(AliasRefused), transaction.atomic():
        LessonPage.objects.get(pk=ready.pk).create_alias(update_slug="alias")
    form = trainer.get(reverse("wagtailadmin_pages:copy", args=[ready.pk])).context["form"]

    assert "publish_copies" in form.fields
    assert "alias" not in form.fields


def test_reverting_to_an_unready_version(trainer: Client, ready: LessonPage) -> None:
    ready.save_revision().publish()
    old = LessonPage.objects.get(pk=ready.pk)
    old.video = None
    revision = old.save_revision()
    ready.save_revision()

    response = trainer.post(
        edit_address(ready), form_of(ready, video="", revision=revision.pk, **{"action-publish": "1"}), follow=True
    )

    assert response.status_code == 200
    assert LessonPage.objects.get(pk=ready.pk).video_id == ready.video_id


def test_unpublishing_and_publishing_again_meets_the_gate(trainer: Client, ready: LessonPage) -> None:
    ready.save_revision().publish()
    trainer.post(reverse("wagtailadmin_pages:unpublish", args=[ready.pk]))
    assert not is_live(ready)
    ready.video.caption_tracks.all().delete()

    trainer.post(edit_address(ready), form_of(ready, **{"action-publish": "1"}))

    assert not is_live(ready)


def test_moving_does_not_publish(trainer: Client, cast: Cast, unready: LessonPage, course: CoursePage) -> None:
    other = course.get_parent().add_child(
        instance=CoursePage(title="另一门", slug="other", code="other", org=cast.orgs.provider)
    )
    response = trainer.post(reverse("wagtailadmin_pages:move_confirm", args=[unready.pk, other.pk]))

    assert response.status_code == 302
    assert LessonPage.objects.get(pk=unready.pk).get_parent().pk == other.pk
    assert not is_live(unready)


def test_course_without_provider_is_refused(course: CoursePage) -> None:
    course.org = None
    with pytest.raises(NotPublishable):
        course.save_revision().publish()
