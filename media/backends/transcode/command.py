"""ffmpeg's command line: one input, one graph for the picture and one for the sound, every output."""

import json
from functools import lru_cache
from pathlib import Path
from subprocess import run
from typing import Any

import ffmpeg
import imageio_ffmpeg

from media.backends.limits import Limits
from media.backends.probe import FORMATS, PROTOCOLS, Picture, Probe, Sound
from media.backends.transcode.base import RECOGNITION_AUDIO, Label, Span
from media.backends.transcode.plan import (
    AUDIO_ONLY_KBITS,
    FIRST_SEGMENT_SECONDS,
    POSTER_CANDIDATES,
    POSTER_STEP_SECONDS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    THUMBNAIL_PIXELS,
    THUMBNAIL_STEP_SECONDS,
    Rung,
)

# Key frames at 0, 2, 6, 10 … seconds in every variant; ffmpeg then cuts at each of them.
_KEY_FRAMES = (
    f"expr:if(lt(n_forced,2),gte(t,n_forced*{FIRST_SEGMENT_SECONDS}),"
    f"gte(t,{FIRST_SEGMENT_SECONDS}+(n_forced-1)*{SEGMENT_SECONDS}))"
)
# Nothing of what the file says about place, device and owner goes along, for the whole and for each stream.
_CLEAN: dict[str, Any] = {"map_metadata": -1, "map_metadata:s": -1, "map_chapters": -1, "fflags": "+bitexact"}
_HLS: dict[str, Any] = {
    "f": "hls",
    "hls_playlist_type": "vod",
    "hls_segment_type": "fmp4",
    "hls_flags": "independent_segments",
    **_CLEAN,
}
# Speech at −18 LUFS, in one pass. What lies under −50 dBFS is no speech and is not lifted, and nothing by more than
# 30 dB; peaks are held low enough for AAC to stay under −1 dBTP.
_LEVELLED: list[tuple[str, dict[str, Any]]] = [
    (
        "dynaudnorm",
        {"framelen": 400, "gausssize": 11, "peak": 0.95, "targetrms": 0.12, "maxgain": 20, "threshold": 0.003},
    ),
    ("volume", {"volume": "4.5dB"}),
    ("alimiter", {"limit": 0.6, "level": 0, "attack": 5, "release": 80}),
]
# From scene light, with reference white at 203 cd/m² (ITU-R BT.2408), to what any screen shows.
_TONE_MAPPED: list[tuple[str, dict[str, Any]]] = [
    ("zscale", {"pin": "bt2020", "min": "bt2020nc", "transfer": "linear", "npl": 203}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"primaries": "bt709"}),
    ("tonemap", {"tonemap": "mobius", "param": 0.3, "desat": 0, "peak": 5}),
    ("zscale", {"transfer": "bt709", "matrix": "bt709", "range": "tv"}),
]
_SOUND_FILTERS = ("aresample", "aformat", "asplit", *(name for name, _given in _LEVELLED))
# A subtitle track larger than any film has is not kept whole.
_MOST_SUBTITLE_BYTES = 2 << 20


def comment(label: Label | None) -> str:
    """The hidden label of generated content, in the form of GB 45438-2025; empty for everything else."""
    if label is None:
        return ""
    fields = {"Label": "1", "ContentProducer": label.producer, "ProduceID": label.content_number}
    return json.dumps({"AIGC": fields}, ensure_ascii=False, separators=(",", ":"))


