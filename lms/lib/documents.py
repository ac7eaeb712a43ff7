"""Papers that people hand in: what a file is, is read from its bytes and never from its name."""

from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_BEGINNINGS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_IMAGES = {"jpg": "JPEG", "png": "PNG"}
# A PDF ends with this mark, behind which writers leave little.
_END_OF_PDF, _LAST_BYTES = b"%%EOF", 2048


def kind_of_document(file: BinaryIO) -> str:
    """pdf, jpg or png where the file begins, and opens, as one; else an empty text. The file is left at its start."""
    try:
        return next(_kinds(file), "")
    finally:
        file.seek(0)


def _kinds(file: BinaryIO) -> Iterator[str]:
    file.seek(0)
    beginning = file.read(16)
    for kind, mark in _BEGINNINGS.items():
        if beginning.startswith(mark) and (_is_image(file, _IMAGES[kind]) if kind in _IMAGES else _ends_as_pdf(file)):
            yield kind


def _ends_as_pdf(file: BinaryIO) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - _LAST_BYTES))
    return _END_OF_PDF in file.read()


def _is_image(file: BinaryIO, form: str) -> bool:
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True
