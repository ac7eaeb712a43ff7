"""Lanes, who comes first in them, and how long the others wait."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django_tasks import default_task_backend

from media.backends.probe.header import stated_seconds
from media.domain import queueing
from media.domain.queueing import Wait, about, lane_of, priority_of, speeds, wait_text, waits
from media.domain.sizing import look_closer
from media.enums import Lane, RunEnd, Stage, VideoStatus
from media.models import StageRun, Video
from media.tasks import send, transcode_video_task
from tests.factories.learning import ready_video
from tests.factories.media import SAMPLES, make_film, received_video
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture
def org():
    return OrgFactory()


def waiting(org: Any, seconds: int, *, ago: int = 0, status: str = VideoStatus.RECEIVED, **fields: Any) -> Video:
    """A recording that has waited so many seconds, of a length that its header states."""
    video = ready_video(org)
    Video.objects.filter(pk=video.pk).update(
        status=status, stated_seconds=seconds, decoded_seconds=None, ready_at=None,
        queued_at=NOW - timedelta(seconds=ago), **fields,
    )  # fmt: skip
    video.refresh_from_db()
    return video


def ran(video: Video, stage: Stage, *, seconds: float, length: int, end: str = RunEnd.DONE) -> StageRun:
    ended = None if not end else NOW
    return StageRun.objects.create(
        video=video, stage=stage, started_at=NOW - timedelta(seconds=seconds), ended_at=ended, end=end,
        length_seconds=length,
    )  # fmt: skip


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage takes ten seconds and one for each second of the recording."""
    monkeypatch.setattr(queueing, "_BEGINNING_SECONDS", 10.0)
    monkeypatch.setattr(queueing, "_FIRST_GUESS", dict.fromkeys(Stage, 1.0))


def test_long_recordings_wait_in_a_lane_of_their_own(org: Any, settings: Any):
    settings.MEDIA_SHORT_SECONDS = 600

    assert lane_of(waiting(org, 600)) == Lane.SHORT
    assert lane_of(waiting(org, 601)) == Lane.LONG


def test_what_is_begun_comes_first_then_the_shorter_then_the_long(org: Any):
    begun = waiting(org, 900, status=VideoStatus.TRANSCODED)

    ranked = [begun, waiting(org, 60), waiting(org, 500), waiting(org, 900), waiting(org, 9000)]

    places = [priority_of(video) for video in ranked]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == 5
    assert all(-100 <= place <= 100 for place in places)


def test_a_task_is_sent_into_its_lane_with_its_priority(org: Any, settings: Any):
    settings.TASKS = {"default": {**settings.TASKS["default"], "BACKEND": "django_tasks.backends.dummy.DummyBackend"}}

    short, long = waiting(org, 60), waiting(org, 9000)
    default_task_backend.clear()

    send(transcode_video_task, short)
    send(transcode_video_task, long)

    sent = [(result.task.queue_name, result.task.priority) for result in default_task_backend.results]
    assert sent == [("media", 20), ("media-long", -60)]


def test_a_short_recording_does_not_wait_for_a_long_one(org: Any, steady: None):
    waiting(org, 3 * 3600, ago=500)
    waiting(org, 3 * 3600, ago=400, status=VideoStatus.TRANSCODING, heartbeat_at=NOW)
    short = waiting(org, 120)

    assert waits(at=NOW)[short.pk] == Wait(0, 0)


def test_the_wait_is_the_work_of_those_who_come_first(org: Any, steady: None):
    ran(waiting(org, 100, ago=90, status=VideoStatus.TRANSCODING), Stage.TRANSCODE, seconds=40, length=100, end="")
    second = waiting(org, 700, ago=60)
    third = waiting(org, 100, ago=30)

    found = waits(at=NOW)

    # 110 − 40 of converting and 110 of recognising are left of the first; the shorter one comes before the longer.
    assert found[third.pk] == Wait(1, 180)
    assert found[second.pk] == Wait(2, 180 + 2 * 110)


def test_what_a_worker_says_of_its_time_left_is_believed(org: Any, steady: None):
    waiting(
        org, 100, ago=90, status=VideoStatus.TRANSCRIBING, heartbeat_at=NOW - timedelta(seconds=5),
        stage_progress={"transcribe": {"done": 1, "percent": 1, "left_seconds": 45}},
    )  # fmt: skip
    waiter = waiting(org, 100)

    assert waits(at=NOW)[waiter.pk] == Wait(1, 40)


