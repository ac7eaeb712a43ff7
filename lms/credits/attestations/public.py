"""What everybody may see who holds a paper: whether it is valid, and as much of it as is needed to compare."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.credits.attestations.forms import NumberForm, read_number
from lms.credits.domain.printing import check_value, lines_of, period_in_words, studied_in_words, total_of
from lms.credits.domain.vouching import verdict_of
from lms.credits.enums import AttestationKind
from lms.credits.models import Attestation
from lms.people.backends.addresses import client_address
from lms.people.domain.pacing import is_spent, take_try

# Well-formed numbers that exist nowhere, from one address; a slip of the pen is not well-formed and costs nothing.
MISSES_AN_HOUR = 20
_SCOPE = "paper-number"


def half_masked(name: str) -> str:
    """王＊明: enough to compare with the paper in hand, and of a short name the first character alone."""
    if len(name) < 3:
        return name[:1] + "＊"
    return name[0] + "＊" * (len(name) - 2) + name[-1]


def _answer(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@require_safe
def number(request: HttpRequest) -> HttpResponse:
    """Type in a number."""
    asked = "number" in request.GET
    form = NumberForm(request.GET if asked else None)
    if asked and form.is_valid():
        return redirect("verify:attestation", form.cleaned_data["number"])
    return _answer(request, "credits/attestations/number.html", {"form": form}, status=422 if asked else 200)


@never_cache
@require_safe
def attestation(request: HttpRequest, number: str) -> HttpResponse:
    """What this paper is worth today."""
    known = read_number(number)
    if not known:
        return _nothing(request, number)
    if known != number:
        return redirect("verify:attestation", known)
    at, who = timezone.now(), f"address {client_address(request)}"
    if is_spent(_SCOPE, who, most=MISSES_AN_HOUR, at=at):
        return _answer(request, "credits/attestations/slow_down.html", {}, status=429)
    found = Attestation.objects.select_related("person__merged_into", "org").filter(number=known).first()
    if found is None:
        take_try(_SCOPE, who, most=MISSES_AN_HOUR, at=at)
        return _nothing(request, number)
    return _answer(request, "credits/attestations/public.html", _shown(found))


def _nothing(request: HttpRequest, number: str) -> HttpResponse:
    form = NumberForm({"number": number})
    form.is_valid()
    return _answer(request, "credits/attestations/number.html", {"form": form, "unknown": True}, status=404)


def _shown(found: Attestation) -> dict[str, Any]:
    context: dict[str, Any] = {
        "attestation": found,
        "verdict": verdict_of(found),
        "name": half_masked(found.person.survivor.name),
        "check_value": check_value(found),
    }
    if found.kind == AttestationKind.CREDIT_STATEMENT:
        hours, days = total_of(found.says)
        until = date.fromisoformat(found.says["until"])
        return context | {
            "period": period_in_words(found.says),
            "until": until,
            "lines": lines_of(found.says),
            "hours": hours,
            "days": days,
        }
    return context | {
        "title": found.says["title"],
        "completed": date.fromisoformat(found.says["completed"]),
        "studied": studied_in_words(found.says),
    }
