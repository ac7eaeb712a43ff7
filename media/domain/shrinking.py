"""Posters of recordings that were converted before pages showed them in smaller files."""

from collections.abc import Iterator
from contextlib import suppress

from django.db.models import F

from lms.lib.files import stored, working_folder
from media.backends.transcode import poster
from media.backends.transcode.base import POSTER, Label
from media.backends.transcode.command import comment
from media.models import Video


def without_small_posters() -> Iterator[Video]:
    """Recordings that have a poster of one size only."""
    found = Video.objects.filter(poster_widths=[], taken_down_at=None).exclude(stream_folder="").exclude(poster="")
    return found.select_related("org").iterator(chunk_size=200)


def shrink_poster(video: Video) -> bool:
    """Put the smaller files beside the poster; False where it is gone, or the recording was converted anew meanwhile.

    Files first, then the row that says that they are there: a run that is broken off begins again.
    """
    with working_folder("poster-") as folder:
        made = folder / "made"
        made.mkdir()
        try:
            found = stored().fetch(f"{video.stream_folder}/{POSTER}", folder / POSTER)
        except FileNotFoundError:
            return False
        label = Label(video.org.name, video.code) if video.ai_generated else None
        widths = poster.shrink(found, made, label=comment(label))
        files = sorted(made.iterdir())
        size_bytes = sum(path.stat().st_size for path in files)
        for path in files:
            name = f"{video.stream_folder}/{path.name}"
            with suppress(FileNotFoundError):
                stored().delete(name)
            stored().take(path, name)
    same = Video.objects.filter(pk=video.pk, stream_folder=video.stream_folder, poster_widths=[])
    return bool(same.update(poster_widths=widths, stream_size_bytes=F("stream_size_bytes") + size_bytes))
