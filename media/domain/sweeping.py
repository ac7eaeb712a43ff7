"""Whatever was lost on the way is found again: the status column cannot be lost, and the sweeper reads it."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from media.domain.staging import note_queued, retry, take_back
from media.models import Video
from media.signals import announce, video_waiting

# A task that nobody has taken for so long is sent again; sending it twice is harmless, claims are not.
LOST_AFTER = timedelta(minutes=5)


@dataclass
class Swept:
    """How many recordings were taken back from dead workers, retried after a pause, and sent again."""

    taken_back: int = 0
    retried: int = 0
    sent_again: int = 0


def is_gone(claimed_by: str) -> bool:
    """Whether the worker was a process of this machine that no longer lives."""
    host, _colon, pid = claimed_by.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def sweep(*, at: datetime, dry_run: bool = False) -> Swept:
    """Take back, retry and send again what needs it. Any number of sweepers may run at once."""
    swept = Swept()
    stale = at - timedelta(seconds=settings.MEDIA_STALE_SECONDS)
    for video in Video.objects.claimed():
        silent = video.heartbeat_at is None or video.heartbeat_at < stale
        if (silent or is_gone(video.claimed_by)) and (dry_run or take_back(video, at=at)):
            swept.taken_back += 1
    for video in Video.objects.retryable(at):
        if dry_run or retry(video, at=at):
            swept.retried += 1
    lost = Q(queued_at__isnull=True) | Q(queued_at__lt=at - LOST_AFTER)
    for video in Video.objects.waiting().filter(lost, taken_down_at=None):
        swept.sent_again += 1
        if not dry_run:
            note_queued(video.pk, at=at)
            announce(video_waiting, video_id=video.pk)
    return swept
