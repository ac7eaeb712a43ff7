"""Versions of captions: taken away as files, and compared."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from media.domain.captioning import compare
from media.enums import Language, direction_of
from media.models import Cue, Transcript
from media.policies import video_at_desk
from media.subtitles import write_srt, write_text, write_vtt
from media.views.lines import whole

# What a version can be taken away as.
_FILES = {
    "vtt": (write_vtt, "text/vtt"),
    "srt": (write_srt, "application/x-subrip"),
    "txt": (write_text, "text/plain"),
}
_SHOWN_DIFFERENCES = 400


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
    newer = by_number.get(whole(request.GET.get("newer"), versions[0].version if versions else 0))
    older = by_number.get(whole(request.GET.get("older"), _before(newer) if newer else 0))
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