def arguments(
    source: Path,
    folder: Path,
    found: Probe,
    rungs: list[Rung],
    *,
    label: Label | None,
    limits: Limits,
    span: Span | None = None,
) -> list[str]:
    """The command line that makes everything from one decoding of the source."""
    opened = ffmpeg.input(
        f"file:{source}",
        protocol_whitelist=PROTOCOLS,
        format_whitelist=FORMATS,
        max_pixels=limits.pixels,
        threads=limits.threads,
        # Before the input both are exact: what lies between the key frame and the cut is decoded and dropped.
        **({"ss": f"{span.start_ms}ms", "t": f"{span.end_ms - span.start_ms}ms"} if span else {}),
    )
    stream = folder / "stream"
    common = {**_HLS, **_labelled(label)}
    outputs, sounds = [], []
    if found.sound:
        plain, *sounds = _sounds(opened, found.sound, len(rungs) + 1)
        speech = {"ar": 16_000, "c:a": "pcm_s16le", "f": "wav", **_CLEAN}
        outputs.append(ffmpeg.output(plain, str(folder / RECOGNITION_AUDIO), **speech))
        outputs.append(
            ffmpeg.output(
                sounds.pop(),
                str(stream / "audio.m3u8"),
                **common,
                **{"c:a": "aac", "b:a": f"{AUDIO_ONLY_KBITS}k", "hls_time": FIRST_SEGMENT_SECONDS},
                hls_fmp4_init_filename="audio-init.mp4",
                hls_segment_filename=str(stream / "audio-%05d.m4s"),
            )
        )
    if found.picture and rungs:
        *pictures, stills, thumbnails = _pictures(opened, found.picture, rungs)
        outputs.append(_ladder(stream, pictures, sounds, rungs, common, limits.threads))
        step = min(max((found.stated_seconds or 0) / POSTER_CANDIDATES, 0.5), POSTER_STEP_SECONDS)
        outputs.append(_every(step, stills, folder / "poster-%06d.jpg", quality=3, most=POSTER_CANDIDATES))
        small = thumbnails.filter(
            "scale", THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, force_original_aspect_ratio="decrease", flags="area"
        )
        outputs.append(_every(THUMBNAIL_STEP_SECONDS, small, folder / "thumbnail-%06d.jpg", quality=6))
    for text in found.subtitles:
        form = {"c:s": "copy", "f": "srt"} if text.is_subrip else {"c:s": "webvtt", "f": "webvtt"}
        written = {**form, "fs": _MOST_SUBTITLE_BYTES, **_CLEAN}
        outputs.append(ffmpeg.output(opened[str(text.index)], str(folder / f"embedded-{text.index}"), **written))
    return _compiled(*outputs, threads=limits.threads)


def copy_arguments(playlist: Path, target: Path, *, label: Label | None, threads: int) -> list[str]:
    """The command line that puts what was encoded into one file, its table of contents first."""
    opened = ffmpeg.input(f"file:{playlist}", protocol_whitelist=PROTOCOLS, allowed_extensions="m3u8,m4s,mp4")
    written = {"c": "copy", "f": "mp4", "movflags": "+faststart", **_CLEAN, **_labelled(label)}
    return _compiled(ffmpeg.output(opened, str(target), **written), threads=threads)


def _labelled(label: Label | None) -> dict[str, Any]:
    return {"metadata": f"comment={comment(label)}"} if label else {}


def _compiled(*outputs: Any, threads: int) -> list[str]:
    flags = ["-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-progress", "pipe:1"]
    # Damage in one stream does not stop the others; whether anything was decoded is seen afterwards.
    flags += ["-max_error_rate", "1", "-filter_complex_threads", str(threads)]
    graph = ffmpeg.merge_outputs(*outputs).global_args(*flags)
    return _graphs_apart(ffmpeg.compile(graph, cmd=imageio_ffmpeg.get_ffmpeg_exe(), overwrite_output=True))


def _graphs_apart(command: list[str]) -> list[str]:
    """Sound and picture in graphs of their own.

    ffmpeg sets a graph up anew when the size of the picture changes on the way, as in recordings of a screen; the
    sound must not lose what it holds by that.
    """
    if "-filter_complex" not in command:
        return command
    at = command.index("-filter_complex")
    chains = command[at + 1].split(";")
    sound = [chain for chain in chains if chain.partition("]")[2].startswith(_SOUND_FILTERS)]
    picture = [chain for chain in chains if chain not in sound]
    graphs = [part for chains in (sound, picture) if chains for part in ("-filter_complex", ";".join(chains))]
    return [*command[:at], *graphs, *command[at + 2 :]]


def _sounds(opened: Any, found: Sound, levelled: int) -> list[Any]:
    """The sound as it was, for recognition, and so many times levelled for listening."""
    # Without gaps from the first moment of the film. Filling the start is left out where there is nothing to fill:
    # where the sound changes its form on the way, this begins anew, and would fill in all that went before.
    start = {"first_pts": 0} if found.begins_late else {}
    sound = opened[str(found.index)].filter("aresample", **{"async": 1}, **start)
    sound = sound.filter("aformat", sample_rates=SAMPLE_RATE, channel_layouts="mono").filter_multi_output("asplit", 2)
    level = sound[1]
    for name, given in _LEVELLED:
        level = level.filter(name, **given)
    level = level.filter_multi_output("asplit", levelled)
    return [sound[0], *(level[number] for number in range(levelled))]


