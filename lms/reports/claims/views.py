"""Claims that wait, and the page on which one is decided."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.approvals.enums import Step
from lms.credits.claims.serving import file_response
from lms.credits.models import CreditClaim
from lms.credits.policies import claims_visible_to, may_recognise, may_review
from lms.lib.durations import beijing_day
from lms.people.domain.standing_in import delegable_roles, delegations_of, end_delegation
from lms.people.enums import OrgKind, RoleKind
from lms.people.gates import officer_required, role_required
from lms.people.policies import roles_today, stood_in_for
from lms.people.queries import posts_on
from lms.people.views.common import person_of
from lms.reports.claims import queries
from lms.reports.claims.forms import DecisionForm, HandOverForm

PAGE_SIZE = 50
STATES = ("", "elsewhere", "decided")


def _check_role(request: HttpRequest) -> None:
    """The page is there for personnel officers of units and for officers of organisation departments."""
    if not any(
        role.kind == RoleKind.UNIT_PERSONNEL_OFFICER or role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
        for role in roles_today(request)
    ):
        raise Http404


@require_safe
@officer_required
def claims(request: HttpRequest) -> HttpResponse:
    """What waits for whoever looks, the longest waiting first; and what waits elsewhere, or is decided."""
    _check_role(request)
    now = timezone.now()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = queries.narrowed(person_of(request), state=state, on=beijing_day(now), roles=roles_today(request))
    page = Paginator(queries.with_what_is_listed(found), PAGE_SIZE).get_page(request.GET.get("page"))
    roles = roles_today(request)
    context = {
        "page": page,
        "state": state,
        "now": now,
        "hands_over": any(role.kind == RoleKind.UNIT_PERSONNEL_OFFICER for role in roles),
        "stands_in": stood_in_for(request.user, beijing_day(now), roles=roles),
    }
    return render(request, "desk/claims.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.UNIT_PERSONNEL_OFFICER)
def stand_in(request: HttpRequest) -> HttpResponse:
    """Hand the first review to a colleague for some days; see what was handed over."""
    by, now = person_of(request), timezone.now()
    today = beijing_day(now)
    form = HandOverForm(request.POST if request.method == "POST" else None, roles=delegable_roles(by, today), on=today)
    if request.method == "POST" and form.is_valid() and form.save(by=by, at=now):
        messages.success(request, _("Handed over. It ends by itself, and you may end it earlier."))
        return redirect("desk:stand_in")
    context = {"form": form, "given": delegations_of(by, today), "today": today}
    return render(request, "desk/stand_in.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(RoleKind.UNIT_PERSONNEL_OFFICER)
def end_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the review back before its last day."""
    by, now = person_of(request), timezone.now()
    given = get_object_or_404(delegations_of(by, beijing_day(now)), pk=pk)
    end_delegation(given, by=by, at=now)
    messages.success(request, _("You review alone again."))
    return redirect("desk:stand_in")


def _claim(request: HttpRequest, pk: int) -> CreditClaim:
    _check_role(request)
    hers = claims_visible_to(request.user, on=beijing_day(timezone.now()))
    return get_object_or_404(hers.select_related("person__merged_into", "submission"), pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@officer_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with its evidence and its steps; pass it on, recognise, return or reject it."""
    asked, now = _claim(request, pk), timezone.now()
    by, today = person_of(request), beijing_day(now)
    recognises = asked.state == Step.FIRST_REVIEW and may_recognise(by, asked, on=today)
    reviews = asked.state == Step.SUBMITTED and may_review(by, asked, on=today)
    form = None
    if recognises or reviews:
        form = DecisionForm(request.POST if request.method == "POST" else None, claim=asked, recognises=recognises)
        if request.method == "POST" and form.is_valid() and form.save(by=by, at=now):
            messages.success(request, _("Decided. The learner reads it under “My hours”."))
            return redirect("desk:claims")
    elif request.method == "POST":
        messages.warning(request, _("This claim was decided already, or is no longer yours to decide."))
        return redirect("desk:claim", asked.pk)
    context = {
        "claim": asked,
        "posts": posts_on(asked.person, today),
        "files": asked.files.filter(is_current=True),
        "steps": asked.submission.steps.select_related("by"),
        "around": queries.entries_around(asked),
        "form": form,
    }
    return render(request, "desk/claim.html", context, status=422 if form and form.errors else 200)


@require_safe
@officer_required
def evidence(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """One evidence file, for whoever may read the claim."""
    return file_response(get_object_or_404(_claim(request, pk).files, pk=file))
