"""Seals in a file that is kept where nobody who runs this machine can rewrite it, and the ledger against such a file.

Whoever holds the database and the sealing key can change an entry, make its chain again and sign all seals anew: then
everything here fits together. It no longer fits what somebody else wrote down at the time.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from lms.credits.domain.sealing import content_faults, link_faults
from lms.credits.models import DailySeal
from lms.lib.sealing import canonical_bytes, verify

FORMAT = "tianjian daily seals, version 1"
# Larger files than this (a century of days) are not ours.
MOST_BYTES = 40_000_000


class NotASealFile(ValueError):
    """The text is no file of seals; the message says why."""


def seals_as_text(seals: Iterable[DailySeal], *, at: datetime) -> str:
    """The seals as JSON, one to a line, so that two files can be compared by eye."""
    head = json.dumps({"format": FORMAT, "made_at": at.isoformat(timespec="seconds")})
    lines = (canonical_bytes(_plain(seal)).decode() for seal in seals)
    return f'{head[:-1]}, "seals": [\n' + ",\n".join(lines) + "\n]}\n"


def _plain(seal: DailySeal) -> dict[str, Any]:
    return {**seal.signed, "public_key": seal.public_key, "signature": seal.signature}


def read_seals(text: str) -> list[DailySeal]:
    """The seals of such a file, in order of day and not saved. Raises NotASealFile."""
    try:
        content = json.loads(text)
        known, seals = content["format"], [_seal(plain) for plain in content["seals"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotASealFile("It is not a file of seals, or it was cut off.") from error
    if known != FORMAT:
        raise NotASealFile(f"It is of another format than “{FORMAT}”.")
    return sorted(seals, key=lambda seal: seal.day)


def _seal(plain: dict[str, Any]) -> DailySeal:
    numbers = {name: plain.get(name) for name in ("heads", "entries", "audit_seq")}
    texts = {name: plain.get(name, "") for name in ("root", "audit_hash", "prev_signature", "public_key", "signature")}
    if not all(value is None or type(value) is int for value in numbers.values()):
        raise TypeError("a count is no whole number")
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError("a hash is no text")
    return DailySeal(day=date.fromisoformat(plain["day"]), **numbers, **texts)


def file_faults(text: str) -> Iterator[str]:
    """What is wrong, one sentence each, when ledger, audit log and seals of today are held against the file.

    Raises NotASealFile.
    """
    seals = read_seals(text)
    if not seals:
        yield "the file holds no seals"
        return
    kept = {seal.day: seal.signature for seal in DailySeal.objects.all()}
    for seal in seals:
        if not verify(seal.signed_bytes, seal.signature, seal.public_key):
            yield f"seal {seal.day} of the file: the signature does not hold, the file was changed"
        if seal.day not in kept:
            yield f"seal {seal.day} of the file: is missing here"
        elif kept[seal.day] != seal.signature:
            yield f"seal {seal.day} of the file: another one stands here now"
    within = {day for day in kept if seals[0].day <= day <= seals[-1].day}
    for day in sorted(within - {seal.day for seal in seals}):
        yield f"seal {day}: stands here and not in the file"
    for fault in (*link_faults(seals, prev_signature=seals[0].prev_signature), *content_faults(seals)):
        yield f"{fault} (by the file)"
