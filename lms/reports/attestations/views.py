"""The attestations of one cadre: what there is, another one, and taking one back."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.credits.attestations.forms import PeriodForm, RevokeForm
from lms.credits.attestations.serving import pdf_response, public_address
from lms.credits.domain.attesting import AttestationRefused, attest_course
from lms.credits.domain.vouching import verdict_of, verdicts_of
from lms.credits.models import Attestation
from lms.credits.policies import attestations_of, department_that_attests
from lms.credits.queries import years_of
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.models import Org, Person
from lms.people.policies import persons_recognised_by, roles_today
from lms.people.views.common import person_of

MOST_SHOWN = 100


def _today() -> date:
    return beijing_day(timezone.now())


def _cadre(request: HttpRequest, pk: int) -> tuple[Person, Org]:
    """Somebody to whom the reader may attest, and for which department; Http404 for everybody else."""
    recognised = persons_recognised_by(request.user, on=_today(), roles=roles_today(request))
    cadre = get_object_or_404(recognised.select_related("merged_into"), pk=pk)
    org = department_that_attests(request.user, cadre, on=_today(), roles=roles_today(request))
    if org is None:
        raise Http404
    return cadre, org


def _one(request: HttpRequest, number: str) -> Attestation:
    found = get_object_or_404(Attestation.objects.select_related("person__merged_into", "org"), number=number)
    if department_that_attests(request.user, found.person, on=_today(), roles=roles_today(request)) is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, cadre: Person, org: Org, form: PeriodForm | None = None, *, status: int = 200
) -> HttpResponse:
    issued = list(attestations_of(cadre)[:MOST_SHOWN])
    verdicts = verdicts_of(issued)
    years = years_of(cadre)
    courses = CourseCompletion.objects.of(cadre).select_related("outline_version").order_by("-completed_at", "-pk")
    context = {
        "cadre": cadre,
        "org": org,
        "issued": [(attestation, verdicts[attestation.pk]) for attestation in issued],
        "form": form or (PeriodForm(years=years) if years else None),
        "courses": courses[:MOST_SHOWN],
    }
    return render(request, "desk/attestations.html", context, status=status)


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def attestations(request: HttpRequest, pk: int) -> HttpResponse:
    """What was ever attested to this cadre, newest first."""
    return _page(request, *_cadre(request, pk))


@require_POST
@role_required(RoleKind.OFFICER)
def attest_hours_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a 学时证明 for this cadre."""
    cadre, org = _cadre(request, pk)
    form = PeriodForm(request.POST, years=years_of(cadre))
    if form.is_valid() and (made := form.save(cadre, by=person_of(request), at=timezone.now())):
        return redirect("desk:attestation", made.number)
    return _page(request, cadre, org, form, status=422)


@require_POST
@role_required(RoleKind.OFFICER)
def attest_course_of(request: HttpRequest, pk: int, completion: int) -> HttpResponse:
    """Issue a 课程学习证明 for a course that this cadre finished."""
    cadre, _org = _cadre(request, pk)
    courses = CourseCompletion.objects.of(cadre).select_related("outline_version", "person__merged_into")
    try:
        made = attest_course(get_object_or_404(courses, pk=completion), by=person_of(request), at=timezone.now())
    except AttestationRefused as error:
        messages.error(request, str(error))
        return redirect("desk:attestations", pk)
    return redirect("desk:attestation", made.number)


def _one_page(
    request: HttpRequest, found: Attestation, form: RevokeForm | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "attestation": found,
        "cadre": found.person.survivor,
        "verdict": verdict_of(found),
        "revocation": getattr(found, "revocation", None),
        "address": public_address(found),
        "form": form or RevokeForm(),
    }
    return render(request, "desk/attestation.html", context, status=status)


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def attestation(request: HttpRequest, number: str) -> HttpResponse:
    """One attestation: what it is worth, to print, to revoke."""
    return _one_page(request, _one(request, number))


@require_POST
@role_required(RoleKind.OFFICER)
def revoke_attestation(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is not to be relied on."""
    found = _one(request, number)
    form = RevokeForm(request.POST)
    if form.is_valid() and form.save(found, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Revoked. Whoever looks it up sees that from now on."))
        return redirect("desk:attestation", number)
    return _one_page(request, found, form, status=422)


@require_safe
@never_cache
@role_required(RoleKind.OFFICER)
def attestation_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper, to print and stamp."""
    return pdf_response(request, _one(request, number))
