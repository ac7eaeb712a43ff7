"""The page of the audit administrator. It changes nothing, except that reading the log is on the log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.audit.domain import record
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.views.common import person_of
from lms.reports.log.forms import LogFilter
from lms.reports.log.queries import entries_sought, in_words

PAGE_SIZE = 50


@require_safe
@never_cache
@role_required(RoleKind.AUDIT_ADMIN)
def log(request: HttpRequest) -> HttpResponse:
    """Who did what to whose record, and when: found by action, person, subject and day."""
    form = LogFilter(request.GET)
    context = {"form": form, "valid": form.is_valid()}
    if form.is_valid():
        found = entries_sought(form.asked, count=PAGE_SIZE + 1)
        page = found[:PAGE_SIZE]
        context["rows"] = in_words(page)
        context["older_than"] = page[-1].seq if len(found) > PAGE_SIZE else None
        context["narrowed"] = bool(form.asked.keys() - {"before"})
        record(
            "audit_log.read",
            actor=person_of(request),
            subject_kind="audit_log",
            subject_id=f"{page[-1].seq}–{page[0].seq}" if page else "0",
            detail=form.asked,
            at=timezone.now(),
        )
    return render(request, "desk/log.html", context)
