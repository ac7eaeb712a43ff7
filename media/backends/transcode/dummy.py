"""The twin for unit tests: a lesson of twelve seconds out of any file, at once and without ffmpeg."""

from fractions import Fraction
from pathlib import Path

from media.backends.limits import Limits
from media.backends.transcode.base import MASTER, POSTER, Label, MadeRendition, Outcome, Progress, Span


class DummyTranscoder:
    """Writes files that look like a rendition."""

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
        stream = folder / "stream"
        stream.mkdir()
        (stream / MASTER).write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n240p.m3u8\n")
        (stream / "240p.m3u8").write_text("#EXTM3U\n#EXTINF:12,\n240p-00000.m4s\n#EXT-X-ENDLIST\n")
        (stream / "240p-00000.m4s").write_bytes(source.read_bytes()[:1000])
        (stream / POSTER).write_bytes(b"a still")
        on_progress(12, 12)
        made = MadeRendition("video", "240p", "240p.m3u8", 320, 240, None, "avc1.4d400d", 100_000, 90_000, 1000)
        length = Fraction(span.end_ms - span.start_ms, 1000) if span else Fraction(12)
        return Outcome(length, float(length), 320, 240, has_sound=False, renditions=[made])
