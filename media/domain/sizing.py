"""How long a recording probably is, so that it waits in the right queue. Credit never hangs on this."""

from typing import Any

from django.conf import settings

from lms.lib.files import stored, work_root
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.probe import probe
from media.backends.probe.header import stated_seconds
from media.models import Video


def stated_length(source: Any) -> int | None:
    """The length that the file claims, as far as a look at its header tells; at most what is allowed."""
    seconds = stated_seconds(source)
    return min(seconds, settings.MEDIA_MAX_SECONDS) if seconds else None


def look_closer(video: Video) -> bool:
    """Probe a recording that seemed short, but whose header could not be read at receiving; whether that told more."""
    if video.stated_seconds or video.likely_seconds > settings.MEDIA_SHORT_SECONDS or not stored().is_here:
        return False
    try:
        found = probe(stored().fetch(str(video.source), work_root()), limits=limits()).stated_seconds
    except (ToolFailed, OSError):
        return False  # converting will say why
    if not found:
        return False
    video.stated_seconds = min(max(round(found), 1), settings.MEDIA_MAX_SECONDS)
    Video.objects.filter(pk=video.pk).update(stated_seconds=video.stated_seconds)
    return True
