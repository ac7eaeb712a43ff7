"""Signed addresses and the bytes behind them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from media.domain.playing import REMEMBERED_SECONDS, AddressRefused, open_address, sign
from media.domain.taking_down import NoReason, take_down
from media.enums import TranscriptSource, TranscriptState
from media.models import CaptionTrack, Transcript, Video
from tests.factories.learning import ready_video
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db
SEGMENT = bytes(range(256)) * 4


@pytest.fixture
def video(files: Path) -> Video:
    folder = files / "recordings" / "one"
    folder.mkdir(parents=True)
    (folder / "master.m3u8").write_text("#EXTM3U\n240p.m3u8\n")
    (folder / "240p-00000.m4s").write_bytes(SEGMENT)
    (folder / "poster.jpg").write_bytes(b"jpeg")
    (folder / "notes.txt").write_text("not for learners")
    (files / "recordings" / "secret.mp4").write_bytes(b"secret")
    video = ready_video(OrgFactory(), poster="recordings/one/poster.jpg")
    Video.objects.filter(pk=video.pk).update(stream_folder="recordings/one")
    video.refresh_from_db()
    return video


def beside(address: str, name: str) -> str:
    return f"{address.rpartition('/')[0]}/{name}"


def bytes_of(response) -> bytes:
    return b"".join(response.streaming_content)


def caption(video: Video, state: str, version: int = 1) -> CaptionTrack:
    now = timezone.now()
    transcript = Transcript.objects.create(
        video=video, language="zh", source=TranscriptSource.HAND, state=state, version=version,
        created_at=now, approved_at=None if state == TranscriptState.DRAFT else now,
    )  # fmt: skip
    return CaptionTrack.objects.create(
        video=video, language="zh", label="中文", transcript=transcript, vtt="WEBVTT\n", published_at=now
    )


def test_playlist_segment_and_poster_are_served_with_their_types(client: Client, video: Video):
    addresses = sign(video, at=timezone.now())

    playlist = client.get(addresses.master)
    segment = client.get(beside(addresses.master, "240p-00000.m4s"))
    poster = client.get(addresses.poster)

    assert playlist["Content-Type"] == "application/vnd.apple.mpegurl"
    assert "no-cache" in playlist["Cache-Control"]
    assert bytes_of(segment) == SEGMENT
    assert segment["Content-Type"].startswith("video/")
    assert segment["Accept-Ranges"] == "bytes"
    assert poster["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("asked", "body", "said"),
    [
        ("bytes=10-19", SEGMENT[10:20], "bytes 10-19/1024"),
        ("bytes=1000-", SEGMENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", SEGMENT[-24:], "bytes 1000-1023/1024"),
        ("bytes=0-99999", SEGMENT, "bytes 0-1023/1024"),
    ],
)
def test_ranges_are_answered_with_their_bytes(client: Client, video: Video, asked: str, body: bytes, said: str):
    address = beside(sign(video, at=timezone.now()).master, "240p-00000.m4s")

    response = client.get(address, headers={"range": asked})

    assert (response.status_code, bytes_of(response), response["Content-Range"]) == (206, body, said)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=20-10", "bytes=-0"])
def test_ranges_outside_the_file_are_refused(client: Client, video: Video, asked: str):
    address = beside(sign(video, at=timezone.now()).master, "240p-00000.m4s")

    response = client.get(address, headers={"range": asked})

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


def test_a_malformed_range_gets_the_whole(client: Client, video: Video):
    address = beside(sign(video, at=timezone.now()).master, "240p-00000.m4s")

    response = client.get(address, headers={"range": "pages=1-2"})

    assert (response.status_code, bytes_of(response)) == (200, SEGMENT)


@pytest.mark.parametrize(
    "name",
    ["../secret.mp4", "..%2Fsecret.mp4", "%2e%2e/secret.mp4", "..", ".hidden", "notes.txt", "none.m4s", "a/b.m4s"],
)
def test_no_name_leads_out_of_the_folder(client: Client, video: Video, name: str):
    response = client.get(beside(sign(video, at=timezone.now()).master, name))

    assert response.status_code in (404, 403)


def test_a_forged_or_expired_address_is_refused(client: Client, video: Video):
    now = timezone.now()
    address = sign(video, at=now).master
    old = sign(video, at=now - timedelta(days=3)).master

    assert client.get(address.replace("/files/v/", "/files/v/x")).status_code == 403
    assert client.get(old).status_code == 403
    assert client.get(address).status_code == 200


def test_a_token_opens_its_own_recording_only(video: Video):
    token = sign(video, at=timezone.now()).master.split("/")[3]
    other = token.replace(video.code, ready_video(OrgFactory()).code)

    assert open_address(token)[0] == video.code
    with pytest.raises(AddressRefused):
        open_address(other)


def test_nginx_sends_the_bytes_where_it_may(client: Client, settings, video: Video):
    settings.MEDIA_SENDER = "nginx"
    settings.MEDIA_INTERNAL_PREFIX = "/_files/"

    response = client.get(beside(sign(video, at=timezone.now()).master, "240p-00000.m4s"))

    assert response["X-Accel-Redirect"] == "/_files/recordings/one/240p-00000.m4s"
    assert response.content == b""


def test_takedown_stops_playlists_segments_and_captions(client: Client, video: Video):
    caption(video, TranscriptState.APPROVED)
    addresses = sign(video, at=timezone.now())
    every = [addresses.master, beside(addresses.master, "240p-00000.m4s"), addresses.captions[0][2], addresses.poster]
    assert [client.get(address).status_code for address in every] == [200] * 4

    take_down(video, by=None, reason="内容有误", at=timezone.now())

    assert [client.get(address).status_code for address in every] == [403] * 4
    assert REMEMBERED_SECONDS <= 10, "another process forgets within the promised time"


def test_another_process_forgets_a_recording_within_ten_seconds(client: Client, time_machine, video: Video):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    address = sign(video, at=now).master
    assert client.get(address).status_code == 200
    Video.objects.filter(pk=video.pk).update(taken_down_at=now)

    time_machine.move_to(now + timedelta(seconds=10), tick=False)

    assert client.get(address).status_code == 403
    cache.clear()


def test_taking_down_twice_keeps_the_first_reason_and_needs_one(video: Video):
    with pytest.raises(NoReason):
        take_down(video, by=None, reason="  ")

    first = take_down(video, by=None, reason="第一次")
    second = take_down(video, by=None, reason="第二次")

    assert second.taken_down_reason == "第一次"
    assert second.taken_down_at == first.taken_down_at


@pytest.mark.parametrize("state", [TranscriptState.DRAFT, TranscriptState.SUPERSEDED])
def test_captions_that_are_not_approved_are_never_served(client: Client, video: Video, state: str):
    caption(video, state)
    addresses = sign(video, at=timezone.now())

    assert addresses.captions == []
    assert client.get(beside(addresses.master, "captions/zh.vtt")).status_code == 404


def test_approved_captions_are_served(client: Client, video: Video):
    caption(video, TranscriptState.APPROVED)

    [(language, label, address)] = sign(video, at=timezone.now()).captions
    response = client.get(address)

    assert (language, label) == ("zh", "中文")
    assert response.content == b"WEBVTT\n"
    assert response["Content-Type"].startswith("text/vtt")
