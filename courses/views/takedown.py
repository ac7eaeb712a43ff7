"""Taking a course or lesson down, and allowing it again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.domain.takedown import lift_takedown
from courses.forms import TakedownForm
from courses.models import GatedPage, LessonPage
from lms.people.views.common import person_of


def _page(request: HttpRequest, page_id: int) -> GatedPage:
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, GatedPage):
        raise Http404
    if not page.permissions_for_user(request.user).can_withdraw():  # type: ignore[attr-defined]  # of our own tester
        raise PermissionDenied
    return page


def take_down_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask for the reason, then take the page down; where it is down already, say so and offer to lift it."""
    page = _page(request, page_id)
    form = TakedownForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.save(page, by=request.user, at=timezone.now())
        messages.success(request, _("%(page)s was taken down.") % {"page": page})
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = {
        "page": page,
        "form": form,
        "takedown": page.open_takedown,
        "lessons": LessonPage.objects.descendant_of(page, inclusive=True).live(),
    }
    return render(request, "courses/admin/take_down.html", context, status=422 if form.errors else 200)


def lift_page_takedown(request: HttpRequest, page_id: int) -> HttpResponse:
    """Allow the page to be published again."""
    page = _page(request, page_id)
    takedown = page.open_takedown
    if request.method == "POST" and takedown is not None and takedown.page_id == page.pk:
        lift_takedown(takedown, by=person_of(request), at=timezone.now())
        messages.success(request, _("%(page)s may be published again.") % {"page": page})
    return redirect("wagtailadmin_pages:edit", page.pk)
