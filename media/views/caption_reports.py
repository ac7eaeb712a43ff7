"""字幕有误: learners tell it on the lesson's page, trainers and reviewers work it off."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.lib.durations import beijing_day
from lms.people.backends.addresses import client_address
from lms.people.models import Person
from lms.people.views.common import person_of
from media.domain.captioning import CannotReport, TooManyReports, report_captions, settle_report
from media.domain.playing import AddressRefused, open_address
from media.enums import ReportOutcome, TranscriptState
from media.models import CaptionReport, CaptionTrack
from media.policies import videos_visible_to
from media.views.lines import read_moment

REPORTS_PER_PAGE = 50


@require_POST
def report(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """A learner found the captions wrong at a moment. The token shows that she may watch; it needs no account."""
    try:
        code, _folder = open_address(token)
        track = CaptionTrack.objects.select_related("video", "transcript").get(
            video__code=code, language=language, transcript__state=TranscriptState.APPROVED
        )
    except (AddressRefused, CaptionTrack.DoesNotExist):
        message = _("This page has been open for a long time. Please load it again and report once more.")
        return _answer(request, message, HTTPStatus.FORBIDDEN)
    try:
        report_captions(
            track,
            at_ms=_moment(request.POST.get("moment", "")),
            words=request.POST.get("words", "")[:2000],
            by=request.user if isinstance(request.user, Person) else None,
            address=client_address(request),
            at=timezone.now(),
        )
    except TooManyReports as refusal:
        return _answer(request, str(refusal), HTTPStatus.TOO_MANY_REQUESTS)
    except CannotReport as refusal:
        return _answer(request, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _answer(request, _("Thank you! The teacher will look at this place."), HTTPStatus.OK)


def _moment(text: str) -> int:
    """Milliseconds of minutes and seconds as written; -1 where they cannot be read."""
    try:
        return read_moment(text[:20])
    except ValueError:
        return -1


def _answer(request: HttpRequest, message: str, status: HTTPStatus) -> HttpResponse:
    """JSON for the page's script; without script back to the lesson, which shows the sentence."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": message}, status=status)
    (messages.success if status == HTTPStatus.OK else messages.error)(request, message)
    wanted = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if local else "/")


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """The reports about recordings of the person's organisations; open ones, oldest first, else all settled ones."""
    videos = videos_visible_to(request.user, on=beijing_day(timezone.now()))
    reports = CaptionReport.objects.filter(video__in=videos).select_related("video", "settled_by")
    settled = "settled" in request.GET
    if settled:
        reports = reports.exclude(outcome=ReportOutcome.OPEN).order_by("-settled_at", "-pk")
    else:
        reports = reports.filter(outcome=ReportOutcome.OPEN)
    page = Paginator(reports, REPORTS_PER_PAGE).get_page(request.GET.get("p"))
    for each in page:
        each.line = _line_at(each)  # type: ignore[attr-defined]  # put there for the page
    return render(request, "media/caption_reports.html", {"page": page, "settled": settled})


def _line_at(report: CaptionReport) -> Any:
    """The line that stood there when it was reported: the last one begun by then, as people press a little late."""
    return report.transcript.cues.filter(start_ms__lte=report.at_ms).order_by("-number").first()


@require_POST
def settle(request: HttpRequest, report_id: int) -> HttpResponse:
    """Corrected, or found to be right, with a word to the learner."""
    videos = videos_visible_to(request.user, on=beijing_day(timezone.now()))
    found = get_object_or_404(CaptionReport.objects.select_related("video"), pk=report_id, video__in=videos)
    outcome = request.POST.get("outcome", "")
    if outcome not in {ReportOutcome.CORRECTED.value, ReportOutcome.NO_ERROR.value}:
        messages.error(request, _("Please say whether it was corrected or found to be right."))
    else:
        settle_report(
            found,
            outcome=ReportOutcome(outcome),
            reply=request.POST.get("reply", "")[:2000],
            by=person_of(request),
            at=timezone.now(),
        )
        messages.success(request, _("The report is settled; whoever sent it signed in is told on the lesson's page."))
    if request.POST.get("back") == "desk":
        return redirect("media_captions", found.video.code)
    return redirect("media_caption_reports")
