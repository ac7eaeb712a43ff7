"""Which badges no longer hold: a signed Bitstring Status List, made from facts whenever it is asked for.

Attestations stand in it by id, 131,072 to a list: so many that a list tells nothing about one of them.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.ob3.status_list import DEFAULT_SIZE_BITS, build_status_list_credential

from lms.credits.domain.vouching import verdicts_of
from lms.credits.enums import AttestationKind
from lms.credits.models import Attestation
from lms.interop.badges.key import badge_key, issuer_did, verification_method
from lms.people.models import Merging

PURPOSE = "revocation"
# How long somebody without network may rely on a list that she fetched, and how long it is kept before it is made anew.
LASTS = timedelta(days=7)
FRESH_SECONDS = 300


def place_of(attestation: Attestation) -> tuple[int, int]:
    """Which list, and which bit of it."""
    return divmod(attestation.pk, DEFAULT_SIZE_BITS)


def status_address(block: int) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("badges:status_list", args=[block])


def ended_in(block: int) -> list[int]:
    """The bits of what is revoked or superseded, in order; only those are looked at to which anything happened."""
    first = block * DEFAULT_SIZE_BITS
    moved = Merging.objects.all()
    touched = (
        Q(revocation__isnull=False)
        | Q(successor__isnull=False)
        | Q(person__in=moved.values("survivor"))
        | Q(person__in=moved.values("duplicate"))
    )
    certificates = Attestation.objects.filter(
        touched, kind=AttestationKind.COURSE_CERTIFICATE, pk__gte=first, pk__lt=first + DEFAULT_SIZE_BITS
    )
    verdicts = verdicts_of(list(certificates.distinct()))
    return sorted(pk - first for pk, verdict in verdicts.items() if not verdict.is_valid)


def status_list_of(block: int, *, at: datetime) -> dict[str, Any]:
    """The signed list as it stands at this moment."""
    unsigned = build_status_list_credential(
        issuer_did(),
        status_address(block),
        PURPOSE,
        ended_in(block),
        issued=at,
        valid_until=at + LASTS,
        ttl=FRESH_SECONDS * 1000,
    )
    made: dict[str, Any] = add_data_integrity_proof(unsigned, badge_key(), verification_method(), created=at)
    return made


def is_begun(block: int) -> bool:
    """Whether any attestation stands in this list."""
    return block == 0 or Attestation.objects.filter(pk__gte=block * DEFAULT_SIZE_BITS).exists()
