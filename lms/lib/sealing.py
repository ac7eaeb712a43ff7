"""Proof that rows were not changed: canonical bytes, a hash chain, a Merkle root and an Ed25519 signature."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

GENESIS = "0" * 64


class NotCanonical(TypeError):
    """A value has no exact written form here: a float, a naive moment, an unknown type."""


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            if value.tzinfo is None:
                raise NotCanonical("A moment without a time zone cannot be sealed.")
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise NotCanonical("Only text may be a key.")
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    raise NotCanonical(f"{type(value).__name__} cannot be sealed.")


def canonical_bytes(payload: dict[str, Any]) -> bytes:
    """One writing for one meaning: JSON in UTF-8, keys sorted, no blanks, decimals and moments as text, no floats."""
    return json.dumps(_plain(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def chain_hash(prev_hash: str, payload: dict[str, Any]) -> str:
    """The hash of a row, in hex, over the hash of the row before it; the first row follows GENESIS."""
    return hashlib.sha256(prev_hash.encode() + b"\n" + canonical_bytes(payload)).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """The root over texts in the given order, in hex; leaves and nodes are hashed apart, an odd one moves up."""
    level = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(level) // 2 * 2 :]
    return level[0].hex()


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.SEALING_KEY))


def public_key() -> str:
    """The public half of settings.SEALING_KEY, in hex."""
    return _private_key().public_key().public_bytes_raw().hex()


def key_id(public: str) -> str:
    """A short name of a public key (hex): the first 64 bits of its SHA-256, in hex."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def sign(data: bytes) -> str:
    """The Ed25519 signature in hex, by settings.SEALING_KEY."""
    return _private_key().sign(data).hex()


def verify(data: bytes, signature: str, public: str) -> bool:
    """Whether the signature (hex) over the data was made by the owner of the public key (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def chain_faults(
    links: Iterable[tuple[int, str, str, dict[str, Any]]], *, head_seq: int, head_hash: str
) -> Iterator[str]:
    """What is wrong with a chain of (seq, prev_hash, hash, payload) in order of seq that should end at the head."""
    last_seq, last_hash = 0, GENESIS
    for seq, prev_hash, own_hash, payload in links:
        if seq != last_seq + 1:
            yield f"{seq}: follows {last_seq}, entries are missing or doubled"
        if prev_hash != last_hash:
            yield f"{seq}: does not continue the entry before it"
        if own_hash != chain_hash(prev_hash, payload):
            yield f"{seq}: was changed after it was written"
        last_seq, last_hash = seq, own_hash
    if (last_seq, last_hash) != (head_seq, head_hash):
        yield f"{last_seq}: the chain should end at {head_seq} with hash {head_hash[:12]}"
