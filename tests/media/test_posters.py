"""The still of a recording in the sizes and formats that pages show, its lasting addresses, and older recordings."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image

from media.backends.transcode import poster
from media.backends.transcode.base import POSTER_FORMATS, poster_name
from media.domain.playing import small_poster
from media.domain.shrinking import shrink_poster
from media.domain.taking_down import take_down
from media.models import Video
from tests.factories.learning import ready_video
from tests.factories.media import make_film
from tests.factories.people import OrgFactory
from tests.media.converting import converted, stream_of

AT = datetime(2026, 5, 4, tzinfo=UTC)
LABEL = '{"AIGC":{"Label":"1"}}'


def still(path: Path, size: tuple[int, int]) -> Path:
    """A picture with as much in it as a photograph: shapes, and noise over them."""
    shapes = Image.linear_gradient("L").resize(size)
    Image.merge("RGB", [Image.blend(shapes, Image.effect_noise(size, 40), 0.2)] * 3).save(path, "JPEG", quality=82)
    return path


def names(widths: list[int]) -> set[str]:
    return {poster_name(width, kind) for width in widths for kind in POSTER_FORMATS}


def address(video: Video, at: datetime) -> str:
    found = small_poster(video, at=at)
    assert found is not None
    return found.narrow


@pytest.fixture
def video(files: Path) -> Video:
    """An older recording: a poster, and no smaller ones."""
    (files / "recordings" / "one").mkdir(parents=True)
    still(files / "recordings" / "one" / "poster.jpg", (1280, 720))
    return ready_video(OrgFactory(), poster="recordings/one/poster.jpg")


@pytest.fixture
def older(db: None, video: Video) -> Video:
    Video.objects.filter(pk=video.pk).update(stream_folder="recordings/one", stream_size_bytes=1000)
    video.refresh_from_db()
    return video


@pytest.mark.parametrize(
    ("size", "widths", "smallest"),
    [
        ((1280, 720), [320, 640, 960], (320, 180)),
        ((406, 720), [320, 640, 960], (102, 180)),
        ((200, 112), [320], (200, 112)),
    ],
)
def test_a_poster_is_written_in_the_widths_that_it_fills_each_within_its_weight(
    tmp_path: Path, size: tuple[int, int], widths: list[int], smallest: tuple[int, int]
):
    found = poster.shrink(still(tmp_path / "poster.jpg", size), tmp_path, label="")

    assert found == widths
    assert {path.name for path in tmp_path.iterdir()} == {"poster.jpg", *names(widths)}
    for width in widths:
        for kind in POSTER_FORMATS:
            path = tmp_path / poster_name(width, kind)
            assert path.stat().st_size <= poster.WIDTHS[width], path.name
            with Image.open(path) as opened:
                assert opened.format == kind.upper()
    with Image.open(tmp_path / poster_name(320, "webp")) as opened:
        assert opened.size == pytest.approx(smallest, abs=1)


@pytest.mark.parametrize("kind", POSTER_FORMATS)
def test_generated_content_says_so_in_every_format(tmp_path: Path, kind: str):
    poster.shrink(still(tmp_path / "poster.jpg", (640, 360)), tmp_path, label=LABEL)

    assert LABEL.encode() in (tmp_path / poster_name(640, kind)).read_bytes()


@pytest.mark.django_db
def test_transcoding_leaves_small_posters_in_the_newest_format_that_a_browser_reads(
    client: Client, files: Path, tmp_path: Path
):
    video = converted(make_film(tmp_path / "film.mp4", size="640x360"))

    assert video.poster_widths == [320, 640]
    assert names([320, 640]) <= {path.name for path in stream_of(video, files).iterdir()}
    found = small_poster(video, at=datetime.now(UTC))
    assert found is not None
    assert found.wide is None
    for accepts, kind in (
        ("image/avif,image/webp,image/apng,*/*;q=0.8", "avif"),
        ("image/webp,image/apng,image/*,*/*;q=0.8", "webp"),
        ("*/*", "jpeg"),
    ):
        answer = client.get(found.narrow, headers={"accept": accepts})
        assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{kind}")
        assert b"".join(answer.streaming_content) == (stream_of(video, files) / poster_name(640, kind)).read_bytes()
        assert "immutable" in answer["Cache-Control"]
        assert {"Accept", "Save-Data"} <= set(answer["Vary"].split(", "))


def test_a_phone_that_saves_data_gets_the_smallest_and_a_wide_screen_may_have_the_largest(
    client: Client, older: Video, files: Path, time_machine
):
    time_machine.move_to(AT)
    shrink_poster(older)
    older.refresh_from_db()
    found = small_poster(older, at=AT)
    assert found is not None and found.least.endswith("/poster-320")
    assert found is not None
    assert found.wide is not None

    small = client.get(found.narrow, headers={"save-data": "on"})
    large = client.get(found.wide)

    folder = files / "recordings" / "one"
    assert b"".join(small.streaming_content) == (folder / poster_name(320, "jpeg")).read_bytes()
    assert b"".join(large.streaming_content) == (folder / poster_name(960, "jpeg")).read_bytes()


def test_the_address_of_a_poster_stays_the_same_for_a_month_and_ends_after_two(
    client: Client, older: Video, time_machine
):
    shrink_poster(older)
    older.refresh_from_db()
    days = [address(older, AT + timedelta(days=day)) for day in range(62)]

    assert len(set(days)) in (3, 4)
    time_machine.move_to(AT + timedelta(days=29))
    assert client.get(days[0]).status_code == 200
    time_machine.move_to(AT + timedelta(days=61))
    assert client.get(days[0]).status_code == 403


def test_a_posters_address_opens_nothing_else_and_ends_with_a_takedown(client: Client, older: Video, time_machine):
    time_machine.move_to(AT)
    shrink_poster(older)
    older.refresh_from_db()
    found = address(older, AT)
    token = re.fullmatch(r"/files/p/(.+)/poster-640", found)
    assert token is not None

    assert client.get(found).status_code == 200
    assert client.get(f"/files/v/{token[1]}/master.m3u8").status_code == 403
    assert client.get(f"/files/p/{token[1]}/master.m3u8").status_code == 404
    assert client.get(f"/files/p/{token[1]}/poster-500").status_code == 404

    take_down(older, by=None, reason="内容有误", at=AT)

    assert client.get(found).status_code == 403


def test_older_recordings_get_theirs_once(older: Video, files: Path):
    gone = ready_video(OrgFactory(), poster="tests/none/poster.jpg")
    said = [StringIO() for _ in range(3)]

    call_command("make_small_posters", "--dry-run", stdout=said[0])
    assert not list(files.rglob("poster-*"))
    call_command("make_small_posters", stdout=said[1])
    call_command("make_small_posters", stdout=said[2])

    older.refresh_from_db()
    gone.refresh_from_db()
    assert (older.poster_widths, gone.poster_widths) == ([320, 640, 960], [])
    made = list(files.rglob("poster-*"))
    assert older.stream_size_bytes == 1000 + sum(path.stat().st_size for path in made)
    assert [text.getvalue().splitlines()[-1] for text in said] == [
        "2 posters would be made smaller.",
        "1 posters were made smaller.",
        "0 posters were made smaller.",
    ]
