"""What stands in the menu at the bottom of the page editor."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import ActionMenuItem, SaveDraftMenuItem, SubmitForModerationMenuItem

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


def arrange_menu(menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Tracks are not submitted, for nobody reviews them; who reviews a page has nothing to save."""
    page = context.get("page")
    models = [type(page)] if page else context["parent_page"].specific_class.allowed_subpage_models()
    gated = any(issubclass(model, GatedPage) for model in models)
    under_review = page is not None and page.current_workflow_task is not None
    kept = []
    for item in menu_items:
        if isinstance(item, SubmitForModerationMenuItem):
            kept += [SubmitForReview(order=item.order)] if gated else []
        elif not (under_review and isinstance(item, SaveDraftMenuItem)):
            kept.append(item)
    menu_items[:] = kept
