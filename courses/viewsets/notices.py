"""What editors should know, on their start page."""

from typing import Any

from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

from courses.models import EditorNotice

SHOWN = 20


class NoticesPanel(Component):
    """The open notices about the pages that the person may change, newest first."""

    name = "courses_notices"
    template_name = "courses/admin/notices_panel.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        policy = policy_registry.get_by_type(Page)
        pages = policy.instances_user_has_permission_for(parent_context["request"].user, "change")
        notices = EditorNotice.objects.filter(settled_at=None, page__in=pages.order_by().values("pk"))
        return {"notices": list(notices.select_related("page").order_by("-told_at")[:SHOWN])}
