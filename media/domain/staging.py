"""Where a recording stands: the only functions that move `Video.status`.

    received ─► transcoding ─► transcoded ─► transcribing ─► ready
                     └──────────► failed ◄────────┘

A worker claims with a conditional update, keeps its claim by a heartbeat, and writes only while the claim is its
own. A worker that was taken for dead and comes back finds `ClaimLost` and changes nothing.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F, Q
from django.utils import timezone

from media.domain.pacing import Pace, cpu_seconds
from media.enums import BEFORE_CLAIM, CLAIM_OF, STAGE_OF, FailureCode, RunEnd, VideoStatus
from media.models import StageRun, Video
from media.signals import announce, video_failed, video_ready, video_transcoded, video_waiting

# The run of a claim is noted so often, in seconds, so that a killed worker's is known but for these.
_RUN_NOTED_SECONDS = 10
# A worker that waits for the storage shows that it lives so often, in seconds.
_BEAT_SECONDS = 15
_AFTER = {
    VideoStatus.TRANSCODING: (VideoStatus.TRANSCODED, video_transcoded),
    VideoStatus.TRANSCRIBING: (VideoStatus.READY, video_ready),
}
_NOT_CLAIMED: dict[str, Any] = {"claim_token": "", "claimed_by": "", "heartbeat_at": None}
_NOT_FAILED: dict[str, Any] = {
    "failed_status": "",
    "failure_code": "",
    "failure_detail": "",
    "failure_permanent": False,
    "next_attempt_at": None,
}


class ClaimLost(Exception):
    """The recording belongs to another worker by now, or was finished by a person."""


def worker_name() -> str:
    """This process, so that a sweeper on the same machine can see whether it still lives."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass
class Claim:
    """The right of this worker to one stage of one recording."""

    video_id: int
    status: VideoStatus
    token: str
    attempts: int
    run_id: int
    pace: Pace = field(default_factory=Pace)
    _cpu_before: float = field(default_factory=cpu_seconds)
    _saved: float = 0.0
    _noted: float = field(default_factory=time.monotonic)

    def _write(self, **fields: Any) -> None:
        """Change the row while the claim holds. Raises ClaimLost."""
        if not Video.objects.filter(pk=self.video_id, claim_token=self.token).update(**fields):
            raise ClaimLost(f"Video {self.video_id} is no longer claimed by this worker.")

    def keep(self, done: float | None = None, of: float | None = None) -> None:
        """Show that the work goes on, and how far it is; writes at most once a second.

        `done` and `of` are in any one unit (seconds of the recording, or parts of one); without them only the
        heart beats. Raises ClaimLost.
        """
        now = time.monotonic()
        if done is not None:
            self.pace.note(done, of, now)
        if now - self._saved < 1:
            return
        self._saved = now
        progress = {"stage_progress": {STAGE_OF[self.status].value: self.pace.said(now)}} if done is not None else {}
        self._write(heartbeat_at=timezone.now(), **progress)
        if now - self._noted >= _RUN_NOTED_SECONDS:
            self._noted = now
            self._note_run()

    def _note_run(self, end: RunEnd | None = None, *, at: datetime | None = None) -> None:
        spent = Decimal(f"{cpu_seconds() - self._cpu_before:.1f}")
        fields: dict[str, Any] = {"end": end, "ended_at": at or timezone.now()} if end else {}
        StageRun.objects.filter(pk=self.run_id).update(cpu_seconds=spent, **fields)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """The heart beats while a storage far away takes its time; a claim lost meanwhile shows at the next write."""
        done = threading.Event()

        def beat() -> None:
            try:
                while not done.wait(_BEAT_SECONDS):
                    with suppress(OperationalError):  # a database that is locked for a moment: the next beat comes
                        self._write(heartbeat_at=timezone.now())
            except ClaimLost:
                return
            finally:
                connection.close()

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def advance(self, *, at: datetime, **fields: Any) -> None:
        """The stage is done: write what it found and announce the next. Raises ClaimLost."""
        status, signal = _AFTER[self.status]
        moment = {"transcoded_at" if status == VideoStatus.TRANSCODED else "ready_at": at}
        fields |= {**_NOT_CLAIMED, **_NOT_FAILED, **moment}
        self._write(status=status, attempts=0, stage_progress={}, queued_at=at, **fields)
        self._note_run(RunEnd.DONE, at=at)
        announce(signal, video_id=self.video_id)

    def fail(self, code: str, *, detail: str, permanent: bool, at: datetime) -> None:
        """The stage failed: keep the reason, and when to try again unless that is of no use. Raises ClaimLost."""
        exhausted = self.attempts >= settings.MEDIA_ATTEMPTS
        self._write(
            status=VideoStatus.FAILED,
            failed_status=self.status,
            failure_code=code,
            failure_detail=detail[-4000:],
            failure_permanent=permanent,
            next_attempt_at=None if permanent or exhausted else at + pause_after(self.attempts),
            **_NOT_CLAIMED,
        )
        self._note_run(RunEnd.FAILED, at=at)
        announce(video_failed, video_id=self.video_id)

    def give_back(self) -> None:
        """The worker is asked to stop: as if the stage had not begun. Raises ClaimLost."""
        self._write(status=BEFORE_CLAIM[self.status], attempts=F("attempts") - 1, stage_progress={}, **_NOT_CLAIMED)
        self._note_run(RunEnd.GIVEN_BACK)
        announce(video_waiting, video_id=self.video_id)


