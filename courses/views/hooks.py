"""Answers to what people try in Wagtail's own views; registered in wagtail_hooks."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page, WorkflowState
from wagtail.permissions import policy_registry

from courses.domain.publishing import why_not_publishable
from courses.models import GatedPage, ReviewTask
from courses.models.gate import must_be_reviewed
from courses.policies import deletable
from courses.validators import NotPublishable


def refuse_unready(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The draft is saved already; say why it cannot be published and stay with it."""
    if not (reasons := why_not_publishable(page)):
        return None
    messages.error(request, NotPublishable(page, reasons).sentence)
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_by_hand(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Somebody sends what the publish button would send, which is not offered: say how the page goes online."""
    if not request.POST.get("action-publish") or not _is_reviewed(type(page)):
        return None
    messages.error(request, NotPublishable(page, [page.why_not_by_hand()]).sentence)
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_new_by_hand(request: HttpRequest, parent: Page, page_class: type[Page]) -> HttpResponse | None:
    """The same for a page that is not there yet."""
    if not request.POST.get("action-publish") or not _is_reviewed(page_class):
        return None
    page = page_class(title=request.POST.get("title", ""))
    messages.error(request, NotPublishable(page, [page.why_not_by_hand()]).sentence)
    return redirect(request.path)


def _is_reviewed(page_class: type[Page]) -> bool:
    return must_be_reviewed() and issubclass(page_class, GatedPage)


def tell_what_came_back(request: HttpRequest, page: Page) -> None:
    """Above the editor of a page that was sent back: by whom, at which step, with which comment."""
    state = page.current_workflow_state if request.method == "GET" else None
    if state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        back = state.current_task_state
        messages.warning(
            request,
            gettext("%(name)s sent it back at %(step)s: %(comment)s Change it, then submit it again.")
            % {"name": back.finished_by, "step": back.task.name, "comment": back.comment or gettext("no comment.")},
        )


def tell_what_is_missing(request: HttpRequest, page: Page) -> None:
    """The page was handed in before it is ready: its author can still withdraw it, and no reviewer reads in vain."""
    if request.POST.get("action-submit") and (reasons := why_not_publishable(page)):
        messages.warning(request, NotPublishable(page, reasons).sentence)


def tell_where_it_is_now(request: HttpRequest, page: Page) -> None:
    """Somebody approved a step or sent the page back: say what became of it, Wagtail says "updated" only."""
    if not request.POST.get("action-workflow-action"):
        return
    page = type(page).objects.get(pk=page.pk)
    task = page.current_workflow_task
    if isinstance(task, ReviewTask):
        messages.success(request, task.whereabouts(page))
    elif page.current_workflow_state is None and page.live:
        messages.success(request, gettext("It was approved in all three reviews and is online now."))


def refuse_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Facts hang on the page or on one below it."""
    return _refused_deletion(request, [page], redirect("wagtailadmin_pages:edit", page.pk))


def refuse_bulk_deletion(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """The same for many pages; none of them is deleted."""
    pages = [each for each in objects if isinstance(each, Page)]
    if action_type != "delete" or not pages:
        return None
    address = get_valid_next_url_from_request(request) or "wagtailadmin_explore_root"
    return _refused_deletion(request, pages, redirect(address))


def _refused_deletion(request: HttpRequest, pages: list[Page], answer: HttpResponse) -> HttpResponse | None:
    reasons = deletable(pages)
    for reason in reasons:
        messages.error(request, reason)
    return answer if reasons else None


def own_pages(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Choosers offer the pages that the person finds in the explorer."""
    hers = policy_registry.get_by_type(Page).explorable_instances(request.user)
    return pages.filter(pk__in=hers.order_by().values("pk"))
