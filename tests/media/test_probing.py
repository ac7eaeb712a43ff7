"""What is found in real files, good and bad, before anything is made of them."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.probe import Probe, probe
from tests.factories.media import SAMPLES, ffmpeg, make_film
from tests.media.hostile import hidden_playlist, remote_track


def found(path: Path) -> Probe:
    return probe(path, limits=limits())


def facts(probed: Probe) -> tuple[object, ...]:
    """Size as it is seen, stream of the picture, stream of the sound, streams of the subtitles."""
    picture, sound = probed.picture, probed.sound
    size = (picture.width, picture.height) if picture else None
    texts = tuple(text.index for text in probed.subtitles)
    return size, picture and picture.index, sound and sound.index, texts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bbb_176x144_128kbps_15fps_h263.3gp", ((176, 144), 0, None, ())),
        ("bbb_800x640_768kbps_30fps_vp9.mp4", ((1138, 640), 0, None, ())),
        ("bbb_mono_16kHz_23.05kbps_amrwb.3gp", (None, None, 0, ())),
        ("en-librispeech-1272-128104-0000.flac", (None, None, 0, ())),
        ("h265_with_metadata_track.mp4", ((1080, 1920), 2, 1, ())),
        ("hlg10-color-test.mp4", ((1920, 1080), 1, 0, ())),
        ("nasa_13013.mp4", ((480, 270), 3, 1, (2, 5))),
        ("no_duration.webm", ((1280, 720), 0, 1, ())),
        ("sample.avi", ((960, 400), 0, 1, ())),
        ("sample.flv", ((1080, 720), 0, 1, ())),
        ("sample_android_slow_motion.mp4", ((1280, 720), 0, None, ())),
        ("sample_audio_only.mp4", (None, None, 0, ())),
        ("sample_av1.mp4", ((1080, 720), 0, 1, ())),
        ("sample_empty_track.mp4", ((1080, 720), 0, 2, ())),
        ("sample_h264_mpeg_audio.ts", ((640, 426), 0, 1, ())),
        ("sample_mdat_too_long.mp4", ((1080, 720), 0, 1, ())),
        ("sample_missing_stsd.mp4", ((1080, 720), 0, None, ())),
        ("sample_portrait.mp4", ((720, 1080), 0, 1, ())),
        ("sample_shorter_audio.mp4", ((320, 240), 0, 1, ())),
        ("sample_video_only.mp4", ((1080, 720), 0, None, ())),
        ("sample_with_invalid_nalu.mp4", ((1080, 720), 0, None, ())),
        ("sample_with_srt.mkv", ((1080, 720), 0, 1, (2,))),
        ("silent-black-25s.mp4", ((320, 240), 0, 1, ())),
        ("zh-uberi-zaziji.flac", (None, None, 0, ())),
    ],
)
def test_the_streams_of_a_real_file_are_found(name: str, expected: tuple[object, ...]):
    assert facts(found(SAMPLES / name)) == expected


@pytest.mark.parametrize(
    ("name", "code"),
    [("sample_malformed_free_box.mp4", "incomplete"), ("streamio-empty.flv", "not_media")],
)
def test_a_damaged_file_is_refused_with_its_reason(name: str, code: str):
    with pytest.raises(ToolFailed) as refused:
        found(SAMPLES / name)

    assert (refused.value.code, refused.value.permanent) == (code, True)


def test_high_dynamic_range_is_known_by_its_curve():
    picture = found(SAMPLES / "hlg10-color-test.mp4").picture

    assert picture
    assert picture.hdr == "arib-std-b67"


def two_sounds(path: Path, first: str, second: str, *arguments: str) -> Path:
    return ffmpeg(
        "-f", "lavfi", "-i", first, "-f", "lavfi", "-i", second, "-map", "0", "-map", "1", *arguments, path=path
    )


SILENT, SPOKEN = "anullsrc=r=8000:cl=mono:d=2", "sine=frequency=300:sample_rate=8000:duration=2"


@pytest.mark.parametrize(
    ("first", "second", "default", "chosen"),
    [(SPOKEN, SPOKEN, 1, 1), (SPOKEN, SPOKEN, 0, 0), (SPOKEN, SILENT, 1, 0), (SILENT, SILENT, 1, 1)],
    ids=["the marked one", "the marked first", "the one with a voice", "the marked of two silent ones"],
)
def test_of_two_sounds_the_one_that_can_be_heard_is_taken(
    tmp_path: Path, first: str, second: str, default: int, chosen: int
):
    marks = [f"-disposition:a:{default}", "default", f"-disposition:a:{1 - default}", "0"]

    probed = found(two_sounds(tmp_path / "two.mkv", first, second, "-c:a", "flac", *marks))

    assert probed.sound
    assert probed.sound.index == chosen


def test_a_cover_is_no_picture(tmp_path: Path):
    cover = ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x320", "-frames:v", "1", path=tmp_path / "cover.jpg")
    sound = ["-f", "lavfi", "-i", "sine=duration=1", "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy"]

    probed = found(ffmpeg(*sound, "-disposition:v:0", "attached_pic", path=tmp_path / "song.m4a"))

    assert facts(probed) == (None, None, 0, ())


def test_five_hundred_streams_are_answered_within_the_limits(tmp_path: Path):
    one = ffmpeg(
        "-f", "lavfi", "-i", "sine=duration=0.2:sample_rate=8000", "-c:a", "pcm_s16le", path=tmp_path / "a.wav"
    )
    maps = [part for _ in range(500) for part in ("-map", "0:a")]

    probed = found(ffmpeg("-i", str(one), *maps, "-c", "copy", path=tmp_path / "many.mkv"))

    assert probed.sound
    assert probed.sound.index < 8


def test_a_codec_that_is_not_known_is_named_as_the_reason(tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", "-an", seconds=1)
    film.write_bytes(film.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"free"))

    with pytest.raises(ToolFailed) as refused:
        found(film)

    assert (refused.value.code, refused.value.permanent) == ("unknown_codec", True)


def test_dimensions_beyond_all_measure_are_refused(tmp_path: Path):
    film = make_film(tmp_path / "film.mp4", "-an", "-c:v", "mpeg4", seconds=1)
    data = bytearray(film.read_bytes())
    at = data.index(b"mp4v") + 28
    data[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    film.write_bytes(data)

    try:
        picture = found(film).picture
    except ToolFailed as refused:
        assert (refused.code, refused.permanent) == ("picture_too_large", True)
    else:
        assert picture
        assert (picture.width, picture.height) == (640, 480), "what was decoded counts"


@pytest.fixture
def canary() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine and who called there."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    calls.append("called")

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1], calls
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("kind", ["avi", "mov", "playlist", "concat", "dash"])
def test_a_file_that_names_others_calls_nobody(tmp_path: Path, monkeypatch, kind: str, canary: tuple[int, list[str]]):
    # The lists of formats and protocols must hold by themselves, on kernels too where a tool keeps its network.
    monkeypatch.setattr("media.backends.probe.guarded", lambda command, **_limits: command)
    port, calls = canary
    address = f"http://127.0.0.1:{port}/secret.ts"
    path = tmp_path / "clip.avi"
    if kind == "avi":
        film = make_film(tmp_path / "film.avi", "-c:v", "mpeg4", "-c:a", "mp3", seconds=1)
        path.write_bytes(hidden_playlist(film, address))
    elif kind == "mov":
        path.write_bytes(remote_track(make_film(tmp_path / "film.mov", seconds=1), address))
    elif kind == "playlist":
        path.write_text(f"#EXTM3U\n#EXTINF:1.0,\n{address}\n#EXT-X-ENDLIST\n")
    elif kind == "concat":
        path.write_text(f"ffconcat version 1.0\nfile {address}\n")
    else:
        path.write_text(
            f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{address}</BaseURL></MPD>'
        )

    try:
        probed = found(path)
    except ToolFailed as refused:
        assert refused.permanent
    else:
        assert kind in ("avi", "mov")
        assert probed.picture
    assert calls == []


@pytest.mark.parametrize(
    "name", ["concat:secret.ts|secret.ts", "subfile,,start,0,end,9,,:secret.ts", "crypto:secret.ts"]
)
def test_a_name_that_looks_like_a_protocol_is_a_name(tmp_path: Path, monkeypatch, name: str):
    monkeypatch.chdir(tmp_path)
    make_film(tmp_path / "secret.ts", seconds=1)
    (tmp_path / name).write_bytes(b"nothing that plays")

    with pytest.raises(ToolFailed) as refused:
        found(Path(name))

    assert refused.value.code == "not_media"
