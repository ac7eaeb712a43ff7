"""Cutting a recording into lessons: marks on a time line, or times in a form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lms.lib.durations import beijing_day
from lms.people.views.common import person_of
from media.domain.cutting import CannotCut, Piece, cut, why_not_cuttable
from media.domain.playing import sign
from media.policies import may_manage
from media.times import NotATime, read_time
from media.views.studio import visible_video

# Rows that a page without script offers.
_PLAIN_ROWS = 3


@require_http_methods(["GET", "HEAD", "POST"])
def cut_recording(request: HttpRequest, code: str) -> HttpResponse:
    """Rows of title, from and to; each becomes a recording of its own."""
    now = timezone.now()
    video = visible_video(request, code, at=now)
    if not may_manage(request.user, video, on=beijing_day(now)):
        raise PermissionDenied
    rows, reasons = [], []
    if request.method == "POST":
        rows = _rows(request)
        try:
            pieces = cut(
                video, [_piece(number, row) for number, row in enumerate(rows, start=1)], by=person_of(request), at=now
            )
        except CannotCut as error:
            reasons = error.reasons
        else:
            count = len(pieces)
            said = ngettext("%(count)d piece is being made.", "%(count)d pieces are being made.", count)
            messages.success(request, said % {"count": count})
            return redirect("studio:home")
    context = {
        "video": video,
        "uncuttable": why_not_cuttable(video),
        "rows": rows or [{"title": "", "start": "", "end": ""}] * _PLAIN_ROWS,
        "is_new": not rows,
        "reasons": reasons,
        "addresses": sign(video, at=now) if video.is_streamable else None,
    }
    return render(request, "media/studio/cut.html", context, status=422 if reasons else 200)


def _rows(request: HttpRequest) -> list[dict[str, str]]:
    """What was filled in; a row without times is an unused one."""
    columns = [request.POST.getlist(name) for name in ("title", "start", "end")]
    rows = [dict(zip(("title", "start", "end"), row, strict=True)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row["start"].strip() or row["end"].strip()]


def _piece(number: int, row: dict[str, Any]) -> Piece:
    try:
        return Piece(read_time(row["start"] or "0"), read_time(row["end"]), row["title"])
    except NotATime as error:
        raise CannotCut(
            [_("Piece %(number)s: please write times like 12:05 or 1:02:05.") % {"number": number}]
        ) from error
