"""Papers that people hand in: what a file is says its content, never its name; pictures are drawn anew."""

import hashlib
import io
import warnings
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

# "jpg" stands on documents that were kept before they were drawn anew.
CONTENT_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png"}
MEBIBYTE = 1 << 20
MOST_PIXELS = 40_000_000
# A scanned page is read at this size; a photograph of a phone is larger than it needs to be.
LONGEST_SIDE = 2600
NAME_LETTERS = 120
_PDF_END_WITHIN = 2048
_FORMATS = {"JPEG": "jpeg", "PNG": "png"}
# What a PDF reader would run or open by itself; written in clear in every file that does no more than show pages.
_PDF_ACTS = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/OpenAction<</S/URI", b"/RichMedia")


class DocumentRefused(ValueError):
    """The file cannot stand as a document; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it will be kept; its kind is pdf, jpeg or png."""

    name: str
    kind: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_document(data: bytes, name: str, *, most_bytes: int) -> Document:
    """The file by its content, whatever it is called. Raises DocumentRefused."""
    name = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    name = name[-NAME_LETTERS:]
    if len(data) > most_bytes:
        raise DocumentRefused(
            _("“%(name)s” is larger than %(most)d MB. Take the picture smaller, or scan fewer pages.")
            % {"name": name, "most": most_bytes // MEBIBYTE}
        )
    if data.startswith(b"%PDF-"):
        return Document(name, "pdf", _checked_pdf(data, name))
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return Document(name, *_drawn_anew(data, name))
    raise DocumentRefused(
        _("“%(name)s” is not a PDF, JPEG or PNG, whatever it is called. Take a photograph of the paper.")
        % {"name": name}
    )


def _checked_pdf(data: bytes, name: str) -> bytes:
    if b"%%EOF" not in data[-_PDF_END_WITHIN:]:
        raise DocumentRefused(_("“%(name)s” is damaged. Please make the PDF anew.") % {"name": name})
    if b"/Encrypt" in data:
        raise DocumentRefused(_("“%(name)s” is protected by a password. Send it without.") % {"name": name})
    if any(act in data for act in _PDF_ACTS):
        raise DocumentRefused(_("“%(name)s” holds programs or further files. Print it to a new PDF.") % {"name": name})
    return data


def _drawn_anew(data: bytes, name: str) -> tuple[str, bytes]:
    """The picture upright, without place, device or anything behind it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as opened:
                _check_pixels(opened, name)
                kind = _FORMATS[opened.format or ""]
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                clean = upright.convert("RGB")
    except DocumentRefused:
        raise
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError, Warning) as error:
        raise DocumentRefused(_("“%(name)s” is a damaged picture. Take it again.") % {"name": name}) from error
    out = io.BytesIO()
    if kind == "jpeg":
        clean.save(out, "JPEG", quality=85, optimize=True)
    else:
        clean.save(out, "PNG", optimize=True)
    return kind, out.getvalue()


def _check_pixels(picture: Image.Image, name: str) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise DocumentRefused(_("“%(name)s” has more than 40 million pixels.") % {"name": name})
