"""The officer's saved views: keep, open, rename, delete."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.views.common import person_of
from lms.reports.filters import scope_of
from lms.reports.models import SavedView
from lms.reports.overview.placing import places_called
from lms.reports.saved.forms import KeepForm, NameForm
from lms.reports.saved.keeping import MOST_VIEWS, ViewRefused, keep_view, rename_view


@dataclass(frozen=True)
class ListedView:
    """A view, the name of its place (empty: all of hers), and whether she may look at that today."""

    view: SavedView
    place: str
    is_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def views(request: HttpRequest) -> HttpResponse:
    """Her views by name; POST keeps another one and leads back to the page it is of."""
    if request.method != "POST":
        return _listed(request)
    form = KeepForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("A view needs a name of at most 40 characters."))
        return _listed(request, status=422)
    kept = form.cleaned_data
    try:
        view = keep_view(person_of(request), **kept, at=timezone.now())
    except ViewRefused as error:
        messages.warning(request, str(error))
        return _listed(request, status=422)
    messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    return redirect(_address(view))


def _listed(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    hers = list(SavedView.objects.filter(person=person_of(request)))
    codes = {view.pk: QueryDict(view.query).get("place", "") for view in hers}
    places = places_called(set(codes.values()), scope_of(request), beijing_day(timezone.now()))
    rows = []
    for view in hers:
        code = codes[view.pk]
        place = places.get(code)
        rows.append(ListedView(view, place.name if place else "", not code or place is not None))
    return render(request, "desk/views.html", {"rows": rows, "most": MOST_VIEWS}, status=status)


def _hers(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView, pk=pk, person=person_of(request))


def _address(view: SavedView) -> str:
    return f"{reverse(f'desk:{view.page}')}?{view.query}"


@require_safe
@role_required(RoleKind.OFFICER)
def open_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the page as it was kept; a place that is no longer hers is said instead."""
    view = _hers(request, pk)
    code = QueryDict(view.query).get("place", "")
    if code and code not in places_called({code}, scope_of(request), beijing_day(timezone.now())):
        messages.warning(
            request,
            _("“%(name)s” shows a place that is not one of yours today. Delete it or keep another one.")
            % {"name": view.name},
        )
        return redirect("desk:views")
    return redirect(_address(view))


@require_POST
@role_required(RoleKind.OFFICER)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it another name."""
    view, form = _hers(request, pk), NameForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("A view needs a name of at most 40 characters."))
        return redirect("desk:views")
    try:
        rename_view(view, name=form.cleaned_data["name"])
    except ViewRefused as error:
        messages.warning(request, str(error))
    return redirect("desk:views")


@require_POST
@role_required(RoleKind.OFFICER)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """It is gone; nothing hangs on it."""
    view = _hers(request, pk)
    view.delete()
    messages.success(request, _("“%(name)s” was deleted.") % {"name": view.name})
    return redirect("desk:views")
