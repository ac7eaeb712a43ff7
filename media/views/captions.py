"""The review of captions: lines beside the recording, corrected, saved and approved by a person."""

import math
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from media.domain.captioning import (
    CannotApprove,
    CannotImport,
    CannotReturn,
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    approve,
    compare,
    hand_in,
    import_captions,
    keep_beside,
    restore_version,
    return_draft,
    save_draft,
    start_draft,
    why_not_approvable,
    why_not_by,
)
from media.domain.playing import sign
from media.enums import OWN_NAMES, Language, ReportOutcome, TranscriptState, direction_of
from media.models import CaptionReturn, Cue, Transcript, Video
from media.policies import video_at_desk
from media.subtitles import MAX_BYTES, decode, doubts_about, read_subtitles, write_srt, write_text, write_vtt
from media.views import lines as form
from media.views.desk_texts import desk_texts
from media.views.lines import LINES_PER_PAGE, Line

REFUSED = 422
STALE = 409
# What a version can be taken away as.
_FILES = {
    "vtt": (write_vtt, "text/vtt"),
    "srt": (write_srt, "application/x-subrip"),
    "txt": (write_text, "text/plain"),
}
_SHOWN_DIFFERENCES = 400


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, code: str) -> HttpResponse:
    """The page, and what its buttons do: `do` names the button."""
    video = video_at_desk(request.user, code, at=timezone.now())
    asked = request.POST.get("language") or request.GET.get("language") or video.language
    language = asked if asked in Language.values else video.language
    if request.method == "POST":
        acts = {
            "start": _start,
            "upload": _upload,
            "save": _save,
            "keep": _save,
            "approve": _save,
            "approve_saved": _approve_saved,
            "return": _return,
            "hand_in": _hand_in,
            "restore": _restore,
        }
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
    data, plain = file.read(MAX_BYTES + 1), (file.name or "").lower().endswith(".txt")
    try:
        draft = import_captions(video, data, language=language, by=request.user, at=timezone.now(), plain=plain)  # type: ignore[arg-type]
    except CannotImport as refusal:
        return _page(request, video, language, status=REFUSED, upload_error=str(refusal))
    if plain:
        messages.warning(request, _("The times are only guessed from the words. Tap along with the film to set them."))
    for doubt in [] if plain else doubts_about(read_subtitles(decode(data)), length_seconds=video.decoded_seconds):
        messages.warning(request, doubt)
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


def _of_draft(request: HttpRequest, video: Video, language: str) -> Transcript | None:
    """The open draft, if it is still the one that the page showed."""
    draft = video.transcripts.filter(language=language, state=TranscriptState.DRAFT).first()
    return draft if draft and str(draft.version) == request.POST.get("draft") else None


def _gone(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """Say who closed the draft that the page showed."""
    version = _number(request.POST.get("draft"), 0)
    closed = video.transcripts.filter(language=language, version=version).select_related("approved_by").first()
    if closed and closed.approved_at:
        name = closed.approved_by.name if closed.approved_by else "—"
        moment = date_format(timezone.localtime(closed.approved_at), "Y-m-d H:i:s")
        said = _("%(name)s approved this version on %(moment)s already.") % {"name": name, "moment": moment}
    else:
        said = _("These captions were approved or replaced meanwhile.")
    messages.error(request, said)
    return redirect(_address(video, language))


def _approve_saved(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """Approve what the desk has saved already, if it is still the state that the person sees."""
    draft = _of_draft(request, video, language)
    if draft is None:
        return _gone(request, video, language)
    if request.POST.get("revision") != str(draft.revision):
        stale = {"name": draft.edited_by.name if draft.edited_by else "—"}
        messages.error(request, _("%(name)s changed these captions meanwhile. Please read them again.") % stale)
        return redirect(_address(video, language))
    return _approve(request, draft, 1)


def _return(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """Give the draft back with a reason."""
    draft = _of_draft(request, video, language)
    if draft is None:
        return _gone(request, video, language)
    try:
        return_draft(draft, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except CannotReturn as refusal:
        messages.error(request, str(refusal))
    except DraftClosed:
        return _gone(request, video, language)
    else:
        messages.success(request, _("The draft was returned; the reason stands at its top and in the list."))
    return redirect(_address(video, language))


def _hand_in(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """The returned draft is ready to be read again."""
    draft = _of_draft(request, video, language)
    if draft is None:
        return _gone(request, video, language)
    hand_in(draft, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("Handed in again; whoever approves sees it in the list."))
    return redirect(_address(video, language))


def _restore(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """An older version becomes the open draft."""
    version = get_object_or_404(
        video.transcripts.select_related("video"), language=language, version=_number(request.POST.get("version"), 0)
    )
    restore_version(version, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("The older version is the open draft now; the one before stays in the list."))
    return redirect(_address(video, language))


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
        return {name: _number(request.POST.get(name), 0) for name in ("since", "until")}
    first = page.object_list[0].start_ms if page.number > 1 else 0
    after = page.paginator.page(page.number + 1).object_list[0].start_ms if page.has_next() else 0
    return {"since": first, "until": after}


@require_safe
def download(request: HttpRequest, code: str, language: str, version: int, kind: str) -> HttpResponse:
    """One version as a file, for work elsewhere."""
    video = video_at_desk(request.user, code, at=timezone.now())
    transcript = get_object_or_404(video.transcripts, language=language, version=version)
    if kind not in _FILES:
        raise Http404
    write, content_type = _FILES[kind]
    response = HttpResponse(write(transcript.cues.order_by("number")), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{language}-{version}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def differences(request: HttpRequest, code: str) -> HttpResponse:
    """Two versions of the captions in one language, line by line, with the words that differ."""
    video = video_at_desk(request.user, code, at=timezone.now())
    asked = request.GET.get("language", "")
    language = asked if asked in Language.values else video.language
    versions = list(video.transcripts.filter(language=language).order_by("-version"))
    by_number = {version.version: version for version in versions}
    newer = by_number.get(_number(request.GET.get("newer"), versions[0].version if versions else 0))
    older = by_number.get(_number(request.GET.get("older"), _before(newer) if newer else 0))
    if newer is None or (older is None and len(versions) > 1):
        raise Http404
    found = compare(_lines_of(older), _lines_of(newer)) if older else []
    context = {
        "video": video,
        "language": language,
        "direction": direction_of(language),
        "versions": versions,
        "older": older,
        "newer": newer,
        "differences": found[:_SHOWN_DIFFERENCES],
        "count": len(found),
        "summary": ngettext("%(count)s line differs.", "%(count)s lines differ.", len(found)) % {"count": len(found)},
    }
    return render(request, "media/captions_differences.html", context)


def _before(version: Transcript) -> int:
    """The version that this one was made from, else the one before it."""
    return version.based_on.version if version.based_on else version.version - 1


def _lines_of(version: Transcript) -> list[Cue]:
    return list(version.cues.order_by("number"))
