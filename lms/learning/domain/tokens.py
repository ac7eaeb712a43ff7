"""The play token: what a player shows with its reports so that the server need not look up its sign-in each time.

It says whose play session it is, until when it is good, and to which password the sign-in belonged, signed with the
site's key. It gives no right but to report on that session, and the last word stays with the rows: whoever takes a
report compares `sign_in` with what `sign_in_of` says of the person's password now, and looks whether she may sign in.
A token of an account that was merged into another stays good for what is left of its time, if that one may sign in.
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings

# Somebody who signed out may be reported for so long; after it the sign-in is looked up and a new token given.
TOKEN_VALID = timedelta(minutes=15)

_LAYOUT = struct.Struct("<BQQQ16s")
_KIND = 1
_MAC_BYTES = 16
_LENGTH = (_LAYOUT.size + _MAC_BYTES) * 4 // 3


@dataclass(frozen=True, slots=True)
class PlayToken:
    """What a token says that was signed here and is still good."""

    session_id: int
    person_id: int
    sign_in: bytes


def give_token(*, session_id: int, person_id: int, password: str, at: datetime) -> str:
    """A token for the person's play session, good for `TOKEN_VALID`; `password` as it is stored."""
    until = int((at + TOKEN_VALID).timestamp())
    said = _LAYOUT.pack(_KIND, session_id, person_id, until, sign_in_of(password))
    return urlsafe_b64encode(said + _mac(said)).decode()


def read_token(text: str, *, at: datetime) -> PlayToken | None:
    """What the token says; None if it was not signed here or is not good any more."""
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        data = urlsafe_b64decode(text)
    except ValueError:
        return None
    said, mac = data[: _LAYOUT.size], data[_LAYOUT.size :]
    if not hmac.compare_digest(mac, _mac(said)):
        return None
    kind, session_id, person_id, until, sign_in = _LAYOUT.unpack(said)
    if kind != _KIND or at.timestamp() >= until:
        return None
    return PlayToken(session_id, person_id, sign_in)


def sign_in_of(password: str) -> bytes:
    """A fingerprint of the stored password that says nothing about it: another one after every change."""
    return hmac.digest(_key(settings.SECRET_KEY, "sign-in"), password.encode(), "sha256")[:16]


def _mac(said: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY, "token"), said, "sha256")[:_MAC_BYTES]


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> bytes:
    return hashlib.sha256(f"lms.learning.play-token.{purpose}:{secret}".encode()).digest()
