"""The whole road of a recording whose files lie in a bucket: nothing of it needs a path on this disk."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lms.lib.files import StorageFailed, stored
from media.domain.playing import sign
from media.domain.receiving import CannotReceive
from media.domain.taking_down import take_down
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import VideoStatus
from media.models import Video
from tests.buckets import names_in
from tests.factories.media import SAMPLES, make_film, received_video

pytestmark = pytest.mark.django_db
ONE = {"size": "320x240", "seconds": 2}


def out_of_reach(settings: Any) -> None:
    """From now on nobody answers where the bucket was."""
    options = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}


def test_upload_convert_play_in_ranges_and_take_down(
    bucket: dict[str, str], client: Client, tmp_path: Path, files: Path, django_capture_on_commit_callbacks
):
    film = make_film(tmp_path / "film.mp4", **ONE)
    video = received_video(film)
    assert video.source_sha256 == hashlib.sha256(film.read_bytes()).hexdigest()

    with django_capture_on_commit_callbacks(execute=True):
        assert transcode(video.pk)
        assert transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.decoded_seconds) == (VideoStatus.READY, 2)
    assert [path for path in files.rglob("*") if path.is_file()] == [], "nothing stays on this disk"
    assert f"{video.stream_folder}/master.m3u8" in names_in(bucket)
    assert not [name for name in names_in(bucket) if name.endswith(".wav")], "the sound for recognition has served"
    master = sign(video, at=timezone.now()).master
    segment = master.replace("master.m3u8", "240p-00000.m4s")
    playlist, whole = client.get(master), b"".join(client.get(segment).streaming_content)
    part = client.get(segment, headers={"range": "bytes=10-99"})
    assert b"240p.m3u8" in b"".join(playlist.streaming_content)
    assert whole == b"".join(stored().read(f"{video.stream_folder}/240p-00000.m4s", 0, 1 << 30))
    assert (part.status_code, b"".join(part.streaming_content)) == (206, whole[10:100])
    assert part["Content-Range"] == f"bytes 10-99/{len(whole)}"
    assert client.get(master.replace("master", "none")).status_code == 404

    take_down(video, by=None, reason="内容有误")

    assert client.get(segment).status_code == 403


def test_a_fingerprint_is_that_of_the_bytes_however_they_were_sent(bucket: dict[str, str], tmp_path: Path):
    """Above eight megabytes a bucket gets a file in parts, at once."""
    big = tmp_path / "big.mp4"
    big.write_bytes(bytes(range(256)) * 4 * 1024 * 20)

    video = received_video(big)

    assert video.source_sha256 == hashlib.sha256(big.read_bytes()).hexdigest()
    assert stored().size(video.source.name) == big.stat().st_size


def test_nginx_is_told_a_signed_address_that_the_visitor_never_sees(
    bucket: dict[str, str], client: Client, settings: Any, tmp_path: Path
):
    video = received_video(make_film(tmp_path / "film.mp4", **ONE))
    assert transcode(video.pk)
    video.refresh_from_db()
    settings.MEDIA_SENDER = "nginx"

    answer = client.get(sign(video, at=timezone.now()).master)

    told = answer["X-Accel-Redirect"]
    assert told.startswith(f"/_bucket/{bucket['S3_BUCKET']}/{video.stream_folder}/master.m3u8?")
    assert "X-Amz-Expires=60" in told
    assert answer.content == b""


def test_a_bucket_out_of_reach_refuses_an_upload_with_a_sentence(bucket: dict[str, str], settings: Any):
    out_of_reach(settings)

    with pytest.raises(CannotReceive, match="文件存储"):
        received_video(SAMPLES / "sample_audio_only.mp4")
    assert not Video.objects.exists()


def test_a_bucket_out_of_reach_while_converting_is_tried_again(bucket: dict[str, str], settings: Any):
    video = received_video(SAMPLES / "sample_audio_only.mp4")
    out_of_reach(settings)

    transcode(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failure_code, video.failure_permanent) == ("failed", "storage_failed", False)
    assert video.next_attempt_at


def test_a_folder_that_arrived_in_part_leaves_nothing(
    bucket: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.MEDIA_TRANSCODER = "media.backends.transcode.dummy.DummyTranscoder"
    video = received_video(SAMPLES / "sample_audio_only.mp4")
    real = type(stored()._wrapped)._put  # type: ignore[attr-defined]  # of the storage behind Django's lazy one

    def breaks_off(self: Any, client: Any, path: Path, name: str) -> None:
        if name.endswith("poster.jpg"):
            raise StorageFailed("The bucket is full.")
        real(self, client, path, name)

    monkeypatch.setattr("lms.lib.s3.S3Storage._put", breaks_off)

    transcode(video.pk)

    video.refresh_from_db()
    assert video.failure_code == "storage_failed"
    assert names_in(bucket) == [video.source.name]
