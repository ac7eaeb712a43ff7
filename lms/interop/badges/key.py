"""The key that signs badges and its did:key, which says in itself what verifies it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from openbadgeslib.ob3.did import did_key_from_pem


def badge_key() -> Ed25519PrivateKey:
    """settings.BADGE_KEY (32 bytes in hex); where there is none, derived from settings.SEALING_KEY."""
    if settings.BADGE_KEY:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.BADGE_KEY))
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tianjian open badges 1")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(bytes.fromhex(settings.SEALING_KEY)))


def issuer_did() -> str:
    """The issuer of every badge: did:key of the public half."""
    public = badge_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return str(did_key_from_pem(public))


def verification_method() -> str:
    """The only key of a did:key, as a proof names it."""
    did = issuer_did()
    return f"{did}#{did.removeprefix('did:key:')}"
