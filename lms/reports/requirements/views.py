"""Which requirements are in force for an authority, with source and confidence; it adds and ends its own."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms.credits.models import CreditRequirement, Reassessment
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.models import Org
from lms.people.policies import roles_today
from lms.people.views.common import person_of
from lms.reports.requirements.forms import EndForm, RequirementForm
from lms.reports.requirements.queries import departments, requirements_for


def _departments(request: HttpRequest) -> list[Org]:
    """Her departments; PermissionDenied where she is an officer of none."""
    hers = departments(roles_today(request))
    if not hers:
        raise PermissionDenied
    return hers


def _page(
    request: HttpRequest, hers: list[Org], at: datetime, *, form: RequirementForm, ending: dict[int, EndForm]
) -> HttpResponse:
    today = beijing_day(at)
    lists = [
        (
            org,
            [
                (one, (ending.get(one.row.pk) or EndForm(pk=one.row.pk)) if one.is_own else None)
                for one in requirements_for(org, today)
            ],
        )
        for org in hers
    ]
    context = {
        "lists": lists,
        "form": form,
        "on": today,
        "year": today.year,
        "reassessment": Reassessment.objects.filter(finished_at__isnull=True).first(),
    }
    refused = form.errors or any(each.errors for each in ending.values())
    return render(request, "desk/requirements.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def requirements(request: HttpRequest) -> HttpResponse:
    """Read them; set one of the department's own from a day on."""
    hers, at = _departments(request), timezone.now()
    form = RequirementForm(request.POST if request.method == "POST" else None, departments=hers)
    if request.method == "POST" and form.is_valid() and form.save(by=person_of(request), at=at):
        messages.success(request, _("Set. Everybody’s standing is being worked out again in the background."))
        return redirect("desk:requirements")
    return _page(request, hers, at, form=form, ending={})


@require_POST
@role_required(RoleKind.OFFICER)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the department's own."""
    hers, at = _departments(request), timezone.now()
    requirement = get_object_or_404(CreditRequirement, pk=pk, authority__in=hers)
    form = EndForm(request.POST, pk=pk)
    if form.is_valid() and form.save(requirement, by=person_of(request), at=at):
        messages.success(request, _("Ended. The months before stay as they were."))
        return redirect("desk:requirements")
    return _page(request, hers, at, form=RequirementForm(departments=hers), ending={pk: form})
