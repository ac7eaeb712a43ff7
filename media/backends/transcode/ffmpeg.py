"""ffmpeg: one run, one decode, everything that is served."""

import errno
import json
import os
import re
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from media.backends import stopping
from media.backends.errors import ToolFailed
from media.backends.guard import guarded
from media.backends.limits import Limits
from media.backends.probe import FORMATS, PROTOCOLS, Probe, probe
from media.backends.transcode import hls, poster
from media.backends.transcode.base import POSTER, RECOGNITION_AUDIO, Label, Outcome, Progress, Span
from media.backends.transcode.plan import (
    AUDIO_ONLY_KBITS,
    FIRST_SEGMENT_SECONDS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    Rung,
    rungs_of,
)

# Key frames at 0, 2, 6, 10 … seconds in every variant; ffmpeg then cuts at each of them.
_KEY_FRAMES = (
    f"expr:if(lt(n_forced,2),gte(t,n_forced*{FIRST_SEGMENT_SECONDS}),"
    f"gte(t,{FIRST_SEGMENT_SECONDS}+(n_forced-1)*{SEGMENT_SECONDS}))"
)
_POSTER_CANDIDATES = 8
_HLS: dict[str, Any] = {
    "f": "hls",
    "hls_playlist_type": "vod",
    "hls_segment_type": "fmp4",
    "hls_flags": "independent_segments",
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
}


class FfmpegTranscoder:
    """The ladder, the sound alone, the poster and the sound for recognition, from one run of ffmpeg."""

    def transcode(
        self,
        source: Path,
        folder: Path,
        *,
        label: Label | None,
        limits: Limits,
        on_progress: Progress,
        span: Span | None = None,
    ) -> Outcome:
        found = probe(source, limits=limits)
        if span:
            found = replace(found, stated_seconds=span.seconds)
        stream = folder / "stream"
        stream.mkdir()
        rungs = rungs_of(found.picture) if found.picture else []
        command = arguments(source, folder, found, rungs, label=label, limits=limits, span=span)
        frames = run(command, stated_seconds=found.stated_seconds, limits=limits, on_progress=on_progress)

        wav = folder / RECOGNITION_AUDIO if found.sound else None
        heard = Fraction(hls.wav_samples(wav), 16_000) if wav else Fraction(0)
        seen = Fraction(frames) / rungs[0].frame_rate if rungs else Fraction(0)
        if not heard and not seen:
            raise ToolFailed("unreadable", "Nothing could be decoded.", permanent=True)
        if wav and not heard:
            hls.drop(stream, "audio")
            wav = None
        poster.choose(sorted(folder.glob("poster-*.jpg")), stream / POSTER, label=comment(label))
        renditions = hls.finish(stream, rungs, with_sound=wav is not None)
        return Outcome(
            length_seconds=max(heard, seen),
            stated_seconds=found.stated_seconds,
            width=found.picture.width if found.picture else None,
            height=found.picture.height if found.picture else None,
            has_sound=wav is not None,
            renditions=renditions,
            recognition_audio=wav,
        )


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
    """The command line: one input, one filter graph, every output."""
    opened = ffmpeg.input(
        f"file:{source}",
        protocol_whitelist=PROTOCOLS,
        format_whitelist=FORMATS,
        max_pixels=limits.pixels,
        threads=limits.threads,
        # Before the input both are exact: what lies between the key frame and the cut is decoded and dropped.
        **({"ss": f"{span.start_ms}ms", "t": f"{span.end_ms - span.start_ms}ms"} if span else {}),
    )
    common = {**_HLS, **({"metadata": f"comment={comment(label)}"} if label else {})}
    outputs = []
    sounds: list[Any] = []
    if found.sound:
        sound = (
            opened[str(found.sound.index)]
            .filter("aresample", **{"async": 1, "first_pts": 0})
            .filter("aformat", sample_rates=SAMPLE_RATE, channel_layouts="mono")
            .filter_multi_output("asplit", len(rungs) + 2)
        )
        sounds = [sound[number] for number in range(len(rungs) + 2)]
        plain = {"ar": 16_000, "c:a": "pcm_s16le", "map_metadata": -1, "fflags": "+bitexact", "f": "wav"}
        outputs.append(ffmpeg.output(sounds.pop(), str(folder / RECOGNITION_AUDIO), **plain))
        outputs.append(
            ffmpeg.output(
                sounds.pop(),
                str(folder / "stream" / "audio.m3u8"),
                **common,
                **{"c:a": "aac", "b:a": f"{AUDIO_ONLY_KBITS}k", "hls_time": FIRST_SEGMENT_SECONDS},
                hls_fmp4_init_filename="audio-init.mp4",
                hls_segment_filename=str(folder / "stream" / "audio-%05d.m4s"),
            )
        )
    if rungs:
        top = rungs[0]
        pictures = (
            opened[str(found.picture.index if found.picture else 0)]
            .filter("fps", fps=top.frame_rate, start_time=0)
            .filter("scale", top.width, top.height, flags="bicubic")
            .filter("setsar", 1)
            .filter("format", "yuv420p")
            .filter_multi_output("split", len(rungs) + 1)
        )
        outputs.append(_ladder(folder / "stream", pictures, sounds, rungs, common, limits.threads))
        step = max((found.stated_seconds or 0) / _POSTER_CANDIDATES, 0.5)
        stills = pictures[len(rungs)].filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{step:.3f})")
        outputs.append(
            ffmpeg.output(
                stills,
                str(folder / "poster-%02d.jpg"),
                **{"f": "image2", "c:v": "mjpeg", "q:v": 3, "frames:v": _POSTER_CANDIDATES, "map_metadata": -1},
                pix_fmt="yuvj420p",
                fps_mode="passthrough",
            )
        )
    flags = ("-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-progress", "pipe:1")
    graph = ffmpeg.merge_outputs(*outputs).global_args(*flags, "-filter_complex_threads", str(limits.threads))
    return ffmpeg.compile(graph, cmd=imageio_ffmpeg.get_ffmpeg_exe(), overwrite_output=True)


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
        "threads": threads,
        # One second: shorter than any distance of key frames, so that each of them begins a segment.
        "hls_time": 1,
    }
    for number, rung in enumerate(rungs):
        picture = pictures[number]
        if number:
            picture = picture.filter("fps", fps=rung.frame_rate).filter(
                "scale", rung.width, rung.height, flags="bicubic"
            )
        inputs.append(picture)
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


