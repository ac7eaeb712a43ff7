"""Open appeals, and the page on which one is settled."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.learning.policies import appeals_for
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.policies import roles_today
from lms.people.views.common import person_of
from lms.reports.appeals import queries
from lms.reports.appeals.forms import AppealFilter, SettleForm

PAGE_SIZE = 50


@require_safe
@role_required(RoleKind.OFFICER)
def appeals(request: HttpRequest) -> HttpResponse:
    """The appeals that are this officer's to settle, the longest waiting first."""
    form = AppealFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    settled = chosen.get("state") == "settled"
    hers = appeals_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))
    found = queries.narrowed(
        hers, settled=settled, reason=chosen.get("reason", ""), lesson=chosen.get("lesson", "").strip()
    )
    page = Paginator(queries.with_what_is_listed(found), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/appeals.html", {"form": form, "page": page, "settled": settled})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal: what was refused, when and why, how often before; count it, or a part, or leave it."""
    now = timezone.now()
    hers = appeals_for(request.user, on=beijing_day(now), roles=roles_today(request))
    asked = get_object_or_404(queries.with_what_is_listed(hers), pk=pk)
    form = SettleForm(request.POST if request.method == "POST" else None, asked=asked.asked)
    if request.method == "POST" and form.is_valid():
        settlement = form.save(asked, by=person_of(request), at=now)
        if settlement is not None:
            if settlement.settled_by_id == request.user.pk and settlement.settled_at == now:
                messages.success(request, _("Settled. The learner reads it under “My learning”."))
            else:
                messages.warning(request, _("It was settled already; the first settlement stands."))
            return redirect("desk:appeals")
    context = {
        "appeal": asked,
        "settlement": getattr(asked, "settlement", None),
        "form": form,
        "parts": queries.parts(asked),
        "counting": queries.counting_by_now(asked).seconds,
        "before": queries.before(asked),
        "opened": queries.opened_on_that_day(asked),
    }
    return render(request, "desk/appeal.html", context, status=422 if form.errors else 200)
