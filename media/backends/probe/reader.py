"""Read a file with PyAV and print what is in it as JSON: reader.py FORMATS PROTOCOLS ADDRESS.

Run in a process of its own, because a hostile file may make any decoder eat memory or crash.
"""

import array
import json
import os
import sys
from collections import defaultdict
from typing import Any

import av
from av.stream import Disposition

# How many packets are read in search of the first frame of each stream.
PACKETS = 4000
# Of several pictures and sounds, so many are looked at: enough for every camera, too few to keep a machine busy.
MOST_PICTURES = 4
MOST_SOUNDS = 8
MOST_SUBTITLES = 4
# Of several sounds, so much of each is heard to find the one in which somebody speaks.
LISTEN_SECONDS = 30
# Below −50 dBFS nothing is said.
AUDIBLE = 0.00316
TEXT_SUBTITLES = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}
NOT_THE_LESSON = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
BESIDE = Disposition.comment | Disposition.visual_impaired | Disposition.hearing_impaired | Disposition.descriptions


class Heard:
    """What a sound stream holds, as far as it was listened to: its peak (1.0 is full scale) and its seconds."""

    def __init__(self) -> None:
        self.peak = 0.0
        self.seconds = 0.0
        self.starts_at: float | None = None
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)

    def listen(self, frame: Any) -> None:
        if self.starts_at is None:
            self.starts_at = frame.time
        for resampled in self._resampler.resample(frame):
            samples = array.array("h", bytes(resampled.planes[0])[: resampled.samples * 2])
            if samples:
                self.peak = max(self.peak, max(samples) / 32768, -min(samples) / 32768)
                self.seconds += len(samples) / 8000


def read(formats: str, protocols: str, address: str) -> dict[str, Any]:
    most_pixels = int(os.environ["READER_MAX_PIXELS"])
    options = {"format_whitelist": formats, "protocol_whitelist": protocols}
    try:
        container = av.open(address, options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        detail = f"{error} {av.logging.get_last_error()}"
        return {"error": "incomplete" if "moov atom not found" in detail else "not_media", "detail": detail}
    with container:
        pictures = [s for s in container.streams.video if s.codec_context and not s.disposition & NOT_THE_LESSON]
        pictures.sort(key=lambda s: (not s.disposition & Disposition.default, -s.width * s.height))
        sounds = [s for s in container.streams.audio if s.codec_context]
        sounds.sort(key=lambda s: (bool(s.disposition & BESIDE), not s.disposition & Disposition.default))
        pictures, sounds = pictures[:MOST_PICTURES], sounds[:MOST_SOUNDS]
        for stream in pictures:
            stream.codec_context.options = {"max_pixels": str(most_pixels)}
            if stream.width * stream.height > most_pixels:
                return {"error": "picture_too_large", "detail": f"{stream.width}x{stream.height}"}
        seen, heard = decode(container, pictures, sounds)
        picture = next((s for s in pictures if s.index in seen), None)
        audible = [s for s in sounds if s.index in heard and heard[s.index].peak > AUDIBLE]
        sound = next(iter(audible or [s for s in sounds if s.index in heard]), None)
        begins = (container.start_time or 0) / av.time_base
        return {
            "stated_seconds": container.duration / av.time_base if container.duration else None,
            "picture": describe(picture, seen[picture.index]) if picture else None,
            "sound": {"index": sound.index, "late": (heard[sound.index].starts_at or 0.0) - begins} if sound else None,
            "subtitles": subtitles(container),
            "unknown": [s.type for s in (*container.streams.video, *container.streams.audio) if not s.codec_context],
        }


def decode(container: Any, pictures: list[Any], sounds: list[Any]) -> tuple[dict[int, Any], dict[int, Heard]]:
    """The first frame of each picture, and what is heard of each sound, by stream index, where they can be decoded."""
    seen: dict[int, Any] = {}
    heard: dict[int, Heard] = defaultdict(Heard)
    enough = LISTEN_SECONDS if len(sounds) > 1 else 0
    open_streams = {stream.index: stream for stream in (*pictures, *sounds)}
    for stream in open_streams.values():
        stream.codec_context.thread_count = 1
    for count, packet in enumerate(container.demux(list(open_streams.values())) if open_streams else ()):
        stream = open_streams.get(packet.stream.index)
        if stream is not None:
            try:
                for frame in packet.decode():
                    if stream.type == "video":
                        seen.setdefault(stream.index, frame)
                    else:
                        heard[stream.index].listen(frame)
            except av.FFmpegError:
                continue
            if stream.index in seen or (stream.index in heard and heard[stream.index].seconds > enough):
                del open_streams[stream.index]
        if not open_streams or count > PACKETS:
            break
    return seen, dict(heard)


def describe(stream: Any, frame: Any) -> dict[str, Any]:
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    rate = stream.average_rate or stream.guessed_rate
    return {
        "index": stream.index,
        "width": frame.width,
        "height": frame.height,
        "pixels": frame.width * frame.height,
        "rotation": frame.rotation,
        "transfer": int(frame.color_trc or 0),
        "sample_aspect": [aspect.numerator, aspect.denominator] if aspect else [0, 1],
        "frame_rate": [rate.numerator, rate.denominator] if rate else None,
    }


def subtitles(container: Any) -> list[dict[str, Any]]:
    """The subtitles that are text, the ones to show first; those for signs and songs alone are left out."""
    streams = [s for s in container.streams.subtitles if not s.disposition & Disposition.forced]
    texts = [s for s in streams if s.codec_context and s.codec_context.name in TEXT_SUBTITLES]
    texts.sort(key=lambda s: not s.disposition & Disposition.default)
    return [
        {"index": s.index, "language": s.language or "", "is_subrip": s.codec_context.name in ("subrip", "srt")}
        for s in texts[:MOST_SUBTITLES]
    ]


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    print(json.dumps(read(*sys.argv[1:4])))  # noqa: T201  (this is its answer)
