"""Registration in the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import PagesSummaryItem

from courses.models import GatedPage, HomePage
from courses.models.access import grants_of
from courses.views import hooks as answers
from courses.views.takedown import lift_page_takedown, take_down_page
from courses.viewsets.notices import NoticesPanel
from courses.viewsets.publishing import PublishReadyPages
from courses.viewsets.quizzes import QuizViewSet, quiz_viewset

hooks.register("before_publish_page", answers.refuse_unready)
hooks.register("before_delete_page", answers.refuse_deletion)
hooks.register("before_bulk_action", answers.refuse_bulk_deletion)
hooks.register("construct_page_chooser_queryset", answers.own_pages)

# After Wagtail's own of the same type, which it replaces.
hooks.register("register_bulk_action", PublishReadyPages, order=100)

# Files, help and settings of Wagtail's that neither trainers nor reviewers need.
NOT_FOR_EDITORS = frozenset({"documents", "images", "help", "settings", "reports"})


@hooks.register("register_admin_viewset")
def register_quizzes() -> QuizViewSet:
    return quiz_viewset


@hooks.register("register_admin_urls")
def register_takedown_urls() -> list[URLPattern]:
    return [
        path("take-down/<int:page_id>/", take_down_page, name="courses_take_down"),
        path("take-down/<int:page_id>/lift/", lift_page_takedown, name="courses_lift_takedown"),
    ]


class TakedownMenuItem(ActionMenuItem):
    """In the editor's menu of a course or lesson."""

    name = "courses-take-down"
    label = _("Take down")
    icon_name = "warning"

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        return (
            context["view"] == "edit"
            and isinstance(page, GatedPage)
            and self.get_user_page_permissions_tester(context).can_publish()
        )

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("courses_take_down", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def register_takedown() -> TakedownMenuItem:
    return TakedownMenuItem(order=95)


@hooks.register("construct_homepage_panels")
def add_notices(request: HttpRequest, panels: list[Any]) -> None:
    panels.insert(0, NoticesPanel())


@hooks.register("construct_main_menu")
def show_only_what_is_needed(request: HttpRequest, items: list[MenuItem]) -> None:
    hidden = set(NOT_FOR_EDITORS) if grants_of(request.user).by_org else {"help"}
    if not request.user.is_superuser:
        items[:] = [item for item in items if item.name not in hidden]


@hooks.register("construct_homepage_summary_items", order=100)
def count_only_what_is_needed(request: HttpRequest, items: list[Any]) -> None:
    """The counts of files on the start page lead to lists that are hidden; pages are counted once there is one."""
    has_pages = HomePage.objects.exists()
    items[:] = [item for item in items if isinstance(item, PagesSummaryItem) and has_pages]
