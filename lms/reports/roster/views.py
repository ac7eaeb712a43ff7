"""The roster of a department: the template, a file, its preview, confirming it once, undoing it."""

from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from lms.lib.durations import beijing_day
from lms.lib.workbooks import FileRefused
from lms.people.domain.roster.confirming import choose, choose_again, confirm
from lms.people.domain.roster.facts import units_in_place
from lms.people.domain.roster.hanging import what_hangs
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import RosterRefused, preview, read_roster
from lms.people.domain.roster.template import write_template
from lms.people.domain.roster.undoing import undo
from lms.people.enums import Purpose, RoleKind, RosterOutcome, RosterStepKind
from lms.people.gates import role_required
from lms.people.models import Org, Person, RosterBatch
from lms.people.policies import persons_visible_to, roles_today, roster_orgs
from lms.people.views.common import person_of
from lms.people.views.unmasking import show_in_full
from lms.reports.roster.forms import UndoForm, UploadForm
from lms.reports.roster.words import outcome_counts, rows_in_words

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN = 100
BATCHES_SHOWN = 20
HANGING_SHOWN = 50


def _orgs(request: HttpRequest) -> list[Org]:
    orgs = roster_orgs(roles_today(request))
    if not orgs:
        raise PermissionDenied
    return orgs


def _batch(request: HttpRequest, pk: int) -> RosterBatch:
    batches = RosterBatch.objects.select_related("org", "read_by", "confirmed_by", "undone_by")
    return get_object_or_404(batches, pk=pk, org__in=_orgs(request))


def _context(**more: Any) -> dict[str, Any]:
    today = beijing_day(timezone.now())
    return {"on": today, "year": today.year, **more}


@never_cache
@role_required(RoleKind.OFFICER)
@sensitive_variables()
def roster(request: HttpRequest) -> HttpResponse:
    """Choose a file, and what was imported before."""
    orgs = _orgs(request)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*data, orgs=orgs)
    if request.method == "POST" and form.is_valid():
        try:
            read = read_roster(form.content, org=form.org_chosen, by=person_of(request), at=timezone.now())
        except (FileRefused, RosterRefused) as error:
            form.add_error("file", str(error))
        else:
            return redirect("desk:roster_batch", read.pk)
    batches = RosterBatch.objects.filter(org__in=orgs).select_related("org", "read_by")[:BATCHES_SHOWN]
    context = _context(form=form, batches=batches, several=len(orgs) > 1)
    return render(request, "desk/roster/roster.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(RoleKind.OFFICER)
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with the units of the department's place."""
    orgs = _orgs(request)
    chosen = next((org for org in orgs if str(org.pk) == request.GET.get("org")), orgs[0])
    sheet = BytesIO()
    write_template(units_in_place(chosen, beijing_day(timezone.now())), sheet)
    response = HttpResponse(sheet.getvalue(), content_type=SHEET)
    response["Content-Disposition"] = 'attachment; filename="roster.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
@sensitive_variables()
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import will do, or what it did."""
    found = _batch(request, pk)
    return _done(request, found) if found.confirmed_at else _preview(request, found)


def _preview(request: HttpRequest, found: RosterBatch) -> HttpResponse:
    seen = preview(found, by=person_of(request), at=timezone.now())
    counted = outcome_counts(seen.planned, seen.faults)
    there = [outcome for outcome, count in counted if count]
    asked = request.GET.get("show", "")
    shown = RosterOutcome(asked) if asked in there else there[0] if there else RosterOutcome.SAME
    rows = rows_in_words(seen.planned, seen.faults, shown, org_id=found.org_id)
    context = _context(
        batch=found,
        outcomes=[(outcome, count) for outcome, count in counted if count],
        shown=shown,
        is_asked=shown == RosterOutcome.ASK,
        page=Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page")),
        digest=digest(seen.planned) if seen.is_confirmable else "",
        chosen=len(found.choices),
        changes_nothing=there == [RosterOutcome.SAME],
    )
    return render(request, "desk/roster/preview.html", context)


def _done(request: HttpRequest, found: RosterBatch, form: UndoForm | None = None) -> HttpResponse:
    hanging = [] if found.undone_at else what_hangs(found)
    kinds: dict[tuple[int, int], list[str]] = defaultdict(list)
    for step in found.steps.order_by("row", "pk"):
        kinds[step.row, step.person_id].append(str(RosterStepKind(step.kind).label))
    page = Paginator(list(kinds.items()), ROWS_SHOWN).get_page(request.GET.get("page"))
    names = _names(request, [person_id for (_row, person_id), _kinds in page.object_list])
    context = _context(
        batch=found,
        page=page,
        rows=[(row, person_id, names.get(person_id), done) for (row, person_id), done in page.object_list],
        counts=[(outcome, found.counts.get(outcome.value, 0)) for outcome in RosterOutcome],
        hanging=hanging[:HANGING_SHOWN],
        hanging_rows=len({each.row for each in hanging}),
        form=form or UndoForm(),
    )
    return render(request, "desk/roster/done.html", context, status=422 if form else 200)


def _names(request: HttpRequest, person_ids: list[int]) -> dict[int, str]:
    """The names of those whom she may see today; whoever has left her scope since is shown by number."""
    seen = persons_visible_to(
        request.user, purpose=Purpose.CADRE_TRAINING, on=beijing_day(timezone.now()), roles=roles_today(request)
    )
    return dict(Person.objects.filter(pk__in=seen.filter(pk__in=person_ids)).values_list("pk", "name"))


def _act(story: Callable[[HttpRequest, RosterBatch], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A button on the page of an import."""

    @never_cache
    @require_POST
    @role_required(RoleKind.OFFICER)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found = _batch(request, pk)
        try:
            return story(request, found)
        except RosterRefused as error:
            messages.error(request, str(error))
            return redirect("desk:roster_batch", pk)

    return view


@_act
def decide(request: HttpRequest, found: RosterBatch) -> HttpResponse:
    """Say who is meant by rows without a known identity number; or take back what was said."""
    said = {}
    for key in request.POST:
        row, value = key.removeprefix("row-"), request.POST.get(key, "")
        if key != row and row.isdecimal() and value.isdecimal() and len(row) < 6 and len(value) < 19:
            said[int(row)] = int(value)
    if request.POST.get("again"):
        choose_again(found, by=person_of(request), at=timezone.now())
    else:
        choose(found, said, by=person_of(request), at=timezone.now())
    return redirect("desk:roster_batch", found.pk)


@_act
def confirm_batch(request: HttpRequest, found: RosterBatch) -> HttpResponse:
    """Do what the preview showed."""
    confirm(found, shown=request.POST.get("shown", ""), by=person_of(request), at=timezone.now())
    messages.success(request, _("The roster was imported."))
    return redirect("desk:roster_batch", found.pk)


@_act
def undo_batch(request: HttpRequest, found: RosterBatch) -> HttpResponse:
    """Take an import back, with a reason."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _done(request, found, form)
    undo(found, reason=form.cleaned_data["reason"], by=person_of(request), at=timezone.now())
    messages.success(request, _("The import was undone. The roster is as it was before."))
    return redirect("desk:roster_batch", found.pk)


@role_required(RoleKind.OFFICER)
def see_in_full(request: HttpRequest, pk: int) -> HttpResponse:
    """A cadre's numbers in full, for a reason that she can read."""
    return show_in_full(request, pk, purpose=Purpose.ROSTER, back=reverse("desk:person", args=[pk]))
