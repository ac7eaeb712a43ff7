"""ffmpeg: one run, one decode, everything that is served."""

from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from media.backends.errors import ToolFailed
from media.backends.limits import Limits
from media.backends.probe import Probe, probe
from media.backends.transcode import hls, poster, storyboard
from media.backends.transcode.base import (
    OFFLINE,
    POSTER,
    RECOGNITION_AUDIO,
    EmbeddedCaptions,
    Label,
    MadeRendition,
    Outcome,
    Progress,
    Span,
)
from media.backends.transcode.command import arguments, comment, copy_arguments
from media.backends.transcode.plan import rungs_of
from media.backends.transcode.running import run


class FfmpegTranscoder:
    """The ladder, the sound alone, poster, storyboard, offline copy, and the sound for recognition."""

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
        stream.mkdir(exist_ok=True)
        rungs = rungs_of(found.picture, highest=limits.highest_variant) if found.picture else []
        command = arguments(source, folder, found, rungs, label=label, limits=limits, span=span)
        pixel_rate = found.picture.pixels_per_second if found.picture else 0
        frames = run(
            command,
            stated_seconds=found.stated_seconds,
            limits=limits,
            on_progress=on_progress,
            pixel_rate=pixel_rate,
        )
        wav = folder / RECOGNITION_AUDIO if found.sound else None
        heard = Fraction(hls.wav_samples(wav), 16_000) if wav else Fraction(0)
        seen = Fraction(frames) / rungs[0].frame_rate if rungs else Fraction(0)
        length = max(heard, seen)
        if not length:
            raise ToolFailed("unreadable", "Nothing could be decoded.", permanent=True)
        if wav and not heard:
            hls.drop(stream, hls.AUDIO)
            wav = None
        poster.choose(sorted(folder.glob("poster-*.jpg")), stream / POSTER, label=comment(label))
        poster_widths = poster.shrink(stream / POSTER, stream, label=comment(label))
        thumbnails = sorted(folder.glob("thumbnail-*.jpg"))
        if thumbnails:
            storyboard.write(thumbnails, stream, length_ms=int(length * 1000), label=comment(label))
        renditions = hls.finish(stream, rungs, with_sound=wav is not None)
        lowest = renditions[max(len(rungs) - 1, 0)]
        kept = stream / OFFLINE
        copy = copy_arguments(stream / lowest.playlist, kept, label=label, threads=limits.threads)
        whole = float(length)
        run(copy, stated_seconds=None, limits=limits, on_progress=lambda *_: on_progress(whole, whole))
        return Outcome(
            length_seconds=length,
            stated_seconds=found.stated_seconds,
            width=found.picture.width if found.picture else None,
            height=found.picture.height if found.picture else None,
            has_sound=wav is not None,
            renditions=[*renditions, _one_file(kept, lowest, length)],
            recognition_audio=wav,
            captions=_captions(folder, found),
            poster_widths=poster_widths,
        )


def _one_file(path: Path, copied: MadeRendition, length: Fraction) -> MadeRendition:
    """The lowest variant in one file: what is encoded in it is the same, and its size is known."""
    size_bytes = path.stat().st_size
    rate = ceil(size_bytes * 8 / max(float(length), 1))
    return replace(
        copied,
        kind="file",
        name="offline",
        playlist=path.name,
        peak_bits_per_second=max(copied.peak_bits_per_second, rate),
        average_bits_per_second=rate,
        size_bytes=size_bytes,
    )


def _captions(folder: Path, found: Probe) -> list[EmbeddedCaptions]:
    """The subtitles of the file that held any words."""
    read = [(text.language, folder / f"embedded-{text.index}") for text in found.subtitles]
    texts = [(language, path.read_bytes()) for language, path in read if path.exists()]
    return [EmbeddedCaptions(language, text) for language, text in texts if b"-->" in text]
