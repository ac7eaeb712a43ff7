"""Playlists after ffmpeg's run: measured, joined, and named in a master playlist."""

import math
import re
import wave
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from media.backends.errors import ToolFailed
from media.backends.transcode.base import MASTER, MadeRendition
from media.backends.transcode.plan import SEGMENT_SECONDS, Rung

AUDIO = "audio"
_AAC = "mp4a.40.2"


@dataclass
class Segment:
    seconds: Decimal
    path: Path


def wav_samples(wav: Path) -> int:
    """How many samples a WAV file holds, by its size: a header written before the end may be wrong."""
    with wave.open(str(wav)) as opened:
        return opened.getnframes()


def read_segments(playlist: Path) -> list[Segment]:
    """The segments of a media playlist, in order."""
    lengths = re.findall(r"#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)", playlist.read_text())
    return [Segment(Decimal(seconds), playlist.with_name(name.strip())) for seconds, name in lengths]


def drop(stream: Path, name: str) -> None:
    """Take out a rendition that turned out empty."""
    for path in stream.glob(f"{name}[.-]*"):
        path.unlink()


def join_pairs(playlist: Path) -> None:
    """Make one segment out of each two after the first, so that sound too begins fast and then asks seldom.

    Fragments of one track may follow each other in one file, so joining is appending.
    """
    first, *later = read_segments(playlist)
    joined = [first]
    for number, segment in enumerate(later):
        if number % 2 == 0:
            joined.append(segment)
            continue
        with joined[-1].path.open("ab") as file:
            file.write(segment.path.read_bytes())
        segment.path.unlink()
        joined[-1].seconds += segment.seconds
    head = playlist.read_text().split("#EXTINF", 1)[0]
    head = re.sub(r"(#EXT-X-TARGETDURATION:)\d+", rf"\g<1>{max(math.ceil(s.seconds) for s in joined)}", head)
    body = "".join(f"#EXTINF:{segment.seconds},\n{segment.path.name}\n" for segment in joined)
    playlist.write_text(f"{head}{body}#EXT-X-ENDLIST\n")


def finish(stream: Path, rungs: list[Rung], *, with_sound: bool) -> list[MadeRendition]:
    """Measure what was written, and write the master playlist. Raises ToolFailed where something is not whole.

    The sound alone stays out of the master where there are pictures: players either drop it there or begin with
    it; "sound only" loads its playlist itself.
    """
    for name in [*(rung.name for rung in rungs), *([AUDIO] if with_sound else [])]:
        check_whole(stream / f"{name}.m3u8")
    made = [_measure(stream, rung.name, rung, with_sound=with_sound) for rung in rungs]
    if with_sound:
        join_pairs(stream / f"{AUDIO}.m3u8")
        made.append(_measure(stream, AUDIO, None, with_sound=True))
    offered = sorted((r for r in made if r.kind == "video" or not rungs), key=lambda r: r.peak_bits_per_second)
    (stream / MASTER).write_text(_master(offered))
    return made


def check_whole(playlist: Path) -> None:
    """Raises ToolFailed where a part was not written to its end.

    ffmpeg's HLS muxer passes over a segment for which the disk had no room, and ffmpeg then ends as if all were well.
    """
    segments = [segment.path for segment in read_segments(playlist)]
    cut = [path.name for path in (playlist.with_name(f"{playlist.stem}-init.mp4"), *segments) if not _is_whole(path)]
    if cut or "#EXT-X-ENDLIST" not in playlist.read_text():
        raise ToolFailed("disk_full", f"Not whole: {playlist.name} {' '.join(cut[:5])}", permanent=False)


def _is_whole(path: Path) -> bool:
    """Whether the file is a row of MP4 boxes that ends where the last of them does."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            length = int.from_bytes(file.read(4), "big")
            if length < 8:
                return False
            at += length
    return 0 < size == at


def _measure(stream: Path, name: str, rung: Rung | None, *, with_sound: bool) -> MadeRendition:
    playlist = stream / f"{name}.m3u8"
    segments = read_segments(playlist)
    sizes = [segment.path.stat().st_size for segment in segments]
    init = stream / f"{name}-init.mp4"
    codecs = [_avc_codec(init)] if rung else []
    # A last scrap of a tenth of a second says nothing about what a network must carry.
    weighed = [size * 8 / max(segment.seconds, Decimal(1)) for size, segment in zip(sizes, segments, strict=True)]
    return MadeRendition(
        kind="video" if rung else "audio",
        name=name,
        playlist=playlist.name,
        width=rung.width if rung else None,
        height=rung.height if rung else None,
        frame_rate=round(Decimal(rung.frame_rate.numerator) / rung.frame_rate.denominator, 3) if rung else None,
        codecs=",".join([*codecs, _AAC] if with_sound else codecs),
        peak_bits_per_second=math.ceil(max(weighed)),
        average_bits_per_second=math.ceil(sum(sizes) * 8 / max(sum(s.seconds for s in segments), Decimal(1))),
        size_bytes=sum(sizes) + init.stat().st_size + playlist.stat().st_size,
    )


def _avc_codec(init: Path) -> str:
    """The codec string that the initialisation segment declares: profile, constraints, level."""
    data = init.read_bytes()
    at = data.index(b"avcC") + 5
    return f"avc1.{data[at : at + 3].hex()}"


def _master(renditions: list[MadeRendition]) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for made in renditions:
        says = [f"BANDWIDTH={made.peak_bits_per_second}", f"AVERAGE-BANDWIDTH={made.average_bits_per_second}"]
        says.append(f'CODECS="{made.codecs}"')
        if made.kind == "video":
            says += [f"RESOLUTION={made.width}x{made.height}", f"FRAME-RATE={made.frame_rate}"]
        lines += [f"#EXT-X-STREAM-INF:{','.join(says)}", made.playlist]
    return "\n".join(lines) + "\n"


assert SEGMENT_SECONDS % 2 == 0  # noqa: S101  (pairs of two-second segments make one)
