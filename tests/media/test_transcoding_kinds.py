"""Every kind of recording that a trainer may have becomes the same plain lesson."""

import struct
from itertools import pairwise
from pathlib import Path

import av
import pytest

from media.enums import VideoStatus
from media.models import Transcript
from tests.factories.media import SAMPLES, ffmpeg, make_film
from tests.media.converting import converted, frame_times, stream_of
from tests.media.hostile import claimed_hours

pytestmark = pytest.mark.django_db


def first_frame(playlist: Path) -> av.VideoFrame:
    with av.open(str(playlist)) as opened:
        return next(opened.decode(video=0))


def luma(frame: av.VideoFrame, x: int, y: int) -> int:
    return bytes(frame.planes[0])[y * frame.planes[0].line_size + x]


@pytest.mark.parametrize(
    ("name", "seconds", "size", "sound"),
    [
        ("h265_with_metadata_track.mp4", 1, (1080, 1920), True),
        pytest.param("nasa_13013.mp4", 13, (480, 270), True, marks=pytest.mark.slow),
        pytest.param("no_duration.webm", 5, (1280, 720), True, marks=pytest.mark.slow),
        pytest.param("sample.avi", 4, (960, 400), True, marks=pytest.mark.slow),
        pytest.param("sample.flv", 1, (1080, 720), True, marks=pytest.mark.slow),
        ("sample_av1.mp4", 1, (1080, 720), True),
        pytest.param("sample_h264_mpeg_audio.ts", 1, (640, 426), True, marks=pytest.mark.slow),
        pytest.param("sample_empty_track.mp4", 1, (1080, 720), True, marks=pytest.mark.slow),
        pytest.param("sample_with_invalid_nalu.mp4", 1, (1080, 720), False, marks=pytest.mark.slow),
    ],
)
def test_a_real_file_becomes_a_lesson(name: str, seconds: int, size: tuple[int, int], sound: bool):
    video = converted(SAMPLES / name)

    assert video.status == VideoStatus.TRANSCODED, video.failure_detail
    assert (video.decoded_seconds, (video.width, video.height), video.has_sound) == (seconds, size, sound)
    assert "shorter_than_stated" not in video.notices


def test_high_dynamic_range_becomes_what_every_screen_shows(files: Path):
    video = converted(SAMPLES / "hlg10-color-test.mp4")

    for name in ("720p", "240p"):
        frame = first_frame(stream_of(video, files) / f"{name}.m3u8")
        assert frame.format.name == "yuv420p"
        assert (frame.color_primaries, frame.color_trc, frame.colorspace) == (1, 1, 1), "BT.709 throughout"
    frame = first_frame(stream_of(video, files) / "720p.m3u8")
    white, grey, black = (luma(frame, x, 575) for x in (207, 840, 1000))
    assert 200 < white <= 235, "white paper is white and not burnt out"
    assert 100 < grey < 150
    assert 16 <= black < 80


