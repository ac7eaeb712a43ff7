"""The officer's desk: which first page is whose, farmers for agriculture, counts for everybody else, and files."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lms.lib.durations import beijing_day
from lms.people.enums import OrgKind, Purpose
from lms.people.gates import officer_required
from lms.people.models import Person
from lms.people.policies import count_visible_to, is_masked, persons_visible_to, roles_today
from lms.people.views.unmasking import show_in_full
from lms.reports import metrics
from lms.reports.definitions import REPORTS
from lms.reports.filters import Desk
from lms.reports.formats import FORMATS
from lms.reports.handing_out import hand_out
from lms.reports.overview.placing import posts_near
from lms.reports.overview.views import cadres_overview
from lms.reports.queries import attach_figures, village_figures, who_learned

PAGE_SIZE = 50


@require_safe
@officer_required
def overview(request: HttpRequest) -> HttpResponse:
    """The first page: cadres for an organisation department, farmers for agriculture, counts for everybody else."""
    kinds = {role.org.kind for role in roles_today(request)}
    if OrgKind.ORGANIZATION_DEPARTMENT in kinds:
        return cadres_overview(request)
    if OrgKind.AGRICULTURE_DEPARTMENT in kinds:
        return _farmers(request)
    return _counts(request)


def _farmers(request: HttpRequest) -> HttpResponse:
    """Farmers of the place, by village and, masked, one by one."""
    today = beijing_day(timezone.now())
    scope = persons_visible_to(request.user, purpose=Purpose.FARMER_TRAINING, on=today, roles=roles_today(request))
    villages = village_figures(scope, year=today.year, on=today)
    page = Paginator(scope.order_by("pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = attach_figures(page.object_list, year=today.year, on=today)
    context = {
        "villages": villages,
        "page": page,
        "masked": is_masked(Purpose.FARMER_TRAINING),
        "year": today.year,
        "on": today,
        "metrics": [metrics.FARMERS, metrics.LEARNING, metrics.LESSONS_COMPLETED, metrics.COURSES_COMPLETED],
    }
    return render(request, "desk/farmers.html", context)


def _counts(request: HttpRequest) -> HttpResponse:
    """Counts alone, none below ten."""
    today = beijing_day(timezone.now())
    people = Person.objects.present()
    learning = who_learned(people, year=today.year, on=today)
    counts = [
        (metrics.FARMERS.name, count_visible_to(request.user, among=people, on=today)),
        (metrics.LEARNING.name, count_visible_to(request.user, among=learning, on=today)),
    ]
    return render(request, "desk/counts.html", {"counts": counts, "year": today.year, "on": today})


@officer_required
def farmer(request: HttpRequest, pk: int) -> HttpResponse:
    """One farmer's name and numbers in full, for a reason that she can read."""
    return show_in_full(request, pk, purpose=Purpose.FARMER_TRAINING, back=reverse("desk:overview"))


@require_safe
@officer_required
def export(request: HttpRequest, code: str, extension: str) -> HttpResponseBase:
    """Hand a report on as a file, for exactly those whom the filters leave; who took which rows is on the log.

    Filters that cannot be followed lead back to the list, which says why: a file would hide that it has more in it.
    """
    if code not in REPORTS or extension not in FORMATS:
        raise Http404
    desk = Desk(request)
    if not desk.valid:
        return redirect(f"{reverse('desk:people')}?{request.GET.urlencode()}")
    report = REPORTS[code](desk.persons(), posts=posts_near(desk.scope, desk.on), year=desk.year, on=desk.on)
    remarks = [
        str(report.title),
        _("Year %(year)s, as of %(day)s. Made by %(name)s.")
        % {"year": desk.year, "day": date_format(desk.on, "Y-m-d"), "name": request.user},
        *desk.in_words(),
    ]
    return hand_out(request, report, extension, remarks=remarks, at=timezone.now())
