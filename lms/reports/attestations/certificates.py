"""课程学习证明 of people who are no cadres: found by number, revoked and issued anew by whoever answers for them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.credits.attestations.forms import NumberForm, RevokeForm
from lms.credits.attestations.serving import public_address
from lms.credits.domain.attesting import AttestationRefused, attest_course
from lms.credits.domain.vouching import verdict_of, verdicts_of
from lms.credits.enums import AttestationState
from lms.credits.models import Attestation
from lms.credits.policies import certificates_answered_for
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.policies import roles_today
from lms.people.views.common import person_of

PAGE_SIZE = 50


def _hers(request: HttpRequest) -> QuerySet[Attestation]:
    return certificates_answered_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def certificates(request: HttpRequest) -> HttpResponse:
    """Those for which the reader answers, newest first, without names; one of them by the number on the paper."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        number = form.cleaned_data["number"]
        if _hers(request).filter(number=number).exists():
            return redirect("desk:certificate", number)
        form.add_error("number", _("None of this number is yours to answer for."))
    page = Paginator(_hers(request).order_by("-issued_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    verdicts = verdicts_of(list(page.object_list))
    context = {"form": form, "page": page, "rows": [(each, verdicts[each.pk]) for each in page.object_list]}
    return render(request, "desk/certificates.html", context, status=422 if form.errors else 200)


def _one_page(
    request: HttpRequest, found: Attestation, form: RevokeForm | None = None, *, status: int = 200
) -> HttpResponse:
    verdict = verdict_of(found)
    context = {
        "attestation": found,
        "verdict": verdict,
        "revocation": getattr(found, "revocation", None),
        "may_issue_anew": verdict.state == AttestationState.REVOKED and not hasattr(found, "successor"),
        "address": public_address(found),
        "form": form or RevokeForm(),
    }
    return render(request, "desk/certificate.html", context, status=status)


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One of them: what it is worth, to revoke or to issue anew."""
    return _one_page(request, get_object_or_404(_hers(request), number=number))


@require_POST
@role_required(RoleKind.OFFICER)
def revoke_certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is not to be relied on."""
    found = get_object_or_404(_hers(request), number=number)
    form = RevokeForm(request.POST)
    if form.is_valid() and form.save(found, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Revoked. Whoever looks it up sees that from now on."))
        return redirect("desk:certificate", number)
    return _one_page(request, found, form, status=422)


@require_POST
@role_required(RoleKind.OFFICER)
def issue_certificate_anew(request: HttpRequest, number: str) -> HttpResponse:
    """Another one about the same course, where one was revoked by mistake; its owner cannot take it out herself."""
    found = get_object_or_404(_hers(request), number=number)
    completions = CourseCompletion.objects.select_related("outline_version", "person__merged_into")
    completion = get_object_or_404(completions, pk=found.says["completion"])
    try:
        made = attest_course(completion, by=person_of(request), at=timezone.now())
    except AttestationRefused as error:
        messages.error(request, str(error))
        return redirect("desk:certificate", number)
    return redirect("desk:certificate", made.number)
