"""The still that stands for a recording, and the same in the sizes and formats that pages show."""

from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageDraw, ImageFilter, ImageStat

from media.backends.transcode.base import SMALLEST_POSTER, poster_name

# Grey levels of 0 to 255: what is darker, or has less in it, is a fade or an empty wall.
_DARKEST = 24
_LEAST_CONTRAST = 14
# In pixels of a frame of 16:9, and what a file of that width may weigh: it is paid for before anything plays.
WIDTHS = {SMALLEST_POSTER: 6_000, 640: 14_000, 960: 26_000}
_QUALITIES = {"AVIF": (58, 48, 38, 28, 18), "WEBP": (72, 60, 48, 36, 24), "JPEG": (74, 62, 50, 38, 26)}
_EDGES = ImageFilter.Kernel((3, 3), [0, -1, 0, -1, 4, -1, 0, -1, 0], scale=1, offset=128)


def choose(candidates: list[Path], target: Path, *, label: str) -> None:
    """The sharpest still that is neither dark nor empty, else the one with most in it, or a drawn one without any.

    Saving anew leaves all metadata behind but the label of generated content.
    """
    best = max(candidates, key=worth, default=None)
    if best is None:
        picture = _sound_wave()
    else:
        with Image.open(best) as still:
            picture = still.convert("RGB")
    picture.save(target, "JPEG", quality=82, optimize=True, comment=label.encode())


def shrink(poster: Path, folder: Path, *, label: str) -> list[int]:
    """The poster in each width that it fills, as AVIF, WebP and JPEG, beside it or in another folder; the widths.

    A poster narrower than all of them is written once, as it is. Each file is the best that its width may weigh.
    """
    with Image.open(poster) as opened:
        still = opened.convert("RGB")
    filled = max(still.width, still.height * 16 / 9)
    widths = [width for width in WIDTHS if width <= filled] or [SMALLEST_POSTER]
    for width in widths:
        small = still.copy()
        small.thumbnail((width, width * 9 // 16), Image.Resampling.LANCZOS)
        for kind in _QUALITIES:
            _save_within(small, folder / poster_name(width, kind.lower()), kind, WIDTHS[width], label=label)
    return widths


def _save_within(picture: Image.Image, target: Path, kind: str, most_bytes: int, *, label: str) -> None:
    for quality in _QUALITIES[kind]:
        picture.save(target, kind, quality=quality, **_labelled(kind, label))
        if target.stat().st_size <= most_bytes:
            return


def _labelled(kind: str, label: str) -> dict[str, Any]:
    if kind == "JPEG":
        return {"comment": label.encode(), "optimize": True, "progressive": True}
    if not label:
        return {}
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = label.encode()
    return {"exif": exif.tobytes()}


def worth(path: Path) -> tuple[bool, float]:
    """Whether something can be seen on the still, and how sharp it is (else how much stands out)."""
    with Image.open(path) as still:
        grey = still.convert("L")
    grey.thumbnail((480, 480))
    stat = ImageStat.Stat(grey)
    brightness, contrast = stat.mean[0], stat.stddev[0]
    if brightness < _DARKEST or contrast < _LEAST_CONTRAST:
        return False, contrast
    return True, ImageStat.Stat(grey.filter(_EDGES)).stddev[0]


def _sound_wave() -> Image.Image:
    """A quiet picture for a recording without one: bars of a sound, in the green of the site."""
    picture = Image.new("RGB", (640, 360), "#1f6b3a")
    draw = ImageDraw.Draw(picture)
    for number, height in enumerate([30, 60, 110, 70, 140, 90, 160, 90, 140, 70, 110, 60, 30]):
        x = 320 + (number - 6) * 32
        draw.rounded_rectangle((x - 8, 180 - height // 2, x + 8, 180 + height // 2), radius=8, fill="#ffffff")
    return picture
