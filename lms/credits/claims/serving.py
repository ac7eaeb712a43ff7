"""Handing out an evidence file so that a browser shows it and does nothing else with it."""

from django.http import FileResponse, Http404

from lms.credits.enums import EvidenceKind
from lms.credits.models import ClaimFile
from lms.lib.files import stored

_TYPES = {EvidenceKind.PDF: "application/pdf", EvidenceKind.JPEG: "image/jpeg", EvidenceKind.PNG: "image/png"}


def file_response(file: ClaimFile) -> FileResponse:
    """The file under the type that its content had; never cached, never run. Whoever calls has checked the right."""
    if not stored().exists(file.stored_as):
        raise Http404
    kind = EvidenceKind(file.kind)
    response = FileResponse(stored().open(file.stored_as), content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'inline; filename="evidence-{file.pk}.{kind.value}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