def test_two_workers_halve_the_wait(org: Any, steady: None):
    for _worker in range(2):
        busy = waiting(org, 100, ago=90, status=VideoStatus.TRANSCRIBING)
        ran(busy, Stage.TRANSCRIBE, seconds=10, length=100, end="")
    first, second, third = (waiting(org, 100, ago=ago) for ago in (30, 20, 10))

    found = waits(at=NOW)

    assert [found[video.pk].seconds for video in (first, second, third)] == [100, 100, 320]


def test_with_one_lane_long_ones_wait_behind_short_ones(org: Any, steady: None, settings: Any):
    settings.MEDIA_LANES = 1
    long = waiting(org, 9000, ago=60)
    short = waiting(org, 100, ago=30)

    found = waits(at=NOW)

    assert found[short.pk] == Wait(0, 0)
    assert found[long.pk] == Wait(1, 220)


def test_nobody_at_work_is_said_instead_of_a_time(org: Any):
    video = waiting(org, 100, ago=200)

    assert waits(at=NOW)[video.pk] == Wait(0, None)


@pytest.mark.parametrize("count", [1, 3])
def test_waiting_times_need_the_same_queries_for_one_and_for_three(
    org: Any, django_assert_num_queries: Any, count: int
):
    for _number in range(count):
        waiting(org, 100)

    with django_assert_num_queries(4):
        waits(at=NOW)


def test_speed_is_the_median_of_what_this_server_showed(org: Any):
    video = ready_video(org)
    guess = speeds()
    for seconds in (102.5, 102.5, 102.5, 102.5, 9000):
        ran(video, Stage.TRANSCODE, seconds=seconds, length=400)
    ran(video, Stage.TRANSCODE, seconds=9000, length=1, end=RunEnd.FAILED)

    assert speeds() == {Stage.TRANSCODE: 0.25, Stage.TRANSCRIBE: guess[Stage.TRANSCRIBE]}


def test_one_odd_run_does_not_make_a_speed(org: Any):
    guess = speeds()
    ran(ready_video(org), Stage.TRANSCODE, seconds=9000, length=10)

    assert speeds() == guess


@pytest.mark.parametrize(
    ("wait", "chinese"),
    [
        (Wait(2, 360), "前面还有 2 个，大约 6 分钟后开始。"),
        (Wait(1, 20), "前面还有 1 个，不到 1 分钟后开始。"),
        (Wait(9, 7300), "前面还有 9 个，大约 2 小时后开始。"),
        (Wait(0, 0), "马上开始。"),
    ],
)
def test_the_wait_is_said_as_people_speak(wait: Wait, chinese: str):
    with translation.override("zh-hans"):
        assert wait_text(wait) == chinese


def test_times_ahead_are_no_more_exact_than_they_can_be_known():
    with translation.override("en"):
        assert [about(seconds) for seconds in (59, 80, 5000, 5500)] == [
            "less than a minute", "about 1 minute", "about 83 minutes", "about 2 hours",
        ]  # fmt: skip


@pytest.mark.parametrize("flags", [(), ("-movflags", "+faststart")])
def test_the_header_of_a_phone_film_is_read_without_a_decoder(tmp_path: Path, flags: tuple[str, ...]):
    film = make_film(tmp_path / "film.mp4", *flags, size="64x64", seconds=3)

    with film.open("rb") as file:
        assert stated_seconds(file) == 3
        assert file.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no film", b"\x00\x00\x00\x00moov", b"\x00\x00\x00\x01moov", b"\x00\x00\x00\x10moov\x00\x00\x00\x08mvhd",
        b"\xff\xff\xff\xffmoov" + b"\x00" * 40, b"\x00\x00\x00\x08free" * 1000,
    ],
)  # fmt: skip
def test_a_header_that_makes_no_sense_says_nothing(tmp_path: Path, content: bytes):
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)

    with path.open("rb") as file:
        assert stated_seconds(file) is None


def test_receiving_notes_the_stated_length(tmp_path: Path):
    assert received_video(make_film(tmp_path / "film.mp4", size="64x64", seconds=2)).stated_seconds == 2
    assert received_video(SAMPLES / "SOURCES.md").stated_seconds is None


def test_a_long_film_in_a_container_that_did_not_tell_moves_to_its_lane(tmp_path: Path, settings: Any):
    settings.MEDIA_SHORT_SECONDS = 2
    video = received_video(make_film(tmp_path / "film.mkv", size="64x64", seconds=5))
    assert lane_of(video) == Lane.SHORT

    assert look_closer(video)

    assert (video.stated_seconds, lane_of(video)) == (5, Lane.LONG)
    assert not look_closer(video), "once is enough"
