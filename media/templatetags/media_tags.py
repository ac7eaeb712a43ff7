"""What templates say about recordings."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from lms.lib.durations import format_seconds
from media.models import Video

register = template.Library()


@register.filter
def length_text(seconds: int) -> str:
    """A length as on a player."""
    return format_seconds(int(seconds))


@register.filter
def stages(video: Video) -> list[dict[str, Any]]:
    """The stage in progress with its name; none while nothing moves."""
    names = {"transcode": _("Converting"), "transcribe": _("Recognising speech")}
    return [{"label": names[stage], **said} for stage, said in video.stage_progress.items() if stage in names]
