"""My claims: where each stands, a new one, one sent again, one withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.approvals.enums import Step
from lms.credits.claims.forms import ClaimForm
from lms.credits.claims.serving import file_response
from lms.credits.domain.claiming import ClaimRefused, withdraw_claim
from lms.credits.models import CreditClaim
from lms.credits.policies import has_first_reviewer
from lms.lib.durations import beijing_day
from lms.people.queries import authority_on
from lms.people.views.common import person_of

MOST_SHOWN = 100


def _mine(request: HttpRequest, pk: int) -> CreditClaim:
    claims = CreditClaim.objects.of(person_of(request)).select_related("submission", "person__merged_into")
    return get_object_or_404(claims, pk=pk)


@never_cache
@require_safe
@login_required
def my_claims(request: HttpRequest) -> HttpResponse:
    """Her own claims, newest first."""
    person = person_of(request)
    claims = CreditClaim.objects.of(person).select_related("submission").order_by("-submission__submitted_at", "-pk")
    may_claim = authority_on(person, beijing_day(timezone.now())) is not None
    return render(request, "credits/my_claims.html", {"claims": claims[:MOST_SHOWN], "may_claim": may_claim})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_claim(request: HttpRequest) -> HttpResponse:
    """Claim a training."""
    form = ClaimForm(request.POST or None, request.FILES or None)
    return _handle(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend a returned claim and send it again."""
    claim = _mine(request, pk)
    if claim.state != Step.RETURNED:
        messages.info(request, _("Only a returned claim can be changed."))
        return redirect("credits:my_claim", claim.pk)
    return _handle(request, ClaimForm(request.POST or None, request.FILES or None, claim=claim))


def _handle(request: HttpRequest, form: ClaimForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        claim = form.save(by=person_of(request), at=timezone.now())
        if claim is not None:
            messages.success(request, _("Sent. Your unit looks at it first; here you see where it stands."))
            return redirect("credits:my_claim", claim.pk)
    return render(request, "credits/claim_form.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
@login_required
def my_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the claim stands: every step, with its reason."""
    claim = _mine(request, pk)
    waits_for_unit = claim.state == Step.SUBMITTED
    context = {
        "claim": claim,
        "steps": claim.submission.steps.order_by("number"),
        "files": claim.files.filter(is_current=True),
        "reviewer": not waits_for_unit or has_first_reviewer(claim.person, on=beijing_day(timezone.now())),
        "can_withdraw": claim.state in {Step.SUBMITTED, Step.FIRST_REVIEW, Step.RETURNED},
    }
    return render(request, "credits/my_claim.html", context)


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a claim back."""
    claim = _mine(request, pk)
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 6 else 0
    try:
        withdraw_claim(claim, by=person_of(request), seen=number, at=timezone.now())
        messages.success(request, _("Withdrawn. You may claim it anew at any time."))
    except ClaimRefused as error:
        messages.error(request, str(error))
    return redirect("credits:my_claim", claim.pk)


@require_safe
@login_required
def my_file(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """One of her own files."""
    return file_response(get_object_or_404(_mine(request, pk).files, pk=file))
