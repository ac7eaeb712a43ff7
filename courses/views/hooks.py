"""Answers to what people try in Wagtail's own views; registered in wagtail_hooks."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page
from wagtail.permissions import policy_registry

from courses.domain.publishing import why_not_publishable
from courses.policies import deletable
from courses.validators import NotPublishable


def refuse_unready(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The draft is saved already; say why it cannot be published and stay with it."""
    if not (reasons := why_not_publishable(page)):
        return None
    messages.error(request, NotPublishable(page, reasons).sentence)
    return redirect("wagtailadmin_pages:edit", page.pk)


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
