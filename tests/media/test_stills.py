"""The picture of a moment: cut from the storyboard, behind a signed address that lasts, gone with its recording."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from media.backends.transcode import storyboard
from media.domain.playing import POSTER_PERIOD_SECONDS, still_of_moment
from media.domain.taking_down import take_down
from media.models import Video
from tests.factories.learning import ready_video
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db
COLOURS = [(200, 30, 30), (30, 160, 30), (30, 30, 200)]
LABEL = '{"AIGC":{"Label":"1"}}'


@pytest.fixture
def video(files: Path, tmp_path: Path) -> Video:
    """Half a minute, its storyboard red, green and blue."""
    stream = files / "recordings" / "one"
    stream.mkdir(parents=True)
    thumbnails = []
    for number, colour in enumerate(COLOURS):
        thumbnails.append(tmp_path / f"still-{number * 100}.png")
        Image.new("RGB", (160, 90), colour).save(thumbnails[-1])
    storyboard.write(thumbnails, stream, length_ms=28_000, label=LABEL)
    found = ready_video(OrgFactory(), storyboard="recordings/one/storyboard.vtt")
    Video.objects.filter(pk=found.pk).update(stream_folder="recordings/one", stream_size_bytes=1000)
    found.refresh_from_db()
    return found


def address(video: Video, seconds: int) -> str:
    found = still_of_moment(video, seconds, at=timezone.now())
    assert found is not None
    return found


def test_a_moment_has_the_picture_that_stands_then_with_its_label(client: Client, video: Video, tmp_path: Path):
    for seconds, colour in [(0, COLOURS[0]), (9, COLOURS[0]), (10, COLOURS[1]), (27, COLOURS[2])]:
        answer = client.get(address(video, seconds))

        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
        assert f"max-age={POSTER_PERIOD_SECONDS}" in answer["Cache-Control"]
        (tmp_path / "got.jpg").write_bytes(answer.content)
        with Image.open(tmp_path / "got.jpg") as still:
            assert still.size == (160, 90) and still.info["comment"] == LABEL.encode()
            near = still.convert("RGB").getpixel((80, 45))
        assert max(abs(a - b) for a, b in zip(near, colour, strict=True)) < 12


def test_a_still_is_cut_out_once(client: Client, video: Video, files: Path):
    first = client.get(address(video, 12)).content
    (files / "recordings" / "one" / "storyboard-000.jpg").unlink()

    assert client.get(address(video, 15)).content == first


@pytest.mark.parametrize("seconds", ["11", "30", "999999"])
def test_there_is_one_picture_for_a_step_and_none_beyond_the_end(client: Client, video: Video, seconds: str):
    made_up = address(video, 10).replace("still-10", f"still-{seconds}")

    assert client.get(made_up).status_code == 404


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("storyboard.vtt", b""),
        ("storyboard.vtt", b"WEBVTT"),
        ("storyboard-000.jpg", b"\xff\xd8"),
        ("storyboard-000.jpg", None),
    ],
)
def test_a_storyboard_that_is_damaged_has_no_picture(
    client: Client, video: Video, files: Path, name: str, left: bytes | None
):
    file = files / "recordings" / "one" / name
    file.write_bytes(left) if left is not None else file.unlink()

    assert client.get(address(video, 10)).status_code == 404


def test_the_address_ends_with_its_time_and_with_its_recording(client: Client, video: Video):
    two_months_ago = timezone.now() - timedelta(seconds=3 * POSTER_PERIOD_SECONDS)
    assert client.get(still_of_moment(video, 0, at=two_months_ago)).status_code == 403
    assert client.get(address(video, 0).replace("/p/", "/p/x")).status_code == 403
    assert client.get(address(video, 0)).status_code == 200

    take_down(video, by=None, reason="内容有误")

    assert client.get(address(video, 0)).status_code == 403


def test_a_recording_from_before_has_no_picture_of_a_moment():
    assert still_of_moment(ready_video(OrgFactory()), 0, at=timezone.now()) is None
