"""A 课程学习证明 as an OpenBadgeCredential. The same each time, so nothing of it is kept.

Whose it is, is said by a salted hash of her name: whoever is told the name can compare, and the file tells nobody else.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from openbadgeslib.ob3.credential import Achievement, IdentityObject, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner
from openbadgeslib.ob3.status_list import status_entry

from lms.credits.attestations.serving import public_address
from lms.credits.domain.printing import studied_in_words
from lms.credits.enums import AttestationKind
from lms.credits.models import Attestation
from lms.interop.badges.key import badge_key, issuer_did, verification_method
from lms.interop.badges.status import PURPOSE, place_of, status_address


class NoBadge(ValueError):
    """There are badges for finished courses only, and for people who have a name."""


def issuer_of_badges() -> Issuer:
    """Who signs: this site, under the name of whoever runs it."""
    name = settings.SITE_FOOTER["host_org"] or settings.WAGTAIL_SITE_NAME
    return Issuer(id=issuer_did(), name=name, url=settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("badges:issuer"))


def badge_of(attestation: Attestation) -> dict[str, Any]:
    """The signed credential, in Chinese; whoever calls has seen that the attestation is valid."""
    name = attestation.person.survivor.name
    if attestation.kind != AttestationKind.COURSE_CERTIFICATE or not name:
        raise NoBadge
    says = attestation.says
    block, index = place_of(attestation)
    with override("zh-hans"):
        achievement = Achievement(
            id=f"urn:uuid:{says['course_key']}",
            name=says["title"],
            description=_("The course “%(course)s”.") % {"course": says["title"]},
            criteria_narrative=" ".join(
                [_("Every lesson that the course asks for was completed."), studied_in_words(says)]
            ).strip(),
            achievement_type="Course",
        )
    credential = OpenBadgeCredential(
        issuer=issuer_of_badges(),
        recipient_id=None,
        achievement=achievement,
        id=public_address(attestation),
        name=says["title"],
        issuance_date=attestation.issued_at,
        identifiers=[_identity(name, attestation.number)],
        credential_status=[status_entry(status_address(block), PURPOSE, index)],
    )
    made: dict[str, Any] = OB3LdpSigner(badge_key(), verification_method()).sign(
        credential, created=attestation.issued_at
    )
    return made


def _identity(name: str, number: str) -> IdentityObject:
    """SHA-256 over name and salt; the salt is the badge's own, so that two badges of one person cannot be joined."""
    salt = hmac.digest(bytes.fromhex(settings.SEALING_KEY), f"badge salt\n{number}".encode(), "sha256").hex()[:32]
    digest = hashlib.sha256((name + salt).encode()).hexdigest()
    return IdentityObject(identity_hash=f"sha256${digest}", identity_type="name", hashed=True, salt=salt)
