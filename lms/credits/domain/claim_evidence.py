"""佐证材料: what a file is says its content; pictures are drawn anew, so that nothing hides in them."""

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from lms.credits.enums import EvidenceKind
from lms.credits.models import ClaimFile, CreditClaim
from lms.lib.files import stored

FOLDER = "claims/"
MOST_FILES = 5
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
# A scanned page is read at this size; a photograph of a phone is larger than it needs to be.
LONGEST_SIDE = 2600
_PDF_END_WITHIN = 2048
_FORMATS = {"JPEG": EvidenceKind.JPEG, "PNG": EvidenceKind.PNG}
# What a PDF reader would run or open by itself; written in clear in every file that does no more than show pages.
_PDF_ACTS = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/OpenAction<</S/URI", b"/RichMedia")


class EvidenceRefused(ValueError):
    """The file cannot be evidence; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file as it will be kept."""

    name: str
    kind: EvidenceKind
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_evidence(data: bytes, name: str) -> Evidence:
    """The file by its content, whatever it is called. Raises EvidenceRefused."""
    if len(data) > MOST_BYTES:
        raise EvidenceRefused(
            _("“%(name)s” is larger than 5 MB. Take the picture smaller, or scan fewer pages.") % {"name": name}
        )
    name = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())[-120:]
    if data.startswith(b"%PDF-"):
        return Evidence(name, EvidenceKind.PDF, _checked_pdf(data, name))
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        kind, drawn = _drawn_anew(data, name)
        return Evidence(name, kind, drawn)
    raise EvidenceRefused(
        _("“%(name)s” is not a PDF, JPEG or PNG, whatever it is called. Take a photograph of the paper.")
        % {"name": name}
    )


def _checked_pdf(data: bytes, name: str) -> bytes:
    if b"%%EOF" not in data[-_PDF_END_WITHIN:]:
        raise EvidenceRefused(_("“%(name)s” is damaged. Please make the PDF anew.") % {"name": name})
    if b"/Encrypt" in data:
        raise EvidenceRefused(_("“%(name)s” is protected by a password. Send it without.") % {"name": name})
    if any(act in data for act in _PDF_ACTS):
        raise EvidenceRefused(_("“%(name)s” holds programs or further files. Print it to a new PDF.") % {"name": name})
    return data


def _drawn_anew(data: bytes, name: str) -> tuple[EvidenceKind, bytes]:
    """The picture upright, without place, device or anything behind it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise EvidenceRefused(_("“%(name)s” has more than 40 million pixels.") % {"name": name})
                kind = _FORMATS[opened.format or ""]
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                clean = upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError, Warning) as error:
        if isinstance(error, EvidenceRefused):
            raise
        raise EvidenceRefused(_("“%(name)s” is a damaged picture. Take it again.") % {"name": name}) from error
    out = io.BytesIO()
    if kind == EvidenceKind.JPEG:
        clean.save(out, "JPEG", quality=85, optimize=True)
    else:
        clean.save(out, "PNG", optimize=True)
    return kind, out.getvalue()


def keep_evidence(claim: CreditClaim, files: list[Evidence], *, at: datetime) -> list[ClaimFile]:
    """Store the files under names that tell nothing; a file that is there already is not stored twice."""
    kept = []
    for file in files:
        known = claim.files.filter(sha256=file.sha256).first()
        if known is not None:
            ClaimFile.objects.filter(pk=known.pk).update(is_current=True)
            kept.append(known)
            continue
        name = stored().save(f"{FOLDER}{get_random_string(24)}", ContentFile(file.data))
        kept.append(
            ClaimFile.objects.create(
                claim=claim,
                name=file.name,
                kind=file.kind,
                size_bytes=len(file.data),
                sha256=file.sha256,
                stored_as=name,
                added_at=at,
            )
        )
    return kept


def is_unchanged(file: ClaimFile) -> bool:
    """Whether the stored file is there and the one that was sent."""
    if not stored().exists(file.stored_as):
        return False
    with stored().open(file.stored_as) as opened:
        return hashlib.sha256(opened.read()).hexdigest() == file.sha256
