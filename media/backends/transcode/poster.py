"""The still that stands for a recording."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageStat


def choose(candidates: list[Path], target: Path, *, label: str) -> None:
    """The still with most in it (a black or one-coloured one has nothing), or a drawn one where there is none.

    Saving anew leaves all metadata behind but the label of generated content.
    """
    best, most = None, -1.0
    for path in candidates:
        with Image.open(path) as still:
            contrast = ImageStat.Stat(still.convert("L")).stddev[0]
            if contrast > most:
                best, most = still.convert("RGB"), contrast
    picture = best or _sound_wave()
    picture.save(target, "JPEG", quality=82, optimize=True, comment=label.encode())


def _sound_wave() -> Image.Image:
    """A quiet picture for a recording without one: bars of a sound, in the green of the site."""
    picture = Image.new("RGB", (640, 360), "#1f6b3a")
    draw = ImageDraw.Draw(picture)
    for number, height in enumerate([30, 60, 110, 70, 140, 90, 160, 90, 140, 70, 110, 60, 30]):
        x = 320 + (number - 6) * 32
        draw.rounded_rectangle((x - 8, 180 - height // 2, x + 8, 180 + height // 2), radius=8, fill="#ffffff")
    return picture
