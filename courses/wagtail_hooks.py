"""Registration in the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import PagesSummaryItem

from courses.models import HomePage
from courses.models.access import grants_of
from courses.views import hooks as answers
from courses.views.importing import import_questions, preview_import, question_template
from courses.views.takedown import lift_page_takedown, take_down_page
from courses.viewsets.editor_menu import TakedownMenuItem, arrange_menu
from courses.viewsets.notices import NoticesPanel
from courses.viewsets.publishing import PublishReadyPages
from courses.viewsets.questions import QuestionViewSet, question_viewset
from courses.viewsets.quizzes import QuizViewSet, quiz_viewset

hooks.register("before_publish_page", answers.refuse_unready)
hooks.register("before_edit_page", answers.refuse_by_hand)
hooks.register("before_edit_page", answers.tell_what_came_back)
hooks.register("before_create_page", answers.refuse_new_by_hand)
hooks.register("after_edit_page", answers.tell_what_is_missing)
hooks.register("after_edit_page", answers.tell_where_it_is_now)
hooks.register("after_create_page", answers.tell_what_is_missing)
hooks.register("before_delete_page", answers.refuse_deletion)
hooks.register("before_bulk_action", answers.refuse_bulk_deletion)
hooks.register("construct_page_chooser_queryset", answers.own_pages)
hooks.register("construct_page_action_menu", arrange_menu)

# After Wagtail's own of the same type, which it replaces.
hooks.register("register_bulk_action", PublishReadyPages, order=100)

# Files, help and settings of Wagtail's that neither trainers nor reviewers need.
NOT_FOR_EDITORS = frozenset({"documents", "images", "help", "settings", "reports"})


@hooks.register("register_admin_viewset")
def register_quizzes() -> QuizViewSet:
    return quiz_viewset


@hooks.register("register_admin_viewset")
def register_questions() -> QuestionViewSet:
    return question_viewset


@hooks.register("register_admin_urls")
def register_takedown_urls() -> list[URLPattern]:
    return [
        path("take-down/<int:page_id>/", take_down_page, name="courses_take_down"),
        path("take-down/<int:page_id>/lift/", lift_page_takedown, name="courses_lift_takedown"),
    ]


@hooks.register("register_admin_urls")
def register_import_urls() -> list[URLPattern]:
    return [
        path("quizzes/import/", import_questions, name="courses_import_questions"),
        path("quizzes/import/template.xlsx", question_template, name="courses_question_template"),
        path("quizzes/import/<int:import_id>/", preview_import, name="courses_preview_import"),
    ]


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
