"""What stands in the menu at the bottom of the page editor."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import (
    ActionMenuItem,
    CancelWorkflowMenuItem,
    PageLockedMenuItem,
    RestartWorkflowMenuItem,
    SaveDraftMenuItem,
    SubmitForModerationMenuItem,
    WorkflowMenuItem,
)

from courses.models import GatedPage


class TakedownMenuItem(ActionMenuItem):
    """In the editor's menu of a course or lesson."""

    name = "courses-take-down"
    label = _("Take down")
    icon_name = "warning"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return (
            context["view"] == "edit"
            and isinstance(context.get("page"), GatedPage)
            and self.get_user_page_permissions_tester(context).can_withdraw()
        )

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("courses_take_down", args=[parent_context["page"].pk])


class SubmitForReview(SubmitForModerationMenuItem):
    """Wagtail's button in plain words; what was sent back is submitted with the same one."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "label": _("Submit for review")}


class WithdrawFromReview(CancelWorkflowMenuItem):
    """For whoever handed the page in; a reviewer sends it back instead, and says why."""

    label = _("Withdraw from review")

    def is_shown(self, context: dict[str, Any]) -> bool:
        state = context["page"].current_workflow_state
        return state is not None and context["request"].user.pk in {state.requested_by_id, context["page"].owner_id}


def arrange_menu(menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Put first what a tired person may press; leave out what she cannot use.

    Tracks are not submitted, for nobody reviews them. Whoever reviews a page approves it or sends it back and has
    nothing to save; for the others it is locked. What came back is submitted again, not restarted.
    """
    page = context.get("page")
    models = [type(page)] if page else context["parent_page"].specific_class.allowed_subpage_models()
    reviewed = any(issubclass(model, GatedPage) for model in models)
    reviewing = any(isinstance(item, WorkflowMenuItem) for item in menu_items)
    kept = []
    for item in menu_items:
        if isinstance(item, SubmitForModerationMenuItem):
            kept += [SubmitForReview(order=item.order)] if reviewed else []
        elif isinstance(item, CancelWorkflowMenuItem):
            withdraw = WithdrawFromReview(order=item.order)
            kept += [withdraw] if withdraw.is_shown(context) else []
        elif not isinstance(item, RestartWorkflowMenuItem) and not (reviewing and isinstance(item, SaveDraftMenuItem)):
            kept.append(item)
    menu_items[:] = sorted(kept, key=_place)


def _place(item: ActionMenuItem) -> int:
    if item.name == "approve":
        return 0
    return 1 if isinstance(item, WorkflowMenuItem | PageLockedMenuItem) else 2
