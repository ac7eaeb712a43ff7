"""佐证材料: the files of a claim, read like every paper that people hand in (`lms.lib.documents`), and kept."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils.crypto import get_random_string

from lms.credits.models import ClaimFile, CreditClaim
from lms.lib.documents import MEBIBYTE, read_document
from lms.lib.documents import Document as Evidence
from lms.lib.documents import DocumentRefused as EvidenceRefused
from lms.lib.files import stored

__all__ = ["MOST_BYTES", "MOST_FILES", "Evidence", "EvidenceRefused", "is_unchanged", "keep_evidence", "read_evidence"]

FOLDER = "claims/"
MOST_FILES = 5
MOST_BYTES = 5 * MEBIBYTE


def read_evidence(data: bytes, name: str) -> Evidence:
    """The file by its content, whatever it is called. Raises EvidenceRefused."""
    return read_document(data, name, most_bytes=MOST_BYTES)


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
