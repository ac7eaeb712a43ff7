"""Two records of one cadre: find the other one, see both side by side, make them one, make them two again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.lib.durations import beijing_day
from lms.people.domain.merging import MergeRefused, check_on_roster, merge_on_roster
from lms.people.domain.separating import SeparatingRefused, separate, what_holds
from lms.people.enums import Purpose, RoleKind
from lms.people.gates import role_required
from lms.people.models import Merging, Person
from lms.people.policies import persons_visible_to, roles_today, roster_orgs
from lms.people.views.common import person_of
from lms.reports.merging.forms import OneForm, TwoForm
from lms.reports.merging.queries import side_of, together

MERGINGS_SHOWN = 50


def _on_roster(request: HttpRequest) -> QuerySet[Person]:
    """The cadres of her roster, never herself."""
    if not roster_orgs(roles_today(request)):
        raise PermissionDenied
    today = beijing_day(timezone.now())
    seen = persons_visible_to(request.user, purpose=Purpose.ROSTER, on=today, roles=roles_today(request))
    return seen.exclude(pk=person_of(request).pk)


def _mergings(request: HttpRequest) -> QuerySet[Merging]:
    seen = _on_roster(request).values("pk")
    found = Merging.objects.filter(Q(survivor__in=seen) | Q(duplicate__in=seen))
    return found.select_related("survivor", "duplicate", "merged_by", "undone_by")


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def others(request: HttpRequest, pk: int) -> HttpResponse:
    """The other records of this name on the roster, and the mergings that were."""
    seen, today = _on_roster(request), beijing_day(timezone.now())
    stays = get_object_or_404(seen, pk=pk)
    same = seen.filter(name=stays.name).exclude(pk=pk).order_by("pk")[:MERGINGS_SHOWN]
    context = {
        "stays": stays,
        "sides": [side_of(person, today) for person in same],
        "mergings": _mergings(request).filter(Q(survivor=stays) | Q(duplicate=stays))[:MERGINGS_SHOWN],
    }
    return render(request, "desk/merging/others.html", context)


@never_cache
@role_required(RoleKind.OFFICER)
def merge_records(request: HttpRequest, stays: int, goes: int) -> HttpResponse:
    """Both side by side, what would become of the hours, why; then one."""
    seen, now = _on_roster(request), timezone.now()
    survivor, duplicate = get_object_or_404(seen, pk=stays), get_object_or_404(seen.exclude(pk=stays), pk=goes)
    by, form, refused = person_of(request), OneForm(request.POST or None), ""
    try:
        check_on_roster(duplicate, into=survivor, by=by, at=now)
        if request.method == "POST" and form.is_valid():
            merge_on_roster(duplicate, into=survivor, by=by, reason=form.cleaned_data["reason"], at=now)
            messages.success(request, _("The two records are one now. Hours earned twice count once in a moment."))
            return redirect("desk:merging", Merging.objects.get(duplicate=duplicate, undone_at=None).pk)
    except MergeRefused as error:
        refused = str(error)
    today = beijing_day(now)
    context = {
        "sides": [side_of(survivor, today), side_of(duplicate, today)],
        "together": together(survivor, duplicate),
        "form": form,
        "refused": refused,
    }
    return render(request, "desk/merging/merge.html", context, status=422 if form.errors or refused else 200)


@never_cache
@role_required(RoleKind.OFFICER)
def merging(request: HttpRequest, pk: int) -> HttpResponse:
    """One merging, and undoing it."""
    found = get_object_or_404(_mergings(request), pk=pk)
    form, refused = TwoForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            separate(found, by=person_of(request), reason=form.cleaned_data["reason"], at=timezone.now())
        except SeparatingRefused as error:
            refused = str(error)
        else:
            messages.success(request, _("These are two records again, each with what it had."))
            return redirect("desk:merging", pk)
    held = [] if found.undone_at else what_holds(found)
    context = {"merging": found, "form": form, "held": held, "refused": refused}
    return render(request, "desk/merging/merging.html", context, status=422 if form.errors or refused else 200)
