"""What was lost on the way is found again: the status column knows, whatever became of tasks and signals."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from lms.lib.files import stored
from media.domain import staging
from media.domain.uploading import sweep_uploads
from media.models import Video
from media.signals import announce, video_waiting

# A recording that waits so long may have lost its task; a second one does no harm.
_LOST_TASK = timedelta(minutes=10)


@dataclass(frozen=True)
class Swept:
    taken_back: list[Video]
    retried: list[Video]
    queued_again: list[Video]


def retry_stuck_videos(*, at: datetime, dry_run: bool = False) -> Swept:
    """Take back what dead workers held, try again what failed for a while, queue again what lost its task."""
    stale = at - timedelta(seconds=settings.MEDIA_STALE_SECONDS)
    held = [v for v in Video.objects.claimed() if v.heartbeat_at is None or v.heartbeat_at < stale or _is_dead(v)]
    failed = list(Video.objects.retryable(at))
    lost = list(
        Video.objects.waiting().filter(Q(queued_at=None) | Q(queued_at__lt=at - _LOST_TASK), taken_down_at=None)
    )
    if not dry_run:
        held = [video for video in held if staging.take_back(video, at=at)]
        failed = [video for video in failed if staging.retry(video, at=at)]
        for video in lost:
            staging.note_queued(video.pk, at=at)
            announce(video_waiting, video_id=video.pk)
        sweep_uploads(at=at)
    return Swept(held, failed, lost)


def _is_dead(video: Video) -> bool:
    """Whether the worker ran on this machine and its process is gone: no need to wait for the heartbeat."""
    host, _colon, pid = video.claimed_by.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def drop_recognition_work(video: Video) -> None:
    """The sound for recognition and what was heard of it have served; only the chain needs them."""
    video.stretches.all().delete()
    if video.recognition_audio:
        stored().delete(str(video.recognition_audio))
        Video.objects.filter(pk=video.pk).update(recognition_audio="")
