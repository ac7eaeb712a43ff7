"""A badge for its owner; issuer and status list for everybody."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from openbadgeslib.ob3.credential import OB3_CONTEXT

from lms.credits.domain.vouching import verdict_of
from lms.credits.policies import attestations_of
from lms.interop.badges.issuing import NoBadge, badge_of, issuer_of_badges
from lms.interop.badges.status import FRESH_SECONDS, is_begun, status_list_of
from lms.people.views.common import person_of

_TYPE = "application/vc"


def _json(content: dict[str, Any], content_type: str = _TYPE) -> HttpResponse:
    return HttpResponse(json.dumps(content, ensure_ascii=False, indent=1), content_type=content_type)


@never_cache
@require_safe
@login_required
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """One of her own certificates as a badge to take away; a page says why where it is no longer valid."""
    attestation = get_object_or_404(attestations_of(person_of(request)), number=number)
    if not verdict_of(attestation).is_valid:
        return redirect("credits:my_attestation", number)
    try:
        response = _json(badge_of(attestation))
    except NoBadge as error:
        raise Http404 from error
    response.headers["Content-Disposition"] = f'attachment; filename="{attestation.shown_number}.json"'
    return response


@require_safe
def status_list(request: HttpRequest, block: int) -> HttpResponse:
    """Which badges no longer hold; made anew every five minutes."""
    if block > 10**6 or not is_begun(block):
        raise Http404
    key = f"badges:status:{block}"
    text = cache.get(key)
    if text is None:
        text = json.dumps(status_list_of(block, at=timezone.now()), ensure_ascii=False)
        cache.set(key, text, FRESH_SECONDS)
    response = HttpResponse(text, content_type=_TYPE)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """Who signs badges here, and with which key: whoever trusts this site trusts that key."""
    profile = {"@context": OB3_CONTEXT[:2]}
    response = _json(profile | issuer_of_badges().to_dict(), "application/ld+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
