"""The page of captions as it is shown: versions, lines of one part, what stands against approving."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from media.domain.captioning import why_not_approvable, why_not_by
from media.domain.playing import sign
from media.enums import OWN_NAMES, Language, ReportOutcome, TranscriptState, direction_of
from media.models import CaptionReturn, Cue, Transcript, Video
from media.views import lines as form
from media.views.desk_texts import desk_texts
from media.views.lines import LINES_PER_PAGE, Line, whole


def show_page(
    request: HttpRequest,
    video: Video,
    language: str,
    *,
    status: int = 200,
    lines: list[Line] | None = None,
    stale: dict[str, Any] | None = None,
    upload_error: str = "",
) -> HttpResponse:
    """The review page; `lines` are those that were sent and not saved, in place of the draft's own."""
    versions = list(
        video.transcripts.filter(language=language)
        .select_related("created_by", "edited_by", "approved_by")
        .order_by("-version")
    )
    open_draft = next((version for version in versions if version.state == TranscriptState.DRAFT), None)
    approved = next((version for version in versions if version.state == TranscriptState.APPROVED), None)
    looked_at = _looked_at(request, versions) or open_draft or approved
    page = _page_of(request, looked_at)
    own = form.shown(list(page)) if page else []
    unsaved = lines is not None
    editing = looked_at is not None and looked_at == open_draft
    context = {
        "video": video,
        "language": language,
        "language_name": Language(language).label,
        "direction": direction_of(language),
        "languages": _languages(video, language),
        "versions": versions,
        "draft": open_draft,
        "approved": approved,
        "transcript": looked_at,
        "editing": editing or unsaved,
        "page": page,
        "lines": lines if lines is not None else own,
        "theirs": own if stale else [],
        "blanks": form.blanks() if editing or unsaved else [],
        "window": _window(request, page) if page else {"since": 0, "until": 0},
        "unsaved": unsaved,
        # A refused save goes on from what it was based on, else it would overwrite what came in between.
        "revision": request.POST.get("revision") if unsaved and not stale else getattr(open_draft, "revision", 0),
        "draft_version": request.POST.get("draft") if unsaved and not stale else getattr(open_draft, "version", 0),
        "stale": stale,
        "bad_lines": sum(bool(line.problem) for line in lines or []),
        "upload_error": upload_error,
        "reasons": why_not_approvable(open_draft) if open_draft and editing and not unsaved else [],
        "not_by": why_not_by(open_draft, request.user) if open_draft else [],
        "returned": open_draft.returns.filter(answered_at=None).select_related("returned_by").first()
        if open_draft
        else None,
        "returns": CaptionReturn.objects.filter(transcript__video=video, transcript__language=language)
        .select_related("returned_by", "transcript")
        .all(),
        "reports": video.caption_reports.filter(language=language, outcome=ReportOutcome.OPEN),
        "texts": desk_texts(),
        "doubtful": open_draft.cues.exclude(flags=[]).filter(settled=False).count() if open_draft else 0,
        "addresses": sign(video, at=timezone.now()) if video.is_streamable else None,
    }
    return render(request, "media/captions.html", context, status=status)


def _languages(video: Video, language: str) -> list[dict[str, Any]]:
    """The languages to choose from, each with whether there is anything in it; those with captions first."""
    begun = set(video.transcripts.values_list("language", flat=True)) | {video.language, language}
    choices = [
        {"code": code, "label": label, "own": OWN_NAMES[Language(code)], "begun": code in begun}
        for code, label in Language.choices
    ]
    return sorted(choices, key=lambda choice: not choice["begun"])


def _looked_at(request: HttpRequest, versions: list[Transcript]) -> Transcript | None:
    """The version that `?version=` names; 404 where there is none."""
    asked = request.GET.get("version")
    if not asked:
        return None
    found = next((version for version in versions if str(version.version) == asked), None)
    if found is None:
        raise Http404
    return found


def _page_of(request: HttpRequest, transcript: Transcript | None) -> "Page[Cue] | None":
    if transcript is None:
        return None
    asked = request.POST.get("p") or request.GET.get("p")
    return Paginator(transcript.cues.order_by("number"), LINES_PER_PAGE).get_page(asked)


def _window(request: HttpRequest, page: "Page[Cue]") -> dict[str, int]:
    """From when to when the lines of this page stand, in ms; an open end is 0. Kept as sent while unsaved."""
    if "since" in request.POST:
        return {name: whole(request.POST.get(name), 0) for name in ("since", "until")}
    first = page.object_list[0].start_ms if page.number > 1 else 0
    after = page.paginator.page(page.number + 1).object_list[0].start_ms if page.has_next() else 0
    return {"since": first, "until": after}