def run(command: list[str], *, stated_seconds: float | None, limits: Limits, on_progress: Progress) -> int:
    """Run ffmpeg under limits, tell how far it is by its own clock, and return how many frames it encoded.

    Raises ToolFailed with what ffmpeg last said, or StopAsked; ffmpeg is gone in either case.
    """
    cpu_seconds = limits.run_seconds * max(limits.threads, 1) * 4
    guard = guarded(command, memory_mb=limits.memory_mb, cpu_seconds=cpu_seconds, niceness=limits.niceness)
    said: deque[str] = deque(maxlen=40)
    # A session of its own: Ctrl-C reaches the worker, which decides what becomes of the film.
    process = subprocess.Popen(  # noqa: S603  (own arguments, no shell)
        guard, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True
    )
    frames = 0
    done = 0.0
    try:
        for key, value in _lines(process, said, limits):
            if key == "frame":
                frames = int(value)
            elif key == "out_time_us" and value.lstrip("-").isdigit():
                done = max(int(value) / 1_000_000, 0.0)
            elif key == "progress":
                stopping.check()
                _check_length(done, limits)
                on_progress(done, max(stated_seconds, done) if stated_seconds else None)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    if code:
        raise failure(code, "\n".join(said))
    return frames


def _lines(process: "subprocess.Popen[bytes]", said: deque[str], limits: Limits) -> Iterable[tuple[str, str]]:
    """The pairs that ffmpeg reports, as they come; complaints go to `said`. Raises ToolFailed when it is too slow."""
    begun = heard = time.monotonic()
    rest = {"out": b"", "err": b""}
    with selectors.DefaultSelector() as selector:
        for pipe, name in ((process.stdout, "out"), (process.stderr, "err")):
            if pipe:
                selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map():
            events = selector.select(timeout=1)
            now = time.monotonic()
            if now - begun > limits.run_seconds or now - heard > limits.stall_seconds:
                raise ToolFailed("too_slow", f"Stopped after {now - begun:.0f} s.", permanent=False)
            if not events:
                stopping.check()
            for event, _mask in events:
                chunk = os.read(event.fd, 65536)
                if not chunk:
                    selector.unregister(event.fileobj)
                    continue
                *lines, rest[event.data] = (rest[event.data] + chunk).split(b"\n")
                for line in lines:
                    text = line[:500].decode(errors="replace").strip()
                    if event.data == "err":
                        said.append(text)
                        continue
                    heard = now
                    key, _equals, value = text.partition("=")
                    yield key, value.strip()
    said.append(rest["err"][:500].decode(errors="replace"))


def _check_length(done: float, limits: Limits) -> None:
    if done > limits.length_seconds:
        raise ToolFailed("too_long", f"Over {limits.length_seconds} s.", permanent=True)


def failure(code: int, said: str) -> ToolFailed:
    """What ffmpeg's end means."""
    detail = f"ffmpeg ended with {code}. {said}"
    if os.strerror(errno.ENOSPC) in said or os.strerror(errno.EDQUOT) in said:
        return ToolFailed("disk_full", detail, permanent=False)
    if os.strerror(errno.ENOMEM) in said or re.search(r"malloc.*failed", said):
        return ToolFailed("out_of_memory", detail, permanent=False)
    if code < 0:
        # Killed: by the system for want of memory, or by an operator. A crash of its own is damage in the file.
        crashed = code in (-11, -6, -8)
        return ToolFailed("unreadable" if crashed else "unexpected", detail, permanent=crashed)
    return ToolFailed("unreadable", detail, permanent=True)
