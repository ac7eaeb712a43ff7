"""An attestation as a file to print."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lms.credits.domain.printing import print_attestation
from lms.credits.domain.vouching import verdict_of
from lms.credits.models import Attestation
from lms.people.domain.pacing import take_try
from lms.people.views.common import person_of

# One takes most of a second to make.
PRINTS_AN_HOUR = 30


def public_address(attestation: Attestation) -> str:
    """Where everybody sees what it is worth, as it stands in the QR code: the site as its operator calls it."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("verify:attestation", args=[attestation.number])


def entry_page() -> str:
    """Where a number is typed in, as it stands on paper."""
    site = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return f"{site.netloc}{site.path.rstrip('/')}{reverse('verify:number')}"


def pdf_response(request: HttpRequest, attestation: Attestation) -> HttpResponse:
    """The PDF of a valid attestation; whoever calls has the right. Others, and too many, get a page that says why."""
    if not verdict_of(attestation).is_valid:
        return render(request, "credits/attestations/not_printed.html", {"attestation": attestation}, status=409)
    by, at = person_of(request), timezone.now()
    if not take_try("paper-print", f"person {by.pk}", most=PRINTS_AN_HOUR, at=at):
        return render(request, "credits/attestations/slow_down.html", status=429)
    made = print_attestation(attestation, address=public_address(attestation), entry_page=entry_page())
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{attestation.shown_number}.pdf"'
    return response
