"""Read a file with PyAV and print what is in it as JSON: reader.py FORMATS PROTOCOLS ADDRESS.

Run in a process of its own, because a hostile file may make any decoder eat memory or crash.
"""

import json
import os
import sys
from typing import Any

import av
from av.stream import Disposition

# How many packets are read in search of the first frame of each stream.
PACKETS = 4000


def first_frames(container: Any, streams: list[Any]) -> dict[int, Any]:
    """The first frame that can be decoded of each stream, by stream index."""
    frames: dict[int, Any] = {}
    if not streams:
        return frames
    for count, packet in enumerate(container.demux(streams)):
        index = packet.stream.index
        if index not in frames:
            try:
                frames.update((index, frame) for frame in packet.decode()[:1])
            except av.FFmpegError:
                continue
        if len(frames) == len(streams) or count > PACKETS:
            break
    return frames


def read(formats: str, protocols: str, address: str) -> dict[str, Any]:
    options = {"format_whitelist": formats, "protocol_whitelist": protocols}
    try:
        container = av.open(address, options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        detail = f"{error} {av.logging.get_last_error()}"
        return {"error": "incomplete" if "moov atom not found" in detail else "not_media", "detail": detail}
    with container:
        pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        sounds = sorted(container.streams.audio, key=lambda s: not s.disposition & Disposition.default)
        candidates: list[Any] = [s for s in (*pictures, *sounds) if s.codec_context is not None]
        for stream in candidates:
            stream.codec_context.thread_count = 1
            if stream.type == "video":
                stream.codec_context.options = {"max_pixels": os.environ["READER_MAX_PIXELS"]}
                if stream.width * stream.height > int(os.environ["READER_MAX_PIXELS"]):
                    return {"error": "picture_too_large", "detail": f"{stream.width}x{stream.height}"}
        frames = first_frames(container, candidates)
        picture = next((s for s in pictures if s.index in frames), None)
        sound = next((s for s in sounds if s.index in frames), None)
        return {
            "stated_seconds": container.duration / av.time_base if container.duration else None,
            "picture": describe(picture, frames[picture.index]) if picture else None,
            "sound": {"index": sound.index} if sound else None,
        }


def describe(stream: Any, frame: Any) -> dict[str, Any]:
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    rate = stream.average_rate or stream.guessed_rate
    return {
        "index": stream.index,
        "width": frame.width,
        "height": frame.height,
        "pixels": frame.width * frame.height,
        "rotation": frame.rotation,
        "sample_aspect": [aspect.numerator, aspect.denominator] if aspect else [0, 1],
        "frame_rate": [rate.numerator, rate.denominator] if rate else None,
    }


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    print(json.dumps(read(*sys.argv[1:4])))  # noqa: T201  (this is its answer)
