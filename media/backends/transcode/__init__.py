"""From a recording to what is streamed, behind one interface: ffmpeg for real, dummy for unit tests."""

from django.conf import settings
from django.utils.module_loading import import_string

from media.backends.transcode.base import Transcoder


def transcoder() -> Transcoder:
    """The transcoder that the settings name."""
    return import_string(settings.MEDIA_TRANSCODER)()
