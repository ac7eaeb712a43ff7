"""Encrypted columns and their keyed index.

A value is stored as "profile:key id:base64" so that another profile (SM4) or key can stand beside the old ones.
`settings.FIELD_KEYS` maps key ids to secrets in hex, in order: the last one encrypts, all of them decrypt, and the
first one makes the indexes, which must stay findable while keys come and go.
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


class DecryptionFailed(ValueError):
    """A stored value cannot be read; the subclass says why, the message never shows the value."""


class UnknownKey(DecryptionFailed):
    """The value names a key id that FIELD_KEYS does not hold."""


class UnknownProfile(DecryptionFailed):
    """The value names a profile that is not registered, or is not in the stored form at all."""


class Tampered(DecryptionFailed):
    """The value was changed, belongs to another purpose, or the key is another one under the same id."""


class Profile(NamedTuple):
    """One way of encrypting: (key of 32 bytes, data, bytes bound to it) -> data; decrypting raises Tampered."""

    encrypt: Callable[[bytes, bytes, bytes], bytes]
    decrypt: Callable[[bytes, bytes, bytes], bytes]


def _aes_gcm_encrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound)


def _aes_gcm_decrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise Tampered("The stored value does not match its key.") from None


PROFILES: dict[str, Profile] = {"aes-gcm": Profile(_aes_gcm_encrypt, _aes_gcm_decrypt)}
DEFAULT_PROFILE = "aes-gcm"


def _secret(key_id: str) -> bytes:
    try:
        return bytes.fromhex(settings.FIELD_KEYS[key_id])
    except KeyError:
        raise UnknownKey(f"FIELD_KEYS holds no key {key_id!r}.") from None


def _derived(secret: bytes, use: str, purpose: str) -> bytes:
    return hmac.digest(secret, f"{use}\n{purpose}".encode(), "sha256")


def encrypt(text: str, purpose: str) -> str:
    """The text in its stored form; it can only be read again for the same purpose ("phone", "identity number")."""
    key_id = list(settings.FIELD_KEYS)[-1]
    head = f"{DEFAULT_PROFILE}:{key_id}"
    key = _derived(_secret(key_id), "encrypt", purpose)
    sealed = PROFILES[DEFAULT_PROFILE].encrypt(key, text.encode(), f"{head}:{purpose}".encode())
    return f"{head}:{base64.b64encode(sealed).decode()}"


def decrypt(stored: str, purpose: str) -> str:
    """The text again; raises UnknownProfile, UnknownKey or Tampered."""
    profile_name, _, rest = stored.partition(":")
    key_id, _, encoded = rest.partition(":")
    if profile_name not in PROFILES:
        raise UnknownProfile("The stored value names no known encryption profile.")
    key = _derived(_secret(key_id), "encrypt", purpose)
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Tampered("The stored value is not well formed.") from None
    return PROFILES[profile_name].decrypt(key, data, f"{profile_name}:{key_id}:{purpose}".encode()).decode()


def normalised(text: str) -> str:
    """The form under which two writings are the same value: full width, case, blanks and hyphens do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if not character.isspace() and character != "-")


def keyed_index(text: str, purpose: str) -> str:
    """64 hex characters by which an encrypted value is found; without the key they tell nothing."""
    key_id = next(iter(settings.FIELD_KEYS))
    key = _derived(_secret(key_id), "index", purpose)
    return hmac.new(key, normalised(text).encode(), hashlib.sha256).hexdigest()
