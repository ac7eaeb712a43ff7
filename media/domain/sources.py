"""Uploaded files are kept, or dropped once they have served, as MEDIA_KEEP_SOURCES says.

What is streamed stays in either case. Without its source a recording can be neither converted anew nor cut.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.lib.durations import beijing_day
from lms.lib.files import stored
from media.enums import KeepSources, VideoStatus
from media.models import Video

# Since when a live lesson has shown each of these recordings, by id; higher floors know.
PublishedSince = Callable[[Iterable[int]], dict[int, datetime]]
_published_since: list[PublishedSince] = []


class SourceDropped(Exception):
    """The uploaded file is needed, but was deleted; the message says so to a person."""


def register_published_since(answer: PublishedSince) -> None:
    """Let a higher floor say which recordings lessons show, and since when."""
    if answer not in _published_since:
        _published_since.append(answer)


def require_source(video: Video) -> None:
    """Whoever converts anew or cuts asks here first. Raises SourceDropped."""
    whole = video.cut_from or video
    if whole.source_dropped_at:
        raise SourceDropped(
            _(
                "The original file of this recording was deleted on %(day)s to save room. It can still be watched, but "
                "neither cut nor converted anew. To do that, please upload the file again."
            )
            % {"day": beijing_day(whole.source_dropped_at)}
        )


def droppable(*, at: datetime) -> Iterator[Video]:
    """The recordings whose uploaded file has served by the rule of the settings."""
    if settings.MEDIA_KEEP_SOURCES == KeepSources.ALWAYS:
        return
    ready = Video.objects.filter(status=VideoStatus.READY, source_dropped_at=None).exclude(source="").order_by("pk")
    # A piece that is not converted yet needs the file that it is cut from.
    ready = ready.exclude(pieces__in=Video.objects.filter(transcoded_at=None))
    if settings.MEDIA_KEEP_SOURCES == KeepSources.READY:
        yield from ready
        return
    before = at - timedelta(days=settings.MEDIA_KEEP_SOURCE_DAYS)
    shown: dict[int, datetime] = {}
    for answer in _published_since:
        shown |= answer(ready.values_list("pk", flat=True))
    yield from (video for video in ready if video.pk in shown and shown[video.pk] < before)


def drop_source(video: Video, *, at: datetime) -> None:
    """Delete the uploaded file and say so on the row; done twice, it does no harm. Raises StorageFailed."""
    stored().delete(str(video.source))
    if Video.objects.filter(pk=video.pk, source_dropped_at=None).update(source_dropped_at=at):
        record("media.source_dropped", actor=None, subject_kind="video", subject_id=video.code, at=at)
