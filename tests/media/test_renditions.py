"""What is made beside the pictures: level speech, a sharp poster, a storyboard, one file to keep; and its cost."""

import re
import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageFilter

from media.backends.transcode import poster
from media.domain.playing import sign
from media.models import Video
from tests.factories.learning import ready_video
from tests.factories.media import SAMPLES, ffmpeg, make_film
from tests.factories.people import OrgFactory
from tests.media.converting import converted, stream_of

pytestmark = pytest.mark.django_db
SPEECH = SAMPLES / "en-librispeech-1272-128104-0000.flac"


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by ffmpeg's meter of EBU R 128."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path)]
    done = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    summary = done.stderr[done.stderr.rindex("Summary") :]
    found = [re.search(rf"{name}:\s+(-?[\d.]+|-inf)", summary) for name in ("I", "Peak")]
    integrated, peak = (float(match[1]) for match in found if match)
    return integrated, peak


@pytest.mark.parametrize(
    "gain",
    [
        pytest.param(-18, id="quiet"),
        pytest.param(0, id="as it was", marks=pytest.mark.slow),
        pytest.param(14, id="loud", marks=pytest.mark.slow),
    ],
)
def test_speech_is_brought_to_one_loudness(tmp_path: Path, files: Path, gain: int):
    # Fourfold: the meter wants more than six seconds.
    level = f"aloop=loop=3:size=94000,volume={gain}dB,alimiter=limit=0.98:level=0"
    source = ffmpeg("-i", str(SPEECH), "-af", level, "-c:a", "pcm_s16le", path=tmp_path / "speech.wav")

    stream = stream_of(converted(source), files)

    integrated, peak = loudness(stream / "audio.m3u8")
    assert abs(integrated - -18) <= 2
    assert peak <= -1


def test_the_hum_of_an_empty_room_is_not_lifted(tmp_path: Path, files: Path):
    noise = "anoisesrc=r=44100:a=0.003:d=8:c=pink:seed=1"
    source = ffmpeg("-f", "lavfi", "-i", noise, "-c:a", "pcm_s16le", path=tmp_path / "room.wav")
    before, _peak = loudness(source)

    stream = stream_of(converted(source), files)

    after, _peak = loudness(stream / "audio.m3u8")
    assert before < -60
    assert after <= before + 6


def test_levelling_moves_nothing_in_time(tmp_path: Path, files: Path):
    # A beep of 0.2 s at the third second; the sound for recognition is not levelled and knows the moment too.
    beep = "sine=frequency=1000:duration=6,volume=enable='not(between(t,3,3.2))':volume=0"
    source = ffmpeg("-f", "lavfi", "-i", beep, "-c:a", "pcm_s16le", path=tmp_path / "beep.wav")

    video = converted(source)

    for path in (stream_of(video, files) / "audio.m3u8", files / str(video.recognition_audio)):
        found = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path), "-af", "silencedetect=n=-40dB:d=0.5",
             "-f", "null", "-"], capture_output=True, text=True, check=True,
        )  # fmt: skip
        [begins] = re.findall(r"silence_end: ([\d.]+) .*\n(?:.*\n)*?.*silence_start", found.stderr)[:1]
        assert abs(float(begins) - 3) < 0.06, path.name


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five seconds that begin black."""
    return make_film(
        tmp_path_factory.mktemp("films") / "film.mp4", "-vf", "drawbox=color=black:t=fill:enable='lt(t,2)'",
        size="640x360", seconds=25, rate=10,
    )  # fmt: skip


@pytest.fixture
def video(film: Path) -> Video:
    return converted(film, ai_generated=True)


def test_the_storyboard_names_a_picture_for_every_moment_and_the_poster_is_not_black(video: Video, files: Path):
    stream = stream_of(video, files)

    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", (stream / "storyboard.vtt").read_text())

    assert [(start, end) for start, end, *_rest in cues] == [
        ("00:00:00.000", "00:00:10.000"),
        ("00:00:10.000", "00:00:20.000"),
        ("00:00:20.000", "00:00:25.000"),
    ]
    assert [",".join(place) for _start, _end, _name, *place in cues] == ["0,0,160,90", "160,0,160,90", "320,0,160,90"]
    assert {name for _start, _end, name, *_place in cues} == {"storyboard-000.jpg"}
    with Image.open(stream / "storyboard-000.jpg") as sheet:
        assert sheet.size == (480, 90)
        assert b'"AIGC"' in sheet.info["comment"]
        parts = [sheet.crop((x, 0, x + 160, 90)).convert("L").getextrema()[1] for x in (0, 160)]
    assert parts[0] < 40, "it began black"
    assert parts[1] > 150
    with Image.open(stream / "poster.jpg") as still:
        assert still.size == (640, 360)
        assert still.convert("L").getextrema()[1] > 150, "taken where something can be seen"


def test_a_sharp_still_is_worth_more_than_a_blurred_and_both_more_than_a_dark_one(tmp_path: Path):
    noise = Image.effect_noise((320, 180), 60)
    stills = {
        "sharp": noise,
        "blurred": noise.filter(ImageFilter.GaussianBlur(4)),
        "dark": noise.point(lambda v: v // 12),
    }
    # A soft picture still has shapes in it.
    stills["blurred"] = Image.linear_gradient("L").resize((320, 180))
    for name, still in stills.items():
        still.save(tmp_path / f"{name}.png")

    order = sorted(stills, key=lambda name: poster.worth(tmp_path / f"{name}.png"))

    assert order == ["dark", "blurred", "sharp"]


def test_one_file_to_keep_holds_the_lowest_variant_as_it_was_encoded(video: Video, files: Path):
    stream = stream_of(video, files)
    kept, lowest = video.renditions.get(kind="file"), video.renditions.get(name="240p")
    path = stream / "offline.mp4"

    assert kept.size_bytes == path.stat().st_size
    assert kept.average_bits_per_second <= lowest.peak_bits_per_second <= 140_000
    assert kept.size_bytes < 1.02 * lowest.size_bytes
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "plays before it is whole"
    assert b'"AIGC"' in data
    with av.open(str(path)) as one, av.open(str(stream / "240p.m3u8")) as many:
        assert round(one.duration / av.time_base) == 25
        packets = [[bytes(packet) for packet in opened.demux(video=0) if packet.size] for opened in (one, many)]
    assert packets[0] == packets[1], "copied, not encoded again"


def test_every_size_is_known_before_anything_is_fetched(video: Video, files: Path, client: Client):
    addresses = sign(video, at=timezone.now())
    stream = stream_of(video, files)

    def written(*patterns: str) -> int:
        return sum(path.stat().st_size for pattern in patterns for path in stream.glob(pattern))

    assert addresses.sizes.least == written("240p-*", "240p.m3u8")
    assert addresses.sizes.most == written("360p-*", "360p.m3u8")
    assert addresses.sizes.audio == written("audio-*", "audio.m3u8")
    assert addresses.sizes.offline == written("offline.mp4")
    assert addresses.storyboard
    assert addresses.offline
    map_of = client.get(addresses.storyboard)
    kept = client.get(addresses.offline, headers={"range": "bytes=0-7"})
    assert map_of["Content-Type"] == "text/vtt; charset=utf-8"
    assert (kept.status_code, kept["Content-Type"]) == (206, "video/mp4")


def test_a_recording_from_before_has_no_storyboard_and_nothing_to_keep():
    addresses = sign(ready_video(OrgFactory()), at=timezone.now())

    assert (addresses.storyboard, addresses.offline, addresses.sizes.offline) == (None, None, None)
