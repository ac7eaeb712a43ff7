"""The security administrator's pages: who is staff, with which roles."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lms.lib.durations import beijing_day
from lms.people.domain.enrolling import ResetRefused, approve_reset, has_factor, request_reset
from lms.people.domain.granting import RoleRefused, end_role, grant_role
from lms.people.domain.inviting import invite_again, invite_staff
from lms.people.enums import Purpose, RoleKind
from lms.people.forms import InviteForm, ReasonForm, RoleForm
from lms.people.gates import role_required
from lms.people.models import FactorReset, Person, Role
from lms.people.policies import persons_visible_to, roles_today
from lms.people.views.common import person_of, show_form

security_admin_required = role_required(RoleKind.SECURITY_ADMIN)
PER_PAGE = 50


def _today() -> date:
    return beijing_day(timezone.now())


def _staff(request: HttpRequest) -> Any:
    roles = roles_today(request)
    return persons_visible_to(request.user, purpose=Purpose.ACCOUNT_ADMINISTRATION, on=_today(), roles=roles)


def _hand_over(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The invitation, to be handed over in person; it is shown now and never again."""
    link = request.build_absolute_uri(reverse("staff:invitation", args=[code]))
    return render(request, "staff/hand_over.html", {"person": person, "link": link})


@never_cache
@security_admin_required
def people(request: HttpRequest) -> HttpResponse:
    """Staff accounts, by name or login code."""
    sought = request.GET.get("q", "").strip()
    found = _staff(request).order_by("name", "pk").prefetch_related("roles__org")
    if sought:
        found = found.filter(name__icontains=sought) | found.filter(login_code__iexact=sought)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(person, [role for role in person.roles.all() if role.holds(_today())]) for person in page]
    waiting = FactorReset.objects.filter(approved_at__isnull=True).select_related("person", "requested_by")
    return render(request, "staff/people.html", {"rows": rows, "page": page, "sought": sought, "waiting": waiting})


@never_cache
@security_admin_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody new, with a first role."""
    form = InviteForm(request.POST or None, on=_today())
    if request.method == "POST" and form.is_valid():
        try:
            invitation, code = invite_staff(**form.cleaned_data, by=person_of(request), at=timezone.now())
        except RoleRefused as error:
            form.add_error(None, str(error))
        else:
            return _hand_over(request, invitation.person, code)
    return show_form(request, form, title=_("Invite staff"), button=_("Make an invitation"))


@never_cache
@security_admin_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One staff account: roles with their days, and what can be done."""
    shown = get_object_or_404(_staff(request), pk=pk)
    form = RoleForm(request.POST or None, on=_today())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            grant_role(
                shown,
                said["kind"],
                said["org"],
                step=said["step"],
                by=person_of(request),
                active_from=_today(),
            )
        except RoleRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("staff:person", pk=pk)
    return render(
        request,
        "staff/person.html",
        {
            "shown": shown,
            "roles": [
                (role, role.holds(_today())) for role in shown.roles.select_related("org").order_by("-active_from")
            ],
            "form": form,
            "has_factor": has_factor(shown),
            "has_password": shown.has_usable_password(),
            "reset": FactorReset.objects.filter(person=shown, approved_at__isnull=True).first(),
            "reason_form": ReasonForm(),
        },
    )


def _on_person(story: Callable[[HttpRequest, Person], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A button on the page of one staff account."""

    @never_cache
    @require_POST
    @security_admin_required
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return story(request, get_object_or_404(_staff(request), pk=pk))

    return view


@never_cache
@require_POST
@security_admin_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role today."""
    role = get_object_or_404(Role.objects.exclude(person=person_of(request)), pk=pk)
    end_role(role, by=person_of(request), on=_today())
    messages.success(request, _("The role ended today."))
    return redirect("staff:person", pk=role.person_id)


@_on_person
def reinvite(request: HttpRequest, shown: Person) -> HttpResponse:
    """A new invitation for somebody who has no password yet."""
    if shown.has_usable_password():
        messages.error(request, _("This person has a password. Reset the second factor instead, with a second person."))
        return redirect("staff:person", pk=shown.pk)
    _invitation, code = invite_again(shown, by=person_of(request), at=timezone.now())
    return _hand_over(request, shown, code)


@_on_person
def ask_reset(request: HttpRequest, shown: Person) -> HttpResponse:
    """Ask for a lost second factor to be removed."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please write why, for example: phone lost."))
        return redirect("staff:person", pk=shown.pk)
    try:
        request_reset(shown, reason=form.cleaned_data["reason"], by=person_of(request), at=timezone.now())
    except ResetRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Now a second security administrator has to approve."))
    return redirect("staff:person", pk=shown.pk)


@never_cache
@require_POST
@security_admin_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person approves a reset; the new invitation is shown to be handed over."""
    reset = get_object_or_404(FactorReset, pk=pk)
    try:
        invitation, code = approve_reset(reset, by=person_of(request), at=timezone.now())
    except ResetRefused as error:
        messages.error(request, str(error))
        return redirect("staff:people")
    return _hand_over(request, invitation.person, code)
