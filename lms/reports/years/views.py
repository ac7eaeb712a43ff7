"""Closing a year: the authority's page, the page of a unit, and the paper of one person."""

from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.credits.domain.closing import ClosingRefused, confirm_unit
from lms.credits.domain.papers import paper_of
from lms.credits.domain.yearly import UnitYear
from lms.credits.models import YearClosing
from lms.lib.durations import beijing_day
from lms.people.enums import OrgKind, Purpose, RoleKind
from lms.people.gates import officer_required, role_required
from lms.people.models import Org, Person
from lms.people.policies import persons_visible_to, roles_today, units_of_personnel_officer
from lms.people.views.common import person_of
from lms.reports.years.forms import CloseForm, OpenForm
from lms.reports.years.queries import UnitRow, late_rows, person_rows, unit_rows


def _departments(request: HttpRequest) -> list[Org]:
    """The organisation departments for which the reader is an officer."""
    return [
        role.org
        for role in roles_today(request)
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    ]


def _units(request: HttpRequest) -> QuerySet[Org]:
    """The units for which the reader answers as their personnel officer."""
    return units_of_personnel_officer(request.user, beijing_day(timezone.now()), roles=roles_today(request))


def _visible(request: HttpRequest, today: date) -> set[int]:
    seen: set[int] = set()
    for purpose in (Purpose.CADRE_TRAINING, Purpose.UNIT_TRAINING):
        found = persons_visible_to(request.user, purpose=purpose, on=today, roles=roles_today(request))
        seen.update(found.values_list("pk", flat=True))
    return seen


@require_safe
@never_cache
@officer_required
def years(request: HttpRequest) -> HttpResponse:
    """Which years are open and closed, for the reader's department or unit."""
    today, departments, units = beijing_day(timezone.now()), _departments(request), _units(request)
    closings = YearClosing.objects.select_related("authority", "snapshot")
    mine = closings.filter(authority__in=departments)
    if not (departments or units):
        raise Http404
    managing = Org.objects.filter(managed_posts__org__in=units).values("pk")
    mine = mine | closings.filter(authority__in=managing)
    context = {
        "closings": mine.distinct().order_by("-year", "authority__name"),
        "form": OpenForm(today=today) if departments else None,
        "units": units,
        "on": today,
        "year": today.year,
    }
    return render(request, "desk/years.html", context)


@require_POST
@role_required(RoleKind.OFFICER)
def open_closing(request: HttpRequest) -> HttpResponse:
    """Begin the closing of a year."""
    at = timezone.now()
    today, departments = beijing_day(at), _departments(request)
    if not departments:
        raise Http404
    form = OpenForm(request.POST, today=today)
    if form.is_valid() and (closing := form.save(departments[0], by=person_of(request), at=at)):
        return redirect("desk:year", closing.pk)
    closings = YearClosing.objects.filter(authority__in=departments).select_related("authority", "snapshot")
    context = {"closings": closings, "form": form, "units": [], "on": today, "year": today.year}
    return render(request, "desk/years.html", context, status=422)


def _closing_of_department(request: HttpRequest, pk: int) -> YearClosing:
    closings = YearClosing.objects.select_related("authority__division", "snapshot__by")
    return get_object_or_404(closings, pk=pk, authority__in=_departments(request))


def _year_page(request: HttpRequest, closing: YearClosing, form: CloseForm, *, status: int = 200) -> HttpResponse:
    today = beijing_day(timezone.now())
    rows = unit_rows(closing, today=today)
    everybody = UnitYear.of(0, [line for row in rows for line in row.figures.people])
    context = {
        "closing": closing,
        "rows": rows,
        "total": everybody,
        "unconfirmed": [row for row in rows if not row.is_confirmed],
        "late": late_rows(closing, _visible(request, today)),
        "form": form,
        "may_close": not closing.is_closed and today > closing.cutoff,
        "on": today,
        "year": closing.year,
    }
    return render(request, "desk/year.html", context, status=status)


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def year(request: HttpRequest, pk: int) -> HttpResponse:
    """单位年度学时汇总表: every unit of the authority, who confirmed, and what came late."""
    return _year_page(request, _closing_of_department(request, pk), CloseForm())


@require_POST
@role_required(RoleKind.OFFICER)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the year."""
    closing = _closing_of_department(request, pk)
    form = CloseForm(request.POST)
    if form.is_valid() and form.save(closing, by=person_of(request), at=timezone.now()):
        messages.success(
            request, _("The year is closed. What is registered for it from now on stands beside these figures.")
        )
        return redirect("desk:year", closing.pk)
    return _year_page(request, closing, form, status=422)


def _unit_of(request: HttpRequest, pk: int, unit_id: int) -> tuple[YearClosing, UnitRow, bool]:
    """The closing, the unit's row, and whether the reader is its personnel officer."""
    closing = get_object_or_404(YearClosing.objects.select_related("authority", "snapshot"), pk=pk)
    is_own = _units(request).filter(pk=unit_id).exists()
    if not is_own and closing.authority not in _departments(request):
        raise Http404
    rows = unit_rows(closing, today=beijing_day(timezone.now()))
    row = next((row for row in rows if row.figures.unit_id == unit_id), None)
    if row is None:
        raise Http404
    return closing, row, is_own


@require_safe
@never_cache
@officer_required
def unit(request: HttpRequest, pk: int, unit_id: int) -> HttpResponse:
    """A unit's people, for its personnel officer to confirm and for the authority to look at."""
    closing, row, is_own = _unit_of(request, pk, unit_id)
    today = beijing_day(timezone.now())
    context = {
        "closing": closing,
        "row": row,
        "people": person_rows(row.figures, closing.year, today=today, visible=_visible(request, today)),
        "may_confirm": is_own and not closing.is_closed and not row.is_confirmed and today > date(closing.year, 12, 31),
        "is_own": is_own,
        "on": today,
        "year": closing.year,
    }
    return render(request, "desk/year_unit.html", context)


@require_POST
@role_required(RoleKind.UNIT_PERSONNEL_OFFICER)
def confirm(request: HttpRequest, pk: int, unit_id: int) -> HttpResponse:
    """The personnel officer's word for her unit."""
    closing, row, _is_own = _unit_of(request, pk, unit_id)
    try:
        confirm_unit(closing, get_object_or_404(Org, pk=row.figures.unit_id), by=person_of(request), at=timezone.now())
    except ClosingRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Confirmed. If a figure changes before the year is closed, you will be asked again.")
        )
    return redirect("desk:year_unit", pk, unit_id)


@require_safe
@never_cache
@officer_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """个人年度学时登记表 of somebody whom the reader may see, for signatures and stamp."""
    today = beijing_day(timezone.now())
    person = get_object_or_404(Person.objects.filter(pk__in=_visible(request, today)), pk=pk)
    return render(request, "desk/paper.html", paper_of(person, request.GET.get("year", ""), today=today))
