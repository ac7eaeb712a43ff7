"""The picture of a moment, cut out of the recording's storyboard when it is first asked for."""

from django.core.cache import cache

from lms.lib.files import stored
from media.backends.transcode import storyboard
from media.backends.transcode.base import STORYBOARD
from media.backends.transcode.plan import THUMBNAIL_STEP_SECONDS
from media.subtitles import UnreadableSubtitles

REMEMBERED_SECONDS = 24 * 3600


class NoSuchStill(Exception):
    """Nothing was drawn for this second."""


def still_at(folder: str, seconds: int) -> bytes:
    """A JPEG of the still that begins a step of the storyboard, of the recording in this stream folder.

    Other seconds than a step's first have no picture of their own: each is cut out once.
    Raises NoSuchStill; StorageFailed and any other OSError where files cannot be read.
    """
    if seconds % THUMBNAIL_STEP_SECONDS:
        raise NoSuchStill(seconds)
    key = f"media.still.{folder}.{seconds}"
    found: bytes | None = cache.get(key)
    if found is None:
        sheet, box = _place(folder, seconds * 1000)
        found = storyboard.cut_out(_whole(f"{folder}/{sheet}"), box)
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _place(folder: str, at_ms: int) -> tuple[str, storyboard.Box]:
    try:
        place = storyboard.place_of(_whole(f"{folder}/{STORYBOARD}").decode(), at_ms)
    except UnreadableSubtitles as error:
        raise NoSuchStill(at_ms) from error
    if place is None:
        raise NoSuchStill(at_ms)
    return place


def _whole(name: str) -> bytes:
    return b"".join(stored().read(name, 0, stored().size(name)))
