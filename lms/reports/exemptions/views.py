"""Propose an exemption, see those that wait, decide one, take one back, read its document."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.credits.domain.exempting import may_decide, may_propose, may_withdraw
from lms.credits.enums import ExemptionState
from lms.credits.models import Exemption
from lms.lib.documents import CONTENT_TYPES
from lms.lib.durations import beijing_day
from lms.people.enums import Purpose, RoleKind
from lms.people.gates import role_required
from lms.people.models import Person
from lms.people.policies import persons_visible_to, roles_today
from lms.people.views.common import person_of
from lms.reports.exemptions.forms import DecideForm, ProposeForm, WithdrawForm
from lms.reports.exemptions.queries import exemptions_for, waiting_for


def _found(request: HttpRequest, pk: int) -> Exemption:
    today = beijing_day(timezone.now())
    return get_object_or_404(exemptions_for(request.user, on=today, roles=roles_today(request)), pk=pk)


@require_safe
@role_required(RoleKind.OFFICER)
def exemptions(request: HttpRequest) -> HttpResponse:
    """Those that wait for approval, the longest waiting first."""
    today = beijing_day(timezone.now())
    waiting = waiting_for(person_of(request), on=today, roles=roles_today(request))
    return render(request, "desk/exemptions.html", {"waiting": waiting, "on": today, "year": today.year})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an exemption for one cadre."""
    at = timezone.now()
    seen = persons_visible_to(
        request.user, purpose=Purpose.CADRE_TRAINING, on=beijing_day(at), roles=roles_today(request)
    )
    cadre = get_object_or_404(seen, pk=pk)
    if not may_propose(person_of(request), cadre, beijing_day(at)):
        raise Http404
    form = ProposeForm(request.POST, request.FILES) if request.method == "POST" else ProposeForm()
    if request.method == "POST" and form.is_valid() and form.save(cadre, by=person_of(request), at=at):
        messages.success(request, _("Proposed. Another officer of the department that manages her decides."))
        return redirect("desk:person", cadre.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/propose_exemption.html", {"cadre": cadre, "form": form}, status=status)


def _page(
    request: HttpRequest,
    exemption: Exemption,
    *,
    decide: DecideForm | None = None,
    withdraw: WithdrawForm | None = None,
) -> HttpResponse:
    actor: Person = person_of(request)
    today = beijing_day(timezone.now())
    open_states = {ExemptionState.PROPOSED, ExemptionState.APPROVED}
    context = {
        "exemption": exemption,
        "cadre": exemption.person.survivor,
        "decide": (decide or DecideForm()) if exemption.is_waiting and may_decide(actor, exemption, today) else None,
        "withdraw": (withdraw or WithdrawForm())
        if exemption.state in open_states and may_withdraw(actor, exemption, today)
        else None,
    }
    refused = (decide is not None and decide.errors) or (withdraw is not None and withdraw.errors)
    return render(request, "desk/exemption.html", context, status=422 if refused else 200)


@require_safe
@role_required(RoleKind.OFFICER)
def exemption(request: HttpRequest, pk: int) -> HttpResponse:
    """One exemption, and what this officer may do about it."""
    return _page(request, _found(request, pk))


@require_POST
@role_required(RoleKind.OFFICER)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or decline it."""
    found, form = _found(request, pk), DecideForm(request.POST)
    if form.is_valid() and form.save(found, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Decided. It is on record with your name and the time."))
        return redirect("desk:exemption", pk)
    return _page(request, found, decide=form)


@require_POST
@role_required(RoleKind.OFFICER)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back, or let it end earlier."""
    found, form = _found(request, pk), WithdrawForm(request.POST)
    if form.is_valid() and form.save(found, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Taken back. It is on record with your name and the time."))
        return redirect("desk:exemption", pk)
    return _page(request, found, withdraw=form)


@require_safe
@role_required(RoleKind.OFFICER)
def document(request: HttpRequest, pk: int) -> FileResponse:
    """The document as a download under a name of our own, to whoever may see the person."""
    found = _found(request, pk)
    try:
        file = found.document.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    name = f"exemption-{found.pk}.{found.document_kind}"
    content_type = CONTENT_TYPES.get(found.document_kind, "application/octet-stream")
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
