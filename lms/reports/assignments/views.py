"""Assigned courses on the desk: the list, a new one looked at before it is made, one with its people, its export."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.models import Org
from lms.people.policies import roles_today
from lms.people.views.common import person_of
from lms.programmes.domain.assigning import reach_of
from lms.programmes.models import Assignment
from lms.programmes.policies import assigning_orgs, assignments_for, scope_of
from lms.programmes.queries import Asking, counts_of, on_show
from lms.reports.assignments.forms import AssignForm, TakeBackForm
from lms.reports.assignments.queries import (
    branches_of,
    chosen_people,
    course_choices,
    found_people,
    names_of,
    people_seen,
    rows_of,
    with_words,
)
from lms.reports.definitions.assignment_progress import AssignmentProgress
from lms.reports.formats import FORMATS
from lms.reports.handing_out import hand_out
from lms.reports.reminders.choosing import reminders_for

PAGE_SIZE, LIST_SIZE = 50, 20
MOST_FOUND = 50
STATES = ("late", "done", "under_way", "not_begun")


def _found(request: HttpRequest, pk: int) -> Assignment:
    today = beijing_day(timezone.now())
    return get_object_or_404(assignments_for(request.user, on=today, roles=roles_today(request)), pk=pk)


def _orgs(request: HttpRequest) -> list[Org]:
    """The departments in whose name she assigns; for everybody else there is no such page."""
    found = assigning_orgs(request.user, beijing_day(timezone.now()), roles=roles_today(request))
    if not found:
        raise Http404
    return found


@require_safe
@role_required(RoleKind.OFFICER)
def assignments(request: HttpRequest) -> HttpResponse:
    """All of her departments', newest first, with their figures of today."""
    _orgs(request)
    today, roles = beijing_day(timezone.now()), roles_today(request)
    found = assignments_for(request.user, on=today, roles=roles).prefetch_related(
        "targets__division__successor", "targets__person"
    )
    page = Paginator(found, LIST_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    scopes = {each.org_id: scope_of(each.org, request.user, on=today, roles=roles) for each in shown}
    counts = counts_of(shown, scopes, today)
    live = on_show(each.course_id for each in shown)
    rows = [(each, counts[each.pk], each.course_id in live, each.is_over(today)) for each in shown]
    return render(request, "desk/assignments.html", {"page": page, "rows": rows, "on": today, "year": today.year})


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 16]


def _assign_form(request: HttpRequest, at: datetime) -> tuple[AssignForm, dict[str, Any]]:
    """The form as far as it is filled in, and what is chosen from."""
    orgs, today = _orgs(request), beijing_day(at)
    wanted = _numbers([request.POST.get("org", "")])
    org = next((each for each in orgs if each.pk in wanted), orgs[0])
    branches = branches_of(org, today)
    found = found_people(org, request.POST.get("q", "")[:40], today, most=MOST_FOUND)
    chosen = chosen_people(org, _numbers(request.POST.getlist("people")), today)
    places = [f"d{branch.division.pk}" for branch in branches if branch.is_whole]
    places += [f"o{unit.pk}" for branch in branches for unit, _count in branch.units]
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        orgs=orgs,
        courses=course_choices(at),
        places=places,
        people=[person.pk for person in chosen],
        today=today,
    )
    others = [person for person in found if person.pk not in {each.pk for each in chosen}]
    context = {
        "form": form,
        "org": org,
        "branches": branches,
        "people": [*chosen, *others],
        "chosen": {person.pk for person in chosen},
        "chosen_places": set(request.POST.getlist("places")),
        "is_cut": len(found) == MOST_FOUND,
        "searched": request.POST.get("q", "").strip(),
        "today": today,
    }
    return form, context


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def assign(request: HttpRequest) -> HttpResponse:
    """Fill in, search people, look at it, assign it: one address, and nothing is written before the last press."""
    at, step = timezone.now(), request.POST.get("step", "")
    form, context = _assign_form(request, at)
    if request.method != "POST":
        return render(request, "desk/assign.html", context)
    if step not in {"look", "assign"}:
        # Searching, or back from the preview: keep what was said, and complain of nothing yet.
        context["errors"] = {}
        return render(request, "desk/assign.html", context)
    if form.is_valid():
        if step == "assign" and (made := form.save(by=person_of(request), at=at)):
            messages.success(request, _("Assigned. Those who are asked find it on their start page and in a message."))
            return redirect("desk:assignment", made.pk)
        if not form.errors:
            said = form.cleaned_data
            reach = reach_of(form.page, form.asking, org=said["org"], on=beijing_day(at))
            names, more = names_of(form.asking)
            shown = {"said": said, "course": form.page, "reach": reach, "names": names, "more_names": more}
            return render(request, "desk/assign_preview.html", context | shown)
    context |= {"errors": form.errors, "general_errors": form.non_field_errors()}
    return render(request, "desk/assign.html", context, status=422)


def _state(request: HttpRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in STATES else ""


def _page(request: HttpRequest, assignment: Assignment, *, take_back: TakeBackForm | None = None) -> HttpResponse:
    today, roles = beijing_day(timezone.now()), roles_today(request)
    people = people_seen(assignment, request.user, on=today, roles=roles)
    scope = scope_of(assignment.org, request.user, on=today, roles=roles)
    counts = counts_of([assignment], {assignment.org_id: scope}, today)[assignment.pk]
    state = _state(request)
    page = Paginator(rows_of(people, assignment, on=today, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = with_words(page.object_list, assignment, today)
    names, more = names_of(Asking.of(assignment))
    is_live = bool(on_show([assignment.course_id]))
    sent = reminders_for(request.user, on=today, roles=roles).filter(about=assignment.about)
    context = {
        "assignment": assignment,
        "counts": counts,
        "page": page,
        "state": state,
        "names": names,
        "more_names": more,
        "is_live": is_live,
        "is_over": assignment.is_over(today),
        "may_remind": bool(counts.late) and is_live and assignment.withdrawn_at is None,
        "sent": sent[:5],
        "take_back": take_back or (TakeBackForm() if assignment.withdrawn_at is None else None),
        "on": today,
        "year": today.year,
    }
    return render(request, "desk/assignment.html", context, status=422 if take_back and take_back.errors else 200)


@require_safe
@role_required(RoleKind.OFFICER)
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """One assignment with the people whom it asks today; the late come first to hand."""
    return _page(request, _found(request, pk))


@require_POST
@role_required(RoleKind.OFFICER)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody is asked any more."""
    found, form = _found(request, pk), TakeBackForm(request.POST)
    if form.is_valid() and form.save(found, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Taken back. Those who were asked read it in a message."))
        return redirect("desk:assignment", pk)
    return _page(request, found, take_back=form)


@require_safe
@role_required(RoleKind.OFFICER)
def export(request: HttpRequest, pk: int, extension: str) -> FileResponse:
    """The people of one assignment as a file; who took it away is on the log."""
    if extension not in FORMATS:
        raise Http404
    found, at, roles = _found(request, pk), timezone.now(), roles_today(request)
    today = beijing_day(at)
    people = people_seen(found, request.user, on=today, roles=roles)
    report = AssignmentProgress(rows_of(people, found, on=today, state=_state(request)), found, on=today)
    day = {"due": date_format(found.due_on, "Y-m-d"), "day": date_format(today, "Y-m-d")}
    remarks = [
        _("“%(course)s”, due by %(due)s; progress as of %(day)s. Made by %(name)s.")
        % {"course": found.course.title, "name": request.user, **day},
        found.reason,
    ]
    return hand_out(request, report, extension, remarks=remarks, at=at)
