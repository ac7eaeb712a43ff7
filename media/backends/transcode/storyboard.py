"""Thumbnails along the recording: sheets of them, and a WebVTT map that says which stands for which time."""

import re
from io import BytesIO
from pathlib import Path

from PIL import Image

from media.backends.transcode.base import STORYBOARD
from media.subtitles import format_time, read_subtitles

COLUMNS = 5
ROWS = 5
_QUALITY = 60
_PLACE = re.compile(r"(storyboard-\d+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)")

# Left, upper, right and lower edge in pixels.
Box = tuple[int, int, int, int]


def write(thumbnails: list[Path], stream: Path, *, length_ms: int, label: str) -> None:
    """Lay the thumbnails out on sheets, and map them; each stands until the next begins.

    A name ends in the tenth of a second of its still. Saving anew leaves all metadata behind but the label.
    """
    starts = [int(path.stem.rpartition("-")[2]) * 100 for path in thumbnails]
    cues = []
    for first in range(0, len(thumbnails), COLUMNS * ROWS):
        batch = thumbnails[first : first + COLUMNS * ROWS]
        with Image.open(batch[0]) as one:
            width, height = one.size
        rows = -(-len(batch) // COLUMNS)
        sheet = Image.new("RGB", (min(len(batch), COLUMNS) * width, rows * height))
        name = f"storyboard-{first // (COLUMNS * ROWS):03}.jpg"
        for place, path in enumerate(batch):
            at = (place % COLUMNS * width, place // COLUMNS * height)
            with Image.open(path) as still:
                sheet.paste(still, at)
            number = first + place
            until = starts[number + 1] if number + 1 < len(starts) else length_ms
            if until > starts[number]:
                times = f"{format_time(starts[number])} --> {format_time(until)}"
                cues.append(f"{times}\n{name}#xywh={at[0]},{at[1]},{width},{height}")
        sheet.save(stream / name, "JPEG", quality=_QUALITY, optimize=True, comment=label.encode())
    (stream / STORYBOARD).write_text("\n\n".join(["WEBVTT", *cues]) + "\n")


def place_of(storyboard: str, at_ms: int) -> tuple[str, Box] | None:
    """The sheet on which the still of this moment stands, and where; None where the map names none."""
    for cue in read_subtitles(storyboard):
        if cue.start_ms <= at_ms < cue.end_ms and (found := _PLACE.fullmatch(cue.text)):
            left, upper, width, height = map(int, found.groups()[1:])
            return found[1], (left, upper, left + width, upper + height)
    return None


def cut_out(sheet: bytes, box: Box) -> bytes:
    """One still of a sheet as a JPEG, with the sheet's label."""
    made = BytesIO()
    with Image.open(BytesIO(sheet)) as opened:
        label = opened.info.get("comment", b"")
        opened.crop(box).save(made, "JPEG", quality=_QUALITY, optimize=True, comment=label)
    return made.getvalue()