def pause_after(attempts: int) -> timedelta:
    """How long to wait before trying again: 1, 4, 16 … minutes."""
    return timedelta(minutes=4 ** max(attempts - 1, 0))


def claim(video_id: int, status: VideoStatus, *, at: datetime) -> Claim | None:
    """Take the recording for the stage (TRANSCODING or TRANSCRIBING), or None where it does not wait for it."""
    token = uuid4().hex
    taken = Video.objects.filter(pk=video_id, status=BEFORE_CLAIM[status], taken_down_at=None).update(
        status=status,
        claim_token=token,
        claimed_by=worker_name(),
        heartbeat_at=at,
        attempts=F("attempts") + 1,
        stage_progress={},
    )
    if not taken:
        return None
    video = Video.objects.get(pk=video_id)
    length = video.likely_seconds
    run = StageRun.objects.create(video=video, stage=STAGE_OF[status], length_seconds=length, started_at=at)
    return Claim(video_id, status, token, video.attempts, run.pk)


def retry(video: Video, *, at: datetime) -> bool:
    """A person or the sweeper sends a failed recording on its way again; False where it had not failed."""
    back_to = BEFORE_CLAIM.get(VideoStatus(video.failed_status)) if video.failed_status else None
    if back_to is None:
        return False
    moved = Video.objects.filter(pk=video.pk, status=VideoStatus.FAILED).update(
        status=back_to, queued_at=at, stage_progress={}, **_NOT_FAILED
    )
    if moved:
        announce(video_waiting, video_id=video.pk)
    return bool(moved)


def retry_by_hand(video: Video, *, at: datetime) -> bool:
    """As `retry`, with the count of attempts begun anew: somebody has looked at it."""
    Video.objects.filter(pk=video.pk, status=VideoStatus.FAILED).update(attempts=0)
    return retry(video, at=at)


def take_back(video: Video, *, at: datetime) -> bool:
    """The worker of a claimed recording is gone: let another have it, or give up when it happens again and again."""
    status = VideoStatus(video.status)
    row = Video.objects.filter(pk=video.pk, status=status, claim_token=video.claim_token)
    if video.attempts >= settings.MEDIA_ATTEMPTS:
        moved = row.update(
            status=VideoStatus.FAILED,
            failed_status=status,
            failure_code=FailureCode.WORKER_LOST,
            failure_detail=video.claimed_by,
            failure_permanent=False,
            next_attempt_at=None,
            **_NOT_CLAIMED,
        )
        signal = video_failed
    else:
        moved = row.update(status=BEFORE_CLAIM[status], queued_at=at, stage_progress={}, **_NOT_CLAIMED)
        signal = video_waiting
    if moved:
        StageRun.objects.filter(video=video, end="").update(end=RunEnd.LOST, ended_at=video.heartbeat_at or at)
        announce(signal, video_id=video.pk)
    return bool(moved)


def finish_with_captions(video: Video, *, at: datetime) -> bool:
    """People supplied the captions or will, so recognition is no longer waited for: the recording is ready.

    True where it became ready now; a recognition in progress loses its claim.
    """
    reached = Q(status__in=[VideoStatus.TRANSCODED, VideoStatus.TRANSCRIBING]) | Q(
        status=VideoStatus.FAILED, failed_status=VideoStatus.TRANSCRIBING
    )
    moved = Video.objects.filter(reached, pk=video.pk).update(
        status=VideoStatus.READY, ready_at=at, attempts=0, stage_progress={}, **_NOT_CLAIMED, **_NOT_FAILED
    )
    if moved:
        StageRun.objects.filter(video=video, end="").update(end=RunEnd.LOST, ended_at=at)
        announce(video_ready, video_id=video.pk)
    return bool(moved)


def note_queued(video_id: int, *, at: datetime) -> None:
    """A task for its next stage is on its way."""
    Video.objects.filter(pk=video_id, status__in=CLAIM_OF).update(queued_at=at)
