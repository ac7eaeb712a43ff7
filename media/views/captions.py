"""The review of captions: lines beside the recording, corrected, saved and approved by a person."""

import math
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.lib.durations import beijing_day
from media.domain.captioning import (
    CannotApprove,
    CannotImport,
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    approve,
    import_captions,
    keep_beside,
    save_draft,
    start_draft,
    why_not_approvable,
)
from media.domain.playing import sign
from media.enums import Language, TranscriptState
from media.models import Cue, Transcript, Video
from media.policies import videos_visible_to
from media.subtitles import MAX_BYTES, write_vtt
from media.views import lines as form
from media.views.lines import LINES_PER_PAGE, Line

REFUSED = 422
STALE = 409


def _video(request: HttpRequest, code: str) -> Video:
    """404 for whoever is neither trainer nor reviewer of its organisation today."""
    today = beijing_day(timezone.now())
    return get_object_or_404(videos_visible_to(request.user, on=today).select_related("org"), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, code: str) -> HttpResponse:
    """The page, and what its buttons do: `do` is start, upload, save, keep or approve."""
    video = _video(request, code)
    asked = request.POST.get("language") or request.GET.get("language") or video.language
    language = asked if asked in Language.values else video.language
    if request.method == "POST":
        acts = {"start": _start, "upload": _upload, "save": _save, "keep": _save, "approve": _save}
        act = acts.get(request.POST.get("do", "save"))
        if act is None:
            raise Http404
        return act(request, video, language)
    return _page(request, video, language)


def _address(video: Video, language: str, page: int = 1) -> str:
    address = f"{reverse('media_captions', args=[video.code])}?language={language}"
    return f"{address}&p={page}" if page > 1 else address


def _start(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    start_draft(video, language=language, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return redirect(_address(video, language))


def _upload(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _page(request, video, language, status=REFUSED, upload_error=_("Please choose a file first."))
    try:
        data = file.read(MAX_BYTES + 1)
        draft = import_captions(video, data, language=language, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except CannotImport as refusal:
        return _page(request, video, language, status=REFUSED, upload_error=str(refusal))
    messages.success(
        request, _("%(count)s lines were read. Please look through them, then approve.") % {"count": draft.cues.count()}
    )
    return redirect(_address(video, language))


def _save(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """Save the lines of this page; `approve` saves and then approves; `keep` saves beside what somebody else saved."""
    do, now, by = request.POST.get("do", "save"), timezone.now(), request.user
    draft = video.transcripts.filter(language=language, state=TranscriptState.DRAFT).first()
    if draft is None and do == "keep":
        draft = start_draft(video, language=language, by=by, at=now)  # type: ignore[arg-type]
    cues = {cue.number: cue for cue in draft.cues.all()} if draft else {}
    lines = form.sent(request.POST, cues)
    if draft is None:
        return _page(request, video, language, status=STALE, lines=lines, stale={"closed": True})
    if do != "keep" and str(draft.version) != request.POST.get("draft"):
        # Another draft took the place of the one that was shown.
        stale = {"by": draft.created_by, "at": draft.created_at}
        return _page(request, video, language, status=STALE, lines=lines, stale=stale)
    kept = form.read(lines)
    if any(line.problem for line in lines):
        return _page(request, video, language, status=REFUSED, lines=lines)
    revision, number = _number(request.POST.get("revision"), 0), _number(request.POST.get("p"), 1)
    try:
        if do == "keep":
            others = _outside_times(cues.values(), request)
            draft = keep_beside(draft, [*kept, *others], revision=draft.revision, by=by, at=now)  # type: ignore[arg-type]
        else:
            others = [_as_read(cue) for cue in cues.values() if (cue.number - 1) // LINES_PER_PAGE != number - 1]
            save_draft(draft, [*kept, *others], revision=revision, by=by, at=now)  # type: ignore[arg-type]
        if do == "approve":
            return _approve(request, draft, number)
    except CannotSave as refusal:
        form.note_problems(lines, refusal.problems)
        return _page(request, video, language, status=REFUSED, lines=lines)
    except StaleDraft as refusal:
        stale = {"by": refusal.by, "at": refusal.at}
        return _page(request, video, language, status=STALE, lines=lines, stale=stale)
    except DraftClosed:
        return _page(request, video, language, status=STALE, lines=lines, stale={"closed": True})
    messages.success(request, _("The captions were saved."))
    return redirect(_address(video, language, number))


def _approve(request: HttpRequest, draft: Transcript, page: int) -> HttpResponse:
    video, language = draft.video, draft.language
    if "read" not in request.POST:
        messages.warning(request, _("Saved. To approve, tick that you compared the lines with the sound."))
        return redirect(_address(video, language, page))
    try:
        approve(draft, by=request.user, at=timezone.now(), revision=draft.revision)  # type: ignore[arg-type]
    except CannotApprove as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        messages.warning(request, _("Saved, but not approved yet."))
        return redirect(_address(video, language, page))
    messages.success(request, _("The captions are approved. Learners see them from now on."))
    return redirect(_address(video, language))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise


def _as_read(cue: Cue) -> CueText:
    return CueText(cue.start_ms, cue.end_ms, cue.text, cue.settled, cue.number)


def _outside_times(cues: Any, request: HttpRequest) -> list[CueText]:
    """Lines of the others that stand before or after what the sender's page showed."""
    since = _number(request.POST.get("since"), 0)
    until = _number(request.POST.get("until"), 0) or math.inf
    return [_as_read(cue) for cue in cues if not since <= cue.start_ms < until]


def _page(
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
        "languages": Language.choices,
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
        "doubtful": open_draft.cues.exclude(flags=[]).filter(settled=False).count() if open_draft else 0,
        "addresses": sign(video, at=timezone.now()) if video.is_streamable else None,
    }
    return render(request, "media/captions.html", context, status=status)


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
        return {name: _number(request.POST.get(name), 0) for name in ("since", "until")}
    first = page.object_list[0].start_ms if page.number > 1 else 0
    after = page.paginator.page(page.number + 1).object_list[0].start_ms if page.has_next() else 0
    return {"since": first, "until": after}


@require_safe
def download(request: HttpRequest, code: str, language: str, version: int) -> HttpResponse:
    """One version as a WebVTT file, for work elsewhere."""
    transcript = get_object_or_404(_video(request, code).transcripts, language=language, version=version)
    response = HttpResponse(write_vtt(transcript.cues.order_by("number")), content_type="text/vtt; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{language}-{version}.vtt"'
    response["Cache-Control"] = "no-store"
    return response
