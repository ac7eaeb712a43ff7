"""What templates say about recordings."""

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.lib.durations import format_seconds
from media.domain.queueing import Wait, about, wait_text
from media.enums import CaptionState, VideoStatus
from media.models import CaptionReport, Video
from media.times import write_time

register = template.Library()


@register.filter
def length_text(seconds: int) -> str:
    """A length as on a player."""
    return format_seconds(int(seconds))


@register.filter
def megabytes(size_bytes: int) -> str:
    """A size as people know it from their data plan, rounded up: nobody is charged more than was said."""
    whole = -(-int(size_bytes) // 1_000_000)
    return f"{whole}\N{NO-BREAK SPACE}MB"


@register.filter
def minutes_text(seconds: Any) -> str:
    """Processor seconds as minutes, one place after the point."""
    return f"{Decimal(seconds) / 60:.1f}"


@register.filter
def waiting_text(wait: Wait) -> str:
    """How long a recording waits, as a sentence."""
    return wait_text(wait)


@register.filter
def report_address(captions_address: str) -> str:
    """Where a learner says that these captions are wrong: the same signed token opens it."""
    return reverse("media:report_captions", kwargs=resolve(captions_address).kwargs)


@register.simple_tag(takes_context=True)
def caption_reports_of(context: Context, video: Video) -> list[CaptionReport]:
    """{% caption_reports_of video as reports %}: what the person reported there, newest first."""
    person = context["request"].user
    if not person.is_authenticated:
        return []
    return list(CaptionReport.objects.filter(video=video, reported_by=person).order_by("-reported_at")[:5])


@register.filter
def stages(video: Video) -> list[dict[str, Any]]:
    """The stage in progress with its name; none while nothing moves."""
    names = {"transcode": _("Converting"), "transcribe": _("Recognising speech")}
    found = [{"label": names[stage], **said} for stage, said in video.stage_progress.items() if stage in names]
    for said in found:
        left = said.get("left_seconds")
        said["left_text"] = "" if left is None else about(left)
    return found


@register.filter
def moment_text(ms: int) -> str:
    """A moment of a recording, with tenths of a second where there are any."""
    return write_time(int(ms))


@register.simple_tag
def progress_of(video: Video) -> dict[str, Any] | None:
    """How far the stage in progress is: percent, seconds done, seconds left; None while nothing moves."""
    return next(iter(video.stage_progress.values()), None)


@register.simple_tag
def state_words(video: Video) -> str:
    """Where the recording stands, as one says it to a trainer."""
    if video.taken_down_at:
        return _("Taken down")
    if video.status == VideoStatus.READY:
        return {
            CaptionState.NONE: _("Can be played; there are no captions yet"),
            CaptionState.DRAFT: _("Waits for you to check the captions"),
            CaptionState.APPROVED: _("All done"),
        }[CaptionState(video.caption_state)]
    if video.status == VideoStatus.FAILED:
        return _("It did not succeed")
    words = {
        VideoStatus.RECEIVED: _("Received, waits to be converted"),
        VideoStatus.TRANSCODING: _("Being converted"),
        VideoStatus.TRANSCODED: _("Converted, waits for speech recognition"),
        VideoStatus.TRANSCRIBING: _("Speech is being recognised"),
    }[VideoStatus(video.status)]
    progress = progress_of(video) or {}
    if progress.get("percent") is not None:
        words = f"{words} {progress['percent']}%"
    if (left := progress.get("left_seconds")) is not None:
        words = _("%(state)s, %(left)s left") % {"state": words, "left": _about(left)}
    return words


def _about(seconds: int) -> str:
    if seconds < 60:
        return _("less than a minute")
    minutes = -(-seconds // 60)
    return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
