"""Claims, heartbeats, retries: nothing is lost, nothing is done by two."""

import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from media import receivers
from media.backends.transcode.dummy import DummyTranscoder
from media.domain import staging
from media.domain.staging import ClaimLost, claim, finish_with_captions, retry_by_hand
from media.domain.sweeping import retry_stuck_videos
from media.domain.transcoding import transcode
from media.enums import VideoStatus
from media.models import Video
from tests.factories.learning import ready_video
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def video() -> Video:
    video = ready_video(OrgFactory())
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.RECEIVED, ready_at=None, queued_at=timezone.now())
    video.refresh_from_db()
    return video


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were put on the queue."""
    names: list[str] = []
    monkeypatch.setattr(receivers, "send", lambda task, video: names.append(task.name))
    return names


def claimed(video: Video, *, by: str = "elsewhere:1", ago: timedelta = timedelta()) -> staging.Claim:
    job = claim(video.pk, VideoStatus.TRANSCODING, at=timezone.now() - ago)
    assert job
    Video.objects.filter(pk=video.pk).update(claimed_by=by)
    return job


def test_a_recording_is_claimed_once(video: Video):
    assert claim(video.pk, VideoStatus.TRANSCODING, at=timezone.now())
    assert claim(video.pk, VideoStatus.TRANSCODING, at=timezone.now()) is None


def test_a_worker_that_shows_a_heartbeat_is_left_alone(video: Video, queued: list[str]):
    claimed(video)

    swept = retry_stuck_videos(at=timezone.now())

    assert swept.taken_back == []


def test_a_silent_worker_loses_its_claim_and_the_recording_goes_on(
    video: Video, queued: list[str], django_capture_on_commit_callbacks
):
    job = claimed(video, ago=timedelta(minutes=5))

    with django_capture_on_commit_callbacks(execute=True):
        swept = retry_stuck_videos(at=timezone.now())

    video.refresh_from_db()
    assert swept.taken_back == [video]
    assert video.status == VideoStatus.RECEIVED
    assert queued == ["transcode_video_task"]
    with pytest.raises(ClaimLost):
        job.keep(1, 2)
    with pytest.raises(ClaimLost):
        job.advance(at=timezone.now(), decoded_seconds=9)


def test_a_dead_process_of_this_machine_is_noticed_at_once(video: Video):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    claimed(video, by=f"{socket.gethostname()}:{dead.pid}")

    assert retry_stuck_videos(at=timezone.now()).taken_back == [video]


def test_a_living_process_of_this_machine_keeps_its_claim(video: Video):
    claimed(video, by=f"{socket.gethostname()}:{os.getpid()}")

    assert retry_stuck_videos(at=timezone.now()).taken_back == []


def test_a_recording_that_kills_its_workers_is_given_up(video: Video, settings, queued: list[str]):
    settings.MEDIA_ATTEMPTS = 2
    for _attempt in range(2):
        claimed(video, ago=timedelta(minutes=5))
        retry_stuck_videos(at=timezone.now())

    video.refresh_from_db()
    assert (video.status, video.failure_code, video.next_attempt_at) == (VideoStatus.FAILED, "worker_lost", None)
    assert retry_by_hand(video, at=timezone.now())
    video.refresh_from_db()
    assert (video.status, video.attempts, video.failure_code) == (VideoStatus.RECEIVED, 0, "")


def test_a_failure_that_may_pass_is_tried_again_after_its_pause(video: Video):
    at = timezone.now()
    claimed(video).fail("disk_full", detail="", permanent=False, at=at)

    early = retry_stuck_videos(at=at + timedelta(seconds=30))
    late = retry_stuck_videos(at=at + timedelta(seconds=61))

    video.refresh_from_db()
    assert (early.retried, late.retried) == ([], [video])
    assert video.status == VideoStatus.RECEIVED


def test_pauses_grow_and_end(video: Video, settings):
    settings.MEDIA_ATTEMPTS = 3
    at = timezone.now()
    pauses = []
    for _attempt in range(3):
        claimed(video).fail("disk_full", detail="", permanent=False, at=at)
        video.refresh_from_db()
        pauses.append(video.next_attempt_at and video.next_attempt_at - at)
        staging.retry(video, at=at)

    assert pauses == [timedelta(minutes=1), timedelta(minutes=4), None]


def test_a_permanent_failure_is_not_tried_again(video: Video):
    claimed(video).fail("not_media", detail="", permanent=True, at=timezone.now())

    assert retry_stuck_videos(at=timezone.now() + timedelta(days=9)).retried == []


def test_a_lost_task_is_queued_again_but_not_every_time(
    video: Video, queued: list[str], django_capture_on_commit_callbacks
):
    later = timezone.now() + timedelta(minutes=11)

    with django_capture_on_commit_callbacks(execute=True):
        first = retry_stuck_videos(at=later)
        second = retry_stuck_videos(at=later + timedelta(seconds=15))

    assert (first.queued_again, second.queued_again) == ([video], [])
    assert queued == ["transcode_video_task"]


def test_a_dry_run_only_says(video: Video, capsys):
    claimed(video, ago=timedelta(minutes=5))

    call_command("retry_stuck_videos", "--dry-run")

    video.refresh_from_db()
    assert video.status == VideoStatus.TRANSCODING
    assert video.code in capsys.readouterr().out


def test_captions_by_people_make_recognition_unnecessary(video: Video):
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.TRANSCODED)
    job = claim(video.pk, VideoStatus.TRANSCRIBING, at=timezone.now())
    assert job

    assert finish_with_captions(video, at=timezone.now())

    video.refresh_from_db()
    assert video.is_ready
    with pytest.raises(ClaimLost):
        job.advance(at=timezone.now())
    assert not finish_with_captions(video, at=timezone.now())


def test_progress_is_saved_at_most_once_a_second_and_knows_the_time_left(video: Video, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(staging.time, "monotonic", lambda: clock[0])
    job = claimed(video)

    seen = []
    for seconds, done in [(0.0, 1.0), (0.5, 2.0), (10.0, 25.0)]:
        clock[0] = 100.0 + seconds
        job.keep(done, 100)
        video.refresh_from_db()
        seen.append(video.stage_progress["transcode"])

    assert seen[0] == seen[1] == {"done": 1.0, "percent": 1, "left_seconds": None}
    assert seen[2] == {"done": 25.0, "percent": 25, "left_seconds": 31}


def test_a_worker_that_lost_its_claim_leaves_no_files(
    video: Video, files: Path, settings, monkeypatch: pytest.MonkeyPatch
):
    settings.MEDIA_TRANSCODER = "media.backends.transcode.dummy.DummyTranscoder"
    (files / "tests").mkdir(parents=True)
    (files / "tests" / "none.mp4").write_bytes(b"a film")
    real = DummyTranscoder.transcode

    def slow(self, *arguments, **given):
        outcome = real(self, *arguments, **given)
        Video.objects.filter(pk=video.pk).update(status=VideoStatus.RECEIVED, claim_token="")
        return outcome

    monkeypatch.setattr(DummyTranscoder, "transcode", slow)

    assert not transcode(video.pk)

    video.refresh_from_db()
    assert video.status == VideoStatus.RECEIVED
    assert [path.name for path in files.rglob("*") if path.is_file()] == ["none.mp4"]
    monkeypatch.undo()
    assert transcode(video.pk)
    video.refresh_from_db()
    assert (video.status, video.decoded_seconds) == (VideoStatus.TRANSCODED, 12)
