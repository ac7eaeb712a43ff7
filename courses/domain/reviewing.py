"""The preset workflow 初审 → 复审 → 终审, and the way of a page through it."""

from typing import Any

from django.db import transaction
from wagtail.models import Page, Workflow, WorkflowPage, WorkflowTask

from courses.models import ReviewTask
from lms.people.enums import ReviewStep

WORKFLOW_NAME = "三审"
_STEP_NAMES = {ReviewStep.FIRST: "初审", ReviewStep.SECOND: "复审", ReviewStep.FINAL: "终审"}


def ensure_workflow(home: Page | None = None) -> Workflow:
    """Make the preset workflow with its three steps where it is missing, and hold every page below `home` to it.

    A workflow that people changed, switched off or replaced stays as they left it.
    """
    with transaction.atomic():
        tasks = [_task(step) for step in ReviewStep]
        workflow = Workflow.objects.filter(workflow_tasks__task__in=tasks).order_by("pk").first()
        if workflow is None:
            workflow = Workflow.objects.create(name=WORKFLOW_NAME)
            for order, task in enumerate(tasks):
                WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
        if home is not None and workflow.active:
            WorkflowPage.objects.get_or_create(page=home, defaults={"workflow": workflow})
    return workflow


def submit_for_review(page: Page, *, by: Any) -> None:
    """Hand the page's newest version in; the first step holds it then."""
    page.get_workflow().start(page, by)


def approve(page: Page, *, by: Any) -> None:
    """Approve the step that holds the page; after the last one the page goes online.

    Raises PermissionDenied where `by` may not, and NotPublishable where the page is not ready; then nothing changed.
    """
    state = page.specific_class.objects.get(pk=page.pk).current_workflow_task_state
    state.task.specific.on_action(state, by, "approve")


def _task(step: ReviewStep) -> ReviewTask:
    task = ReviewTask.objects.filter(step=step).first()
    return task or ReviewTask.objects.create(name=_STEP_NAMES[step], step=step)
