"""The still that stands for a recording."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageStat

# Grey levels of 0 to 255: what is darker, or has less in it, is a fade or an empty wall.
_DARKEST = 24
_LEAST_CONTRAST = 14
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
