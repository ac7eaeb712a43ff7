"""Transcoding with the real ffmpeg: what comes out of good files, and what is said about bad ones."""

import re
import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from PIL import Image

from media.backends import stopping
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.probe import Picture, probe
from media.backends.stopping import StopAsked
from media.backends.transcode.ffmpeg import FfmpegTranscoder
from media.backends.transcode.hls import read_segments
from media.backends.transcode.plan import frame_rate_of, rungs_of
from media.backends.transcode.running import failure
from media.domain.staging import retry_by_hand
from media.domain.transcoding import transcode
from media.enums import VideoStatus
from tests.factories.media import RECEIVED_AT, SAMPLES, ffmpeg, make_film, received_video
from tests.media.converting import converted, frame_times, left_over, stream_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen seconds, 854×480, with the place and the telephone in its metadata."""
    path = tmp_path_factory.mktemp("films") / '春 耕\'s "one".mp4'
    told = ["location=+39.9042+116.4074/", "title=secret title", "make=SecretPhone", "com.android.model=SecretPhone"]
    metadata = [part for fact in told for part in ("-metadata", fact)]
    return make_film(path, *metadata, "-movflags", "use_metadata_tags", size="854x480", seconds=13)


@pytest.mark.slow
def test_a_film_becomes_a_ladder_with_sound_poster_and_speech(film: Path, files: Path):
    assert b"39.9042" in film.read_bytes()

    video = converted(film, ai_generated=True)

    stream = stream_of(video, files)
    assert video.status == VideoStatus.TRANSCODED
    assert video.decoded_seconds == 13
    assert [r.name for r in video.renditions.filter(kind="video")] == ["480p", "360p", "240p"]
    assert [r.name for r in video.renditions.filter(kind="audio")] == ["audio"]
    lowest = video.renditions.get(name="240p")
    assert lowest.peak_bits_per_second <= 140_000
    assert 32_000 <= video.renditions.get(name="audio").average_bits_per_second <= 48_000
    for name in ("480p", "360p", "240p"):
        lengths = [float(segment.seconds) for segment in read_segments(stream / f"{name}.m3u8")]
        assert lengths[0] <= 2
        assert all(4 <= length <= 6 for length in lengths[1:-1])
        assert abs(sum(lengths) - 13) < 0.2
        assert abs(frame_times(stream / f"{name}.m3u8")[-1] - 13) < 0.3
    assert float(read_segments(stream / "audio.m3u8")[0].seconds) <= 2.05
    master = (stream / "master.m3u8").read_text()
    assert re.findall(r"^\w+\.m3u8$", master, re.M) == ["240p.m3u8", "360p.m3u8", "480p.m3u8"]
    with Image.open(stream / "poster.jpg") as poster:
        assert poster.size == (854, 480)
    with av.open(str(files / video.recognition_audio.name)) as speech:
        assert (speech.streams.audio[0].rate, speech.streams.audio[0].channels) == (16_000, 1)
    for path in left_over(files):
        assert b"39.9042" not in path.read_bytes(), path
        assert b"SecretPhone" not in path.read_bytes(), path
        assert b"secret title" not in path.read_bytes(), path
    assert b'"AIGC"' in (stream / "480p-init.mp4").read_bytes(), "generated content says so in its metadata"
    assert b'"AIGC"' in (stream / "audio-init.mp4").read_bytes()
    assert b'"AIGC"' in (stream / "poster.jpg").read_bytes()
    assert not list((files / ".work").iterdir())


def test_key_frames_of_all_variants_stand_at_the_same_moments(film: Path, files: Path):
    video = converted(film)

    starts = []
    for name in ("480p", "360p", "240p"):
        with av.open(str(stream_of(video, files) / f"{name}.m3u8")) as opened:
            starts.append([round(float(frame.time), 2) for frame in opened.decode(video=0) if frame.key_frame])
    # AAC begins 0.02 s before its first sample, and every variant waits for it alike.
    assert starts == [[0.02, 2.02, 6.02, 10.02]] * 3


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("streamio-broken.mp4", "incomplete"),
        ("streamio-empty.flv", "not_media"),
        ("invalid-bitstream.webm", "nothing_playable"),
        ("-video-with-dash-.mp4", "nothing_playable"),
        ("SOURCES.md", "not_media"),
    ],
)
def test_a_file_that_cannot_be_used_fails_for_good_with_its_reason(files: Path, name: str, code: str):
    video = converted(SAMPLES / name)

    assert (video.status, video.failure_code, video.failure_permanent) == (VideoStatus.FAILED, code, True)
    assert video.next_attempt_at is None
    assert not left_over(files)


@pytest.mark.parametrize("name", ["sample_audio_only.mp4", "bbb_mono_16kHz_23.05kbps_amrwb.3gp"])
def test_a_recording_without_picture_plays_as_sound_with_a_drawn_poster(files: Path, name: str):
    video = converted(SAMPLES / name)

    assert (video.status, video.has_picture, video.has_sound) == (VideoStatus.TRANSCODED, False, True)
    assert [r.name for r in video.renditions.all()] == ["audio", "offline"]
    assert "audio.m3u8" in (stream_of(video, files) / "master.m3u8").read_text()
    assert (stream_of(video, files) / "poster.jpg").exists()
    assert "no_picture" in video.notices


def test_a_recording_without_sound_plays_without_and_below_the_ladder_is_not_enlarged():
    video = converted(SAMPLES / "bbb_176x144_128kbps_15fps_h263.3gp")

    only = video.renditions.get(kind="video")
    assert (video.has_sound, video.recognition_audio.name, video.notices) == (False, "", ["no_sound"])
    assert (only.name, only.width, only.height) == ("240p", 176, 144)


def test_uneven_frames_become_a_constant_rate(files: Path):
    video = converted(SAMPLES / "sample_android_slow_motion.mp4")

    rate = video.renditions.get(name="720p").frame_rate
    times = frame_times(stream_of(video, files) / "720p.m3u8")
    steps = {round((b - a) * float(rate), 2) for a, b in pairwise(times)}
    assert rate
    assert rate <= 30
    assert steps == {1.0}


def test_a_rotated_film_stands_upright(tmp_path: Path, files: Path):
    flat = make_film(tmp_path / "flat.mp4", size="640x360", seconds=1)
    rotated = ffmpeg("-display_rotation", "90", "-i", str(flat), "-c", "copy", path=tmp_path / "rotated.mp4")

    video = converted(rotated)

    assert (video.width, video.height) == (360, 640)
    with av.open(str(stream_of(video, files) / "360p.m3u8")) as opened:
        frame = next(opened.decode(video=0))
    assert (frame.width, frame.height, frame.rotation) == (360, 640, 0)


def test_a_header_that_lies_about_the_length_is_not_believed(tmp_path: Path):
    film = make_film(tmp_path / "film.mkv", seconds=2)
    data = bytearray(film.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", 39 * 3600 * 1000)
    film.write_bytes(data)
    assert probe(film, limits=limits()).stated_seconds == 39 * 3600

    video = converted(film)

    assert video.decoded_seconds == 2
    assert "shorter_than_stated" in video.notices


def test_a_truncated_film_keeps_what_can_be_read_and_says_so(tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", "-movflags", "+faststart", seconds=8)
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])

    video = converted(film)

    assert video.status == VideoStatus.TRANSCODED
    assert 1 <= video.decoded_seconds <= 6
    assert "shorter_than_stated" in video.notices


def test_sound_that_goes_on_after_the_picture_is_counted_and_can_be_heard(tmp_path: Path, files: Path):
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=3", "-f", "lavfi", "-i", "sine=duration=7"]
    video = converted(ffmpeg(*inputs, path=tmp_path / "longer.mp4"))

    assert video.decoded_seconds == 7
    with av.open(str(stream_of(video, files) / "240p.m3u8")) as opened:
        heard = [float(frame.time) for frame in opened.decode(audio=0)]
    assert heard[-1] > 6.5


@pytest.mark.slow
def test_a_film_of_three_hours_passes(tmp_path: Path):
    """A small picture; what three hours of sound cost is measured in tests/bench/media_pipeline.py."""
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x36:rate=1:duration=10800"]
    video = converted(ffmpeg(*picture, "-c:v", "libx264", "-preset", "ultrafast", path=tmp_path / "long.mp4"))

    assert (video.decoded_seconds, video.failure_code) == (10_800, "")


@pytest.mark.slow
def test_a_longer_film_than_allowed_is_stopped(settings, tmp_path: Path, files: Path):
    settings.MEDIA_MAX_SECONDS = 1

    video = converted(make_film(tmp_path / "film.mp4", seconds=20, size="1280x720"))

    assert (video.failure_code, video.failure_permanent) == ("too_long", True)
    assert not left_over(files)


def test_a_picture_with_too_many_pixels_is_refused(settings, tmp_path: Path):
    settings.MEDIA_MAX_PIXELS = 10_000

    video = converted(make_film(tmp_path / "film.mp4", seconds=1))

    assert video.failure_code == "picture_too_large"


def test_a_playlist_that_names_other_files_is_not_opened(tmp_path: Path):
    secret = make_film(tmp_path / "secret.ts", seconds=1)
    playlist = tmp_path / "clip.avi"
    playlist.write_text(f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\nfile://{secret}\n#EXT-X-ENDLIST\n")

    video = converted(playlist)

    assert video.failure_code == "not_media"


@pytest.mark.parametrize(
    "full",
    [
        pytest.param("recognition.wav", marks=pytest.mark.slow),
        "stream/240p-00000.m4s",
        pytest.param("stream/poster.jpg", marks=pytest.mark.slow),
        pytest.param("stream/storyboard-000.jpg", marks=pytest.mark.slow),
        pytest.param("stream/offline.mp4", marks=pytest.mark.slow),
    ],
)
def test_a_full_disk_is_a_failure_that_passes_and_leaves_nothing(monkeypatch, tmp_path: Path, files: Path, full: str):
    original = FfmpegTranscoder.transcode

    def onto_a_full_disk(self, source, folder, **given):
        (folder / "stream").mkdir()
        (folder / full).symlink_to("/dev/full")
        return original(self, source, folder, **given)

    monkeypatch.setattr(FfmpegTranscoder, "transcode", onto_a_full_disk)

    video = converted(make_film(tmp_path / "film.mp4", size="320x240", seconds=2))

    assert (video.status, video.failure_code, video.failure_permanent) == (VideoStatus.FAILED, "disk_full", False)
    assert video.next_attempt_at
    assert not left_over(files)
    monkeypatch.undo()
    assert retry_by_hand(video, at=RECEIVED_AT)
    transcode(video.pk)
    video.refresh_from_db()
    assert (video.status, video.failure_code) == (VideoStatus.TRANSCODED, "")


def test_a_source_that_is_gone_fails_for_good(files: Path):
    video = received_video(SAMPLES / "sample_audio_only.mp4")
    (files / video.source.name).unlink()

    transcode(video.pk)

    video.refresh_from_db()
    assert (video.failure_code, video.failure_permanent) == ("source_missing", True)


def test_a_worker_asked_to_stop_gives_the_recording_back(tmp_path: Path, files: Path):
    video = received_video(make_film(tmp_path / "film.mp4", seconds=2))
    stopping.ask()

    with pytest.raises(StopAsked):
        transcode(video.pk)

    video.refresh_from_db()
    assert (video.status, video.attempts, video.claim_token) == (VideoStatus.RECEIVED, 0, "")
    assert not left_over(files)


def test_a_recording_is_converted_by_one_worker_only():
    video = received_video(SAMPLES / "sample_audio_only.mp4")

    assert transcode(video.pk)
    assert not transcode(video.pk)


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((1920, 1080), ["720p", "480p", "360p", "240p"]),
        ((1080, 1920), ["720p", "480p", "360p", "240p"]),
        ((854, 480), ["480p", "360p", "240p"]),
        ((640, 360), ["360p", "240p"]),
        ((320, 240), ["240p"]),
        ((176, 144), ["240p"]),
    ],
)
def test_the_ladder_never_rises_above_the_source(size: tuple[int, int], names: list[str]):
    rungs = rungs_of(Picture(0, *size, Fraction(30)))

    assert [rung.name for rung in rungs] == names
    assert all(min(rung.width, rung.height) <= min(size) for rung in rungs)
    assert all(rung.width % 2 == rung.height % 2 == 0 for rung in rungs)


def test_the_ladder_ends_where_the_operator_says():
    assert [rung.name for rung in rungs_of(Picture(0, 1920, 1080, Fraction(30)), highest=360)] == ["360p", "240p"]


@pytest.mark.parametrize(
    ("rate", "constant"),
    [(None, 30), (1000, 30), (60, 30), (50, 25), (Fraction(30000, 1001), 30), (24, 24), (Fraction(15, 2), 8), (1, 5)],
)
def test_frame_rates_become_constant_and_at_most_thirty(rate, constant: int):
    assert frame_rate_of(Picture(0, 640, 480, Fraction(rate) if rate else None)) == constant


def test_what_ffmpeg_says_decides_whether_trying_again_helps():
    assert failure(1, "Error writing: No space left on device").code == "disk_full"
    assert failure(-9, "").permanent is False
    assert failure(-11, "").permanent is True
    assert isinstance(failure(1, "Invalid data"), ToolFailed)