def _pictures(opened: Any, picture: Picture, rungs: list[Rung]) -> list[Any]:
    """The picture for each rung, then twice in the size of the highest for stills."""
    top = rungs[0]
    chain = (
        opened[str(picture.index)]
        .filter("bwdif", mode="send_frame", deint="interlaced")
        .filter("fps", fps=top.frame_rate)
        .filter("scale", **_fitted(top.width, top.height), out_range="tv", flags="bicubic")
    )
    if picture.hdr and can_tone_map():
        for name, given in _TONE_MAPPED:
            chain = chain.filter(name, **({"tin": picture.hdr} if "pin" in given else {}), **given)
    split = (
        chain.filter("format", "yuv420p")
        .filter("pad", top.width, top.height, -1, -1)
        .filter("setsar", 1)
        .filter_multi_output("split", len(rungs) + 2)
    )
    pictures = [split[0]]
    for number, rung in enumerate(rungs[1:], start=1):
        lower = split[number].filter("fps", fps=rung.frame_rate) if rung.frame_rate != top.frame_rate else split[number]
        pictures.append(lower.filter("scale", rung.width, rung.height, flags="bicubic").filter("setsar", 1))
    return [*pictures, split[len(rungs)], split[len(rungs) + 1]]


def _fitted(width: int, height: int) -> dict[str, Any]:
    """Square pixels filling width × height; a picture that changes its shape on the way is made smaller, not wrong."""
    return {
        "w": f"if(lt({height}*dar,{width}*0.97),2*floor({height}*dar/2),{width})",
        "h": f"if(lt({width}/dar,{height}*0.97),2*floor({width}/dar/2),{height})",
    }


def _every(seconds: float, stills: Any, path: Path, *, quality: int, most: int | None = None) -> Any:
    """One still in so many seconds, its whole second in its name."""
    chosen = stills.filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{seconds:.3f})")
    options: dict[str, Any] = {"f": "image2", "c:v": "mjpeg", "q:v": quality, "pix_fmt": "yuvj420p", **_CLEAN}
    options |= {"fps_mode": "vfr", "enc_time_base": "1/10", "frame_pts": 1}
    return ffmpeg.output(chosen, str(path), **options, **({"frames:v": most} if most else {}))


def _ladder(
    stream: Path, pictures: Any, sounds: list[Any], rungs: list[Rung], common: dict[str, Any], threads: int
) -> Any:
    """All variants in one HLS output, each with its own sound: hls.js plays separate sound groups silently."""
    inputs, variants = [], []
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "profile:v": "main",
        "sc_threshold": 0,
        # Reordered frames would begin the picture one or two frames late, by another time in each variant.
        "bf": 0,
        "g": 600,
        "force_key_frames": _KEY_FRAMES,
        # Where frames are missing, at the start or where the picture changed its size, the one beside stands longer.
        "fps_mode": "cfr",
        "threads": threads,
        # One second: shorter than any distance of key frames, so that each of them begins a segment.
        "hls_time": 1,
    }
    for number, rung in enumerate(rungs):
        inputs.append(pictures[number])
        options[f"r:v:{number}"] = rung.frame_rate
        options[f"crf:v:{number}"] = rung.step.quality
        options[f"maxrate:v:{number}"] = f"{rung.step.video_kbits}k"
        options[f"bufsize:v:{number}"] = f"{rung.step.buffer_kbits}k"
        options[f"rc_init_occupancy:v:{number}"] = int(rung.step.buffer_kbits * 1000 * rung.step.buffer_fill)
        variant = f"v:{number}"
        if sounds:
            inputs.append(sounds[number])
            options["c:a"] = "aac"
            options[f"b:a:{number}"] = f"{rung.step.audio_kbits}k"
            variant += f",a:{number}"
        variants.append(f"{variant},name:{rung.name}")
    return ffmpeg.output(
        *inputs,
        str(stream / "%v.m3u8"),
        **common,
        **options,
        var_stream_map=" ".join(variants),
        # Where there is one variant only, ffmpeg does not fill in its name here.
        hls_fmp4_init_filename="%v-init.mp4" if len(rungs) > 1 else f"{rungs[0].name}-init.mp4",
        hls_segment_filename=str(stream / "%v-%05d.m4s"),
    )


@lru_cache
def can_tone_map() -> bool:
    """Whether this ffmpeg was built with what high dynamic range needs; without it colours are pale, but right."""
    said = run([imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-filters"], capture_output=True, check=False)  # noqa: S603
    return b" zscale " in said.stdout and b" tonemap " in said.stdout
