"""The picture of a lesson that a chat shows beside its link: the poster with the title, drawn once and kept small."""

import hashlib
import io
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.translation import gettext
from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from courses.enums import Access
from courses.models import ShortLink
from lms.lib.a4_page import NO_START, plain
from lms.lib.files import StorageFailed, stored

# WeChat shows a square of at least 300 pixels, others a wide picture (Open Graph).
SHAPES = {"wide": (1200, 630), "square": (300, 300)}
_PAPER, _INK, _SOFT, _BAND, _ON_BAND = "#f5f6ef", "#18201b", "#3f4a42", "#14533a", "#ffffff"
_MOST_LINES = 3
# Counted up when the drawing changes.
_DRAWING = 1


def card_of(link: ShortLink, shape: str) -> str:
    """Where in the storage the card lies; drawn where it is not there yet, the earlier ones deleted.

    Only of lessons that everybody may watch it shows the picture. Raises StorageFailed.
    """
    lesson = link.lesson
    provider = lesson.org.name if lesson.org else ""
    poster = (lesson.video.poster.name if lesson.video and lesson.course.access == Access.PUBLIC else "") or ""
    said = "\n".join([str(_DRAWING), shape, lesson.title, provider, poster])
    folder = f"cards/{link.code}-{shape}"
    name = f"{folder}/{hashlib.sha256(said.encode()).hexdigest()[:12]}.jpg"
    if not stored().exists(name):
        drawn = draw_card(plain(lesson.title), plain(provider), _picture(poster), size=SHAPES[shape])
        stored().delete_folder(folder)
        stored().save(name, ContentFile(drawn))
    return name


def forget_cards(link: ShortLink) -> None:
    """The lesson is gone, and its cards with it."""
    for shape in SHAPES:
        stored().delete_folder(f"cards/{link.code}-{shape}")


def _picture(name: str) -> Image.Image | None:
    """The poster; one that cannot be read leaves the card without."""
    if not name:
        return None
    try:
        with stored().open(name) as opened:
            picture = Image.open(io.BytesIO(opened.read()), formats=["JPEG"])
            return picture.convert("RGB")
    except (FileNotFoundError, StorageFailed, OSError, ValueError):
        return None


def draw_card(title: str, provider: str, picture: Image.Image | None, *, size: tuple[int, int]) -> bytes:
    """A JPEG of this size: the picture above, below it the title in large type, who gives it, and our name."""
    width, height = size
    card = Image.new("RGB", size, _PAPER)
    is_square = width == height
    band = height // (8 if is_square else 10)
    unit = height // 10
    top = unit
    if picture is not None:
        top = round(height * (0.46 if is_square else 0.52))
        card.paste(_covering(picture, (width, top)), (0, 0))
    draw = ImageDraw.Draw(card)
    left = round(width * 0.05)
    room = height - top - band
    lines, font = _fitting(title, width - 2 * left, round(room * (0.92 if is_square else 0.76)), largest=unit)
    at = top + unit // 5
    for line in lines:
        draw.text((left, at), line, font=font, fill=_INK)
        at += round(font.size * 1.32)
    draw.rectangle((0, height - band, width, height), fill=_BAND)
    small = _font(round(band * 0.56))
    inside = height - band + (band - round(small.size * 1.3)) // 2
    name = gettext("Tianjian")
    draw.text((left, inside), name, font=small, fill=_ON_BAND)
    if provider and not is_square:
        beside = left + draw.textlength(f"{name}　", font=small)
        draw.text((beside, inside), _cut(provider, small, width - left - beside), font=small, fill=_ON_BAND)
    out = io.BytesIO()
    card.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(sans_path()), size)


def _fitting(text: str, width: int, height: int, *, largest: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The text in lines of the largest type in which it fits; what fits in no type is cut."""
    for size in range(largest, largest // 3, -2):
        font = _font(size)
        lines = _lines(text, font, width)
        if len(lines) <= _MOST_LINES and len(lines) * size * 1.32 <= height:
            return lines, font
    most = max(1, int(height // (font.size * 1.32)))
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = _cut(kept[-1] + lines[most], font, width)
    return kept, font


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Lines no wider than that; none begins with a sign that belongs to the character before."""
    lines = [""]
    for character in text:
        if lines[-1] and font.getlength(lines[-1] + character) > width and character not in NO_START:
            lines.append("")
        lines[-1] += character
    return [line.strip() for line in lines]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of the picture, filling the size."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    larger = picture.resize((round(picture.width * scale) + 1, round(picture.height * scale) + 1))
    left, top = (larger.width - size[0]) // 2, (larger.height - size[1]) // 2
    return larger.crop((left, top, left + size[0], top + size[1]))
