"""The daily seals, read by the audit administrator, taken away as a file or on paper."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.audit.domain import record
from lms.credits.domain.seal_files import seals_as_text
from lms.credits.models import DailySeal
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.views.common import person_of

# A month on a sheet of paper.
PAGE_SIZE = 31


@require_safe
@never_cache
@role_required(RoleKind.AUDIT_ADMIN)
def seals(request: HttpRequest) -> HttpResponse:
    """The seals, newest first, a month to a page that can be printed."""
    page = Paginator(DailySeal.objects.order_by("-day"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/seals.html", {"page": page, "newest": DailySeal.objects.order_by("day").last()})


@require_safe
@never_cache
@role_required(RoleKind.AUDIT_ADMIN)
def seals_file(request: HttpRequest) -> HttpResponse:
    """All seals as one file; that it was taken is on the log."""
    at = timezone.now()
    found = list(DailySeal.objects.order_by("day"))
    last = found[-1].day.isoformat() if found else ""
    record(
        "seals_exported",
        actor=person_of(request),
        subject_kind="daily_seal",
        subject_id=last,
        detail={"rows": len(found)},
        at=at,
    )
    name = f"tianjian-seals-{beijing_day(at):%Y%m%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(seals_as_text(found, at=at), content_type="application/json", headers=headers)
