"""Lists of hours from elsewhere: those sent so far, sending one, its columns, the dry run, confirming and undoing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.credits.domain.importing import (
    ImportRefused,
    authorities_of,
    confirm_import,
    discard_import,
    preview_of,
    table_of,
)
from lms.credits.domain.previewing import ColumnsRefused
from lms.credits.domain.settling_imports import undo_import
from lms.credits.enums import ImportState
from lms.credits.models import ImportBatch
from lms.lib.durations import beijing_day
from lms.lib.workbooks import FileRefused
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.models import Org
from lms.people.views.common import person_of
from lms.reports.imports.forms import ColumnsForm, SendForm, UndoForm

PAGE_SIZE = 50
# More of one kind are counted and not listed.
MOST_SHOWN = 200
SAMPLE_ROWS = 3


def _authorities(request: HttpRequest) -> list[Org]:
    """The organisation departments that the officer works for; for everybody else there is no such page."""
    found = authorities_of(person_of(request), beijing_day(timezone.now()))
    if not found:
        raise Http404
    return found


def _hers(request: HttpRequest) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(authority__in=_authorities(request)).select_related("authority", "platform")


@require_safe
@role_required(RoleKind.OFFICER)
def imports(request: HttpRequest) -> HttpResponse:
    """The lists of the officer's authority, newest first."""
    found = _hers(request).select_related("received_by").order_by("-received_at", "-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/imports.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def send(request: HttpRequest) -> HttpResponse:
    """Send a list; nothing is written to anybody's record by that."""
    form = SendForm(request.POST or None, request.FILES or None, authorities=_authorities(request))
    if request.method == "POST" and form.is_valid():
        batch = form.save(by=person_of(request), at=timezone.now())
        if batch is not None:
            return redirect("desk:import_columns", batch.pk)
    return render(request, "desk/import_send.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which heading is which column; kept for the next list of the platform."""
    batch = get_object_or_404(_hers(request), pk=pk)
    sheet = request.POST.get("sheet") or request.GET.get("sheet")
    try:
        table = table_of(batch, sheet=sheet)
    except (ImportRefused, FileRefused) as error:
        messages.error(request, str(error))
        return redirect("desk:imports")
    form = ColumnsForm(request.POST or None, batch=batch, table=table)
    if request.method == "POST" and form.is_valid() and form.save():
        return redirect("desk:import", batch.pk)
    sample = [[row.cells[heading] for heading in table.headings] for row in table.rows[:SAMPLE_ROWS]]
    context = {"batch": batch, "form": form, "headings": table.headings, "sample": sample, "rows": len(table.rows)}
    return render(request, "desk/import_columns.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """While it waits: what it would do, and the one button. Afterwards: what it did, and undoing."""
    batch = get_object_or_404(_hers(request).select_related("received_by", "confirmed_by", "undone_by"), pk=pk)
    if request.method == "POST":
        return _decide(request, batch)
    if batch.state == ImportState.RECEIVED:
        return _dry_run(request, batch)
    return _done(request, batch, UndoForm())


def _dry_run(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    try:
        preview = preview_of(batch, officer=person_of(request), at=timezone.now())
    except ColumnsRefused as error:
        messages.warning(request, str(error))
        return redirect("desk:import_columns", batch.pk)
    except (ImportRefused, FileRefused) as error:
        messages.error(request, str(error))
        return redirect("desk:imports")
    context = {"batch": batch, "preview": preview, "most": MOST_SHOWN, "slice": f":{MOST_SHOWN}"}
    return render(request, "desk/import_preview.html", context)


def _done(request: HttpRequest, batch: ImportBatch, form: UndoForm, status: int = 200) -> HttpResponse:
    rows = batch.hours.select_related("person__merged_into", "replaces").order_by("row_number")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/import.html", {"batch": batch, "page": page, "form": form}, status=status)


def _decide(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    by, at, wanted = person_of(request), timezone.now(), request.POST.get("do")
    try:
        if wanted == "confirm":
            confirm_import(batch, leave_out_refused=bool(request.POST.get("leave_out")), by=by, at=at)
            messages.success(request, _("Confirmed. The hours are being written to the records."))
        elif wanted == "discard":
            discard_import(batch, by=by, at=at)
            messages.success(request, _("Discarded. Nothing was written to anybody's record."))
            return redirect("desk:imports")
        elif wanted == "undo":
            form = UndoForm(request.POST)
            if not form.is_valid():
                return _done(request, batch, form, status=422)
            undo_import(batch, reason=form.cleaned_data["reason"], by=by, at=at)
            messages.success(request, _("Everything this import gave is being taken back."))
    except (ImportRefused, ColumnsRefused, FileRefused) as error:
        messages.error(request, str(error))
    return redirect("desk:import", batch.pk)