def test_of_the_other_kind_of_high_dynamic_range_reference_white_is_nearly_white(tmp_path: Path, files: Path):
    # 0.1, 26, 203 and 1000 cd/m² through the curve of SMPTE ST 2084.
    codes = [64 + round(876 * share) for share in (0.0623, 0.3752, 0.5806, 0.7518)]
    line = b"".join(struct.pack("<H", code) * 80 for code in codes)
    frame = line * 180 + struct.pack("<H", 512) * (320 * 180 // 2)
    film = tmp_path / "pq.mp4"
    tags = ["-color_trc", "smpte2084", "-color_primaries", "bt2020", "-colorspace", "bt2020nc"]
    raw = tmp_path / "raw.yuv"
    raw.write_bytes(frame * 5)
    given = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "320x180", "-r", "5", "-i", str(raw)]
    coder = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    ffmpeg(*given, *tags, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", coder, path=film)

    video = converted(film)

    frame = first_frame(stream_of(video, files) / "240p.m3u8")
    black, grey, white, light = (luma(frame, x, 90) for x in (40, 120, 200, 280))
    assert black < 32
    assert 90 < grey < 130
    assert 190 < white < 220
    assert white + 10 < light <= 240, "brighter than white is still told from white"


def test_mirrored_video_is_turned_as_its_matrix_says(tmp_path: Path, files: Path):
    half = "color=white:size=320x240:rate=10:duration=1,drawbox=x=0:w=160:h=240:color=black:t=fill"
    plain = ffmpeg("-f", "lavfi", "-i", half, "-c:v", "libx264", "-pix_fmt", "yuv420p", path=tmp_path / "plain.mp4")
    mirrored = ffmpeg("-display_hflip", "-i", str(plain), "-c", "copy", path=tmp_path / "mirrored.mp4")

    frame = first_frame(stream_of(converted(mirrored), files) / "240p.m3u8")

    assert (frame.width, frame.height) == (320, 240)
    assert luma(frame, 40, 120) > 200, "the black half lies right"
    assert luma(frame, 280, 120) < 50


def test_pixels_that_are_not_square_become_square(tmp_path: Path, files: Path):
    film = make_film(tmp_path / "film.mp4", "-vf", "setsar=16/15", size="720x576", seconds=1)

    video = converted(film)

    assert (video.width, video.height) == (768, 576)
    frame = first_frame(stream_of(video, files) / "480p.m3u8")
    assert (frame.width, frame.height) == (640, 480)


def test_interlaced_fields_are_woven_into_whole_pictures(tmp_path: Path, files: Path):
    # A bar that moves fast: in an interlaced frame its edge is a comb, every other line far from the one above.
    bar = "color=black:size=320x240:rate=50:duration=1[b];color=white:size=40x240:rate=50:duration=1[w]"
    moving = f"{bar};[b][w]overlay=x=mod(t*400\\,280)"
    film = ffmpeg(
        "-f", "lavfi", "-i", moving, "-vf", "tinterlace=mode=interleave_top,fieldorder=tff", "-c:v", "mpeg2video",
        "-flags", "+ilme+ildct", "-b:v", "4M", path=tmp_path / "camera.mpg",
    )  # fmt: skip

    def combs(path: Path) -> int:
        with av.open(str(path)) as opened:
            frame = list(opened.decode(video=0))[12]
        rows = [bytes(frame.planes[0])[y * frame.planes[0].line_size :][: frame.width] for y in range(100, 120)]
        return sum(abs(a - b) > 100 for above, below in pairwise(rows) for a, b in zip(above, below, strict=True))

    assert combs(film) > 100
    video = converted(film)
    assert combs(stream_of(video, files) / "240p.m3u8") < combs(film) // 10


def test_a_picture_that_changes_its_shape_on_the_way_keeps_sound_and_length(tmp_path: Path, files: Path):
    flat = make_film(tmp_path / "flat.ts", size="640x360", seconds=3)
    tall = make_film(tmp_path / "tall.ts", "-output_ts_offset", "3", size="360x640", seconds=3)
    whole = tmp_path / "whole.ts"
    whole.write_bytes(flat.read_bytes() + tall.read_bytes())

    video = converted(whole)

    assert (video.status, video.decoded_seconds) == (VideoStatus.TRANSCODED, 6)
    steps = {round(b - a, 2) for a, b in pairwise(frame_times(stream_of(video, files) / "360p.m3u8"))}
    assert steps == {0.04}
    with av.open(str(stream_of(video, files) / "360p.m3u8")) as opened:
        last = list(opened.decode(video=0))[-1]
    assert (last.width, last.height) == (640, 360)
    assert luma(last, 20, 180) < 20, "bars beside the upright picture"


def test_headers_that_claim_days_do_not_lengthen_a_second(tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", "-movflags", "frag_keyframe+empty_moov", seconds=1)
    film.write_bytes(claimed_hours(film, 39))
    with av.open(str(film)) as opened:
        assert opened.duration == 39 * 3600 * av.time_base

    video = converted(film)

    assert (video.status, video.decoded_seconds) == (VideoStatus.TRANSCODED, 1)
    assert "shorter_than_stated" in video.notices


def test_more_in_the_picture_than_the_server_may_work_on_is_refused(settings, tmp_path: Path):
    settings.MEDIA_MAX_GIGAPIXELS = 0

    video = converted(make_film(tmp_path / "film.mp4", seconds=1))

    assert (video.failure_code, video.failure_permanent) == ("too_much", True)


SECRETS = [b"39.9042", b"116.4074", b"SecretPhone", b"Wang Wu", b"secret comment", b"2021-03-04", b"secret title"]
HARMLESS = {
    *("major_brand", "minor_version", "compatible_brands", "variant_bitrate"),
    *("language", "handler_name", "vendor_id", "encoder"),
}
TOLD = {
    "location": "+39.9042+116.4074/",
    "make": "SecretPhone",
    "model": "SecretPhone 9",
    "artist": "Wang Wu",
    "author": "Wang Wu",
    "comment": "secret comment",
    "title": "secret title",
    "creation_time": "2021-03-04T05:06:07Z",
    "com.apple.quicktime.location.ISO6709": "+39.9042+116.4074/",
}


@pytest.mark.parametrize(
    "suffix", [pytest.param("mp4", marks=pytest.mark.slow), "mov", pytest.param("mkv", marks=pytest.mark.slow)]
)
def test_nothing_about_place_device_or_owner_leaves(tmp_path: Path, files: Path, suffix: str):
    texts = tmp_path / "texts.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:01,000\n你好\n")
    facts = [part for name, fact in TOLD.items() for part in ("-metadata", f"{name}={fact}")]
    for stream in ("v:0", "a:0", "s:0"):
        facts += [f"-metadata:s:{stream}", "title=secret title", f"-metadata:s:{stream}", "handler_name=Wang Wu"]
    film = make_film(tmp_path / "plain.mp4", seconds=1)
    told = ffmpeg(
        "-i", str(film), "-i", str(texts), "-map", "0", "-map", "1", "-c", "copy",
        "-c:s", "srt" if suffix == "mkv" else "mov_text", *facts,
        *(["-movflags", "use_metadata_tags"] if suffix != "mkv" else []), path=tmp_path / f"told.{suffix}",
    )  # fmt: skip
    assert sum(secret in told.read_bytes() for secret in SECRETS) >= 5

    video = converted(told)

    served = {path.name: path.read_bytes() for path in files.rglob("*") if path.is_file() and path.name != "source"}
    assert served.keys() > {"offline.mp4", "poster.jpg", "storyboard.vtt", "240p-init.mp4", "audio-init.mp4"}
    for name, data in served.items():
        assert [secret for secret in SECRETS if secret in data] == [], name
    for name in ("offline.mp4", "480p.m3u8", "audio.m3u8"):
        with av.open(str(stream_of(video, files) / name)) as opened:
            said = [opened.metadata, *(stream.metadata for stream in opened.streams)]
        assert {key for metadata in said for key in metadata} <= HARMLESS, name
    assert Transcript.objects.get(video=video).cues.get().text == "你好"


def test_old_chinese_subtitles_are_read_and_damage_in_them_stops_nothing(tmp_path: Path):
    texts = tmp_path / "texts.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:01,000\n乡亲们好\n")
    picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=1", "-i", str(texts)]
    film = ffmpeg(*picture, "-c:s", "srt", path=tmp_path / "film.mkv")
    utf_8, gb_18030 = "乡亲们好".encode(), "乡亲们好".encode("gb18030")
    assert utf_8 in film.read_bytes()
    film.write_bytes(film.read_bytes().replace(utf_8, gb_18030.ljust(len(utf_8))))

    video = converted(film)

    assert video.status == VideoStatus.TRANSCODED, video.failure_detail
    draft = video.transcripts.get()
    assert (draft.language, draft.cues.get().text) == ("zh", "乡亲们好")


def test_subtitles_inside_the_file_become_a_draft_for_the_reviewer(files: Path):
    video = converted(SAMPLES / "nasa_13013.mp4", language="en")

    [draft] = video.transcripts.all()
    assert (draft.language, draft.source, draft.state) == ("en", "embedded", "draft")
    cues = list(draft.cues.values_list("start_ms", "end_ms", "text"))
    assert [start for start, _end, _text in cues] == [210, 4260, 8350, 12470]
    assert cues[0][2] == "NAR: This is the optical and science segment of the Webb"
    assert cues[-1][1] == 13056, "cut at the end of the film"
    assert video.caption_state == "draft"
    assert video.caption_tracks.count() == 0
