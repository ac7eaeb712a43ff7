"""The review of captions: lines beside the recording, corrected, saved and approved by a person."""

import math
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.people.views.common import person_of
from media.domain.captioning import (
    CannotApprove,
    CannotImport,
    CannotReturn,
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    approve,
    hand_in,
    import_captions,
    keep_beside,
    restore_version,
    return_draft,
    save_draft,
    start_draft,
)
from media.enums import Language, TranscriptState
from media.models import Cue, Transcript, Video
from media.policies import video_at_desk
from media.subtitles import MAX_BYTES, decode, doubts_about, read_subtitles
from media.views import lines as form
from media.views.caption_page import show_page
from media.views.lines import LINES_PER_PAGE, whole

REFUSED = 422
STALE = 409


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
    return show_page(request, video, language)


def _address(video: Video, language: str, page: int = 1) -> str:
    address = f"{reverse('media_captions', args=[video.code])}?language={language}"
    return f"{address}&p={page}" if page > 1 else address


def _start(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    start_draft(video, language=language, by=person_of(request), at=timezone.now())
    return redirect(_address(video, language))


def _upload(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return show_page(request, video, language, status=REFUSED, upload_error=_("Please choose a file first."))
    data, plain = file.read(MAX_BYTES + 1), (file.name or "").lower().endswith(".txt")
    try:
        draft = import_captions(video, data, language=language, by=person_of(request), at=timezone.now(), plain=plain)
    except CannotImport as refusal:
        return show_page(request, video, language, status=REFUSED, upload_error=str(refusal))
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
        draft = start_draft(video, language=language, by=by, at=now)  # type: ignore[arg-type]  # signed in: the gate saw to it
    cues = {cue.number: cue for cue in draft.cues.all()} if draft else {}
    lines = form.sent(request.POST, cues)
    if draft is None:
        return show_page(request, video, language, status=STALE, lines=lines, stale={"closed": True})
    if do != "keep" and str(draft.version) != request.POST.get("draft"):
        # Another draft took the place of the one that was shown.
        stale = {"by": draft.created_by, "at": draft.created_at}
        return show_page(request, video, language, status=STALE, lines=lines, stale=stale)
    kept = form.read(lines)
    if any(line.problem for line in lines):
        return show_page(request, video, language, status=REFUSED, lines=lines)
    revision, number = whole(request.POST.get("revision"), 0), whole(request.POST.get("p"), 1)
    try:
        if do == "keep":
            others = _outside_times(cues.values(), request)
            draft = keep_beside(draft, [*kept, *others], revision=draft.revision, by=by, at=now)  # type: ignore[arg-type]  # signed in: the gate saw to it
        else:
            others = [_as_read(cue) for cue in cues.values() if (cue.number - 1) // LINES_PER_PAGE != number - 1]
            save_draft(draft, [*kept, *others], revision=revision, by=by, at=now)  # type: ignore[arg-type]  # signed in: the gate saw to it
        if do == "approve":
            return _approve(request, draft, number)
    except CannotSave as refusal:
        form.note_problems(lines, refusal.problems)
        return show_page(request, video, language, status=REFUSED, lines=lines)
    except StaleDraft as refusal:
        stale = {"by": refusal.by, "at": refusal.at}
        return show_page(request, video, language, status=STALE, lines=lines, stale=stale)
    except DraftClosed:
        return show_page(request, video, language, status=STALE, lines=lines, stale={"closed": True})
    messages.success(request, _("The captions were saved."))
    return redirect(_address(video, language, number))


def _of_draft(request: HttpRequest, video: Video, language: str) -> Transcript | None:
    """The open draft, if it is still the one that the page showed."""
    draft = video.transcripts.filter(language=language, state=TranscriptState.DRAFT).first()
    return draft if draft and str(draft.version) == request.POST.get("draft") else None


def _gone(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """Say who closed the draft that the page showed."""
    version = whole(request.POST.get("draft"), 0)
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
        return_draft(draft, reason=request.POST.get("reason", ""), by=person_of(request), at=timezone.now())
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
    hand_in(draft, by=person_of(request), at=timezone.now())
    messages.success(request, _("Handed in again; whoever approves sees it in the list."))
    return redirect(_address(video, language))


def _restore(request: HttpRequest, video: Video, language: str) -> HttpResponse:
    """An older version becomes the open draft."""
    version = get_object_or_404(
        video.transcripts.select_related("video"), language=language, version=whole(request.POST.get("version"), 0)
    )
    restore_version(version, by=person_of(request), at=timezone.now())
    messages.success(request, _("The older version is the open draft now; the one before stays in the list."))
    return redirect(_address(video, language))


def _approve(request: HttpRequest, draft: Transcript, page: int) -> HttpResponse:
    video, language = draft.video, draft.language
    if "read" not in request.POST:
        messages.warning(request, _("Saved. To approve, tick that you compared the lines with the sound."))
        return redirect(_address(video, language, page))
    try:
        approve(draft, by=person_of(request), at=timezone.now(), revision=draft.revision)
    except CannotApprove as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        messages.warning(request, _("Saved, but not approved yet."))
        return redirect(_address(video, language, page))
    messages.success(request, _("The captions are approved. Learners see them from now on."))
    return redirect(_address(video, language))


def _as_read(cue: Cue) -> CueText:
    return CueText(cue.start_ms, cue.end_ms, cue.text, cue.settled, cue.number)


def _outside_times(cues: Any, request: HttpRequest) -> list[CueText]:
    """Lines of the others that stand before or after what the sender's page showed."""
    since = whole(request.POST.get("since"), 0)
    until = whole(request.POST.get("until"), 0) or math.inf
    return [_as_read(cue) for cue in cues if not since <= cue.start_ms < until]
