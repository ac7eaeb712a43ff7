"""A report as a file in the answer: every page that exports hands it out here, and none forgets what goes with it."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.people.policies import is_officer
from lms.people.views.common import person_of
from lms.reports.definitions.base import Report
from lms.reports.exporting import ExportStopped, export_report


def hand_out(
    request: HttpRequest,
    report: Report,
    extension: str,
    *,
    remarks: list[str],
    at: datetime,
    about: Mapping[str, str] | None = None,
) -> FileResponse:
    """The file, its checksum beside it; who took which rows is on the log, and what else is to be said `about` them.

    Raises PermissionDenied where the role of whoever asks ends before the last row is written.
    """
    try:
        made = export_report(
            report,
            extension,
            remarks=remarks,
            by=person_of(request),
            may_go_on=lambda: is_officer(request.user, beijing_day(timezone.now())),
            at=at,
            about=about,
        )
    except ExportStopped as error:
        raise PermissionDenied from error
    response = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=made.content_type)
    response.headers["Cache-Control"] = "private, no-store"
    # RFC 9530: whoever hands the file on can show that it is the one that is on the log.
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(made.sha256)).decode()}:"
    return response
