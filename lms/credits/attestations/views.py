"""My attestations: take one out, look at it, print it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.credits.attestations.forms import PeriodForm
from lms.credits.attestations.serving import entry_page, pdf_response, public_address
from lms.credits.domain.attesting import AttestationRefused, attest_course
from lms.credits.domain.vouching import verdict_of, verdicts_of
from lms.credits.models import Attestation
from lms.credits.policies import attestations_of
from lms.credits.queries import years_of
from lms.learning.models import CourseCompletion
from lms.people.views.common import person_of

MOST_SHOWN = 100


def _mine(request: HttpRequest, number: str) -> Attestation:
    return get_object_or_404(attestations_of(person_of(request)), number=number)


def _page(request: HttpRequest, form: PeriodForm | None = None, *, status: int = 200) -> HttpResponse:
    person = person_of(request)
    issued = list(attestations_of(person)[:MOST_SHOWN])
    verdicts = verdicts_of(issued)
    years = years_of(person)
    courses = CourseCompletion.objects.of(person).select_related("outline_version").order_by("-completed_at", "-pk")
    context = {
        "issued": [(attestation, verdicts[attestation.pk]) for attestation in issued],
        "form": form or (PeriodForm(years=years) if years else None),
        "courses": courses[:MOST_SHOWN],
    }
    return render(request, "credits/attestations/mine.html", context, status=status)


@never_cache
@require_safe
@login_required
def my_attestations(request: HttpRequest) -> HttpResponse:
    """What was attested to her, newest first, and what she may take out."""
    return _page(request)


@never_cache
@require_POST
@login_required
def attest_my_hours(request: HttpRequest) -> HttpResponse:
    """Take out a 学时证明."""
    person = person_of(request)
    form = PeriodForm(request.POST, years=years_of(person))
    if form.is_valid() and (made := form.save(person, by=person, at=timezone.now())):
        return redirect("credits:my_attestation", made.number)
    return _page(request, form, status=422)


@never_cache
@require_POST
@login_required
def attest_my_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a 课程学习证明 for a course that she finished."""
    person = person_of(request)
    completion = get_object_or_404(
        CourseCompletion.objects.of(person).select_related("outline_version", "person__merged_into"), pk=pk
    )
    try:
        made = attest_course(completion, by=person, at=timezone.now())
    except AttestationRefused as error:
        messages.error(request, str(error))
        return redirect("credits:my_attestations")
    return redirect("credits:my_attestation", made.number)


@never_cache
@require_safe
@login_required
def my_attestation(request: HttpRequest, number: str) -> HttpResponse:
    """One of hers: what it is worth, and how others see that."""
    attestation = _mine(request, number)
    context = {
        "attestation": attestation,
        "verdict": verdict_of(attestation),
        "revocation": getattr(attestation, "revocation", None),
        "address": public_address(attestation),
        "entry_page": entry_page(),
    }
    return render(request, "credits/attestations/one.html", context)


@never_cache
@require_safe
@login_required
def my_attestation_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """One of hers, to print."""
    return pdf_response(request, _mine(request, number))
