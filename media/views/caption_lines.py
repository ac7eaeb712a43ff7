"""Lines between the caption desk and the draft: read, saved while people write, merged where two do. JSON alone.

Answers carry `revision`, the lines that changed since the asker's own (`lines`), and, where somebody else was at it,
the keys of all lines in order (`keys`), so that what is gone can be told from what is new.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms.people.models import Person
from lms.people.views.common import person_of
from media.domain.captioning import (
    CannotSave,
    CueText,
    DraftClosed,
    LineChange,
    StaleDraft,
    change_lines,
    keep_beside,
    lines_since,
    others_at,
    start_draft,
)
from media.enums import Language, TranscriptState
from media.models import Cue, Transcript, Video
from media.policies import video_at_desk
from media.subtitles import MAX_CUE_CHARACTERS, MAX_CUES, MAX_MS
from media.views.lines import corrections_of

# Twenty thousand lines of two hundred bytes.
MAX_BODY_BYTES = 4 << 20
View = Callable[..., JsonResponse]


class Unreadable(ValueError):
    """What was sent is not what our own page sends."""


def answers_desk(view: View) -> View:
    """Turn what the stories refuse into answers that the desk can show."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Unreadable as error:
            return JsonResponse({"error": "unreadable", "message": str(error)}, status=HTTPStatus.BAD_REQUEST)
        except CannotSave as refusal:
            problems = {str(at): str(said) for at, said in refusal.problems.items()}
            return JsonResponse({"error": "cannot_save", "problems": problems}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except StaleDraft as refusal:
            return _conflict("stale", str(refusal), refusal.by, refusal.at)
        except DraftClosed as refusal:
            return _conflict("closed", str(refusal), refusal.by, refusal.at)

    return answer


def _conflict(error: str, message: str, by: Person | None, at: datetime | None, **more: Any) -> JsonResponse:
    told = {"error": error, "message": message, "by": by.name if by else None, "at": at.isoformat() if at else None}
    return JsonResponse({**told, **more}, status=HTTPStatus.CONFLICT)


@require_http_methods(["GET", "HEAD", "POST"])
@answers_desk
def lines(request: HttpRequest, code: str) -> JsonResponse:
    """GET: the lines of the open draft, or with `since` what changed after that revision. POST: changed lines."""
    draft = _draft(request, code)
    now = timezone.now()
    if request.method != "POST":
        since = _whole(request.GET.get("since", "0"), "since")
        return JsonResponse(_told(draft, since, request.user, now))
    sent = _read(request)
    revision = _whole(sent.get("revision"), "revision")
    changes = [_change(line) for line in _list(sent, "lines")]
    deleted = [_key(key) for key in _list(sent, "deleted")]
    changed = change_lines(draft, changes, deleted, revision=revision, by=person_of(request), at=now)
    told = _told(changed.transcript, revision, request.user, now)
    if changed.conflicts:
        theirs = draft.editings.exclude(person=request.user).order_by("-changed_at").first()  # type: ignore[misc]  # signed in: the gate saw to it
        by, at = (theirs.person, theirs.changed_at) if theirs else (draft.edited_by, draft.edited_at)
        return _conflict(
            "lines", _("Somebody else changed the same lines."), by, at, keys_at_odds=changed.conflicts, **told
        )
    return JsonResponse(told)


@require_POST
@answers_desk
def keep(request: HttpRequest, code: str) -> JsonResponse:
    """All lines of a desk whose draft was closed meanwhile, as a new draft beside it."""
    sent, now = _read(request), timezone.now()
    video, language = _asked(request, code)
    draft = start_draft(video, language=language, by=person_of(request), at=now)
    changes = [_change(line) for line in _list(sent, "lines")]
    numbers = dict(draft.cues.values_list("key", "number"))
    cues = [CueText(line.start_ms, line.end_ms, line.text, line.settled, numbers.get(line.key)) for line in changes]
    made = keep_beside(draft, cues, revision=draft.revision, by=person_of(request), at=now)
    return JsonResponse({"draft": made.version, "revision": made.revision})


def _asked(request: HttpRequest, code: str) -> tuple[Video, str]:
    video = video_at_desk(request.user, code, at=timezone.now())
    asked = request.GET.get("language", "")
    return video, asked if asked in Language.values else video.language


def _draft(request: HttpRequest, code: str) -> Transcript:
    """The draft that the desk works on. Raises DraftClosed where it is open no more, Unreadable where it never was."""
    video, language = _asked(request, code)
    version = _whole(request.GET.get("draft"), "draft")
    draft = (
        video.transcripts.filter(language=language, version=version)
        .select_related("video", "edited_by", "approved_by")
        .first()
    )
    if draft is None:
        raise Unreadable("There is no such draft.")
    if draft.state != TranscriptState.DRAFT:
        raise DraftClosed(draft)
    return draft


def _told(draft: Transcript, since: int, person: Any, at: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {
        "revision": draft.revision,
        "saved_at": draft.edited_at.isoformat() if draft.edited_at else None,
        "lines": [line_of(cue) for cue in lines_since(draft, since)],
        "others": [
            {"name": other.person.name, "at": other.changed_at.isoformat()}
            for other in others_at(draft, than=person, at=at)
        ],
    }
    if since and draft.revision > since:
        told["keys"] = list(draft.cues.order_by("number").values_list("key", flat=True))
    return told


def line_of(cue: Cue) -> dict[str, Any]:
    """A line as the desk reads it."""
    return {
        "key": cue.key,
        "start": cue.start_ms,
        "end": cue.end_ms,
        "text": cue.text,
        "settled": cue.settled,
        "flags": cue.flags,
        "confidence": None if cue.confidence is None else float(cue.confidence),
        "heard": cue.heard["text"] if cue.heard else None,
        "corrected": corrections_of(cue),
    }


# What was sent


def _read(request: HttpRequest) -> dict[str, Any]:
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise Unreadable("The message is too large.")
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not JSON.") from error
    if not isinstance(sent, dict):
        raise Unreadable("An object was expected.")
    return sent


def _whole(value: Any, name: str) -> int:
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_MS:
        raise Unreadable(f"{name} must be a whole number.")
    return value


def _list(sent: dict[str, Any], name: str) -> Iterable[Any]:
    value = sent.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_CUES:
        raise Unreadable(f"{name} must be a list.")
    return value


def _key(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 16 or not value.isascii() or not value.isprintable():
        raise Unreadable("key must name a line.")
    return value


def _change(line: Any) -> LineChange:
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise Unreadable("A line needs words.")
    return LineChange(
        key=_key(line.get("key")),
        start_ms=_whole(line.get("start"), "start"),
        end_ms=_whole(line.get("end"), "end"),
        text=line["text"][: 4 * MAX_CUE_CHARACTERS],
        settled=line.get("settled") is True,
        is_new=line.get("new") is True,
    )
