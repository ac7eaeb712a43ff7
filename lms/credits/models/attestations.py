"""证明: what somebody was given in writing under a number, and what was taken back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import AttestationKind
from lms.lib.ids import public_code
from lms.lib.retention import Retention
from lms.lib.sealing import canonical_bytes, public_key, verify
from lms.people.models import Org

KEPT = Retention("proving what was given in writing", until="never", days=None, basis="statutory_duty")
NUMBER_LENGTH = 12


def new_number() -> str:
    """Eleven random characters and one that checks them: 2.5 · 10¹⁶ numbers, so that nobody guesses one."""
    return public_code(NUMBER_LENGTH)


class Attestation(models.Model):
    """A 学时证明 or 课程学习证明. Written by `attesting`, never changed; what it is worth today says `vouching`.

    `subject` names what it is about, as `attesting` builds it; each supersedes the one before it about the same.
    `says` holds figures, ids and the title of a course, and no name: whose it is, is read from the person while there
    is one, so that closing an account has nothing to change here.
    """

    RETENTION = KEPT

    number = models.CharField(_("number"), max_length=16, unique=True, default=new_number)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="attestations"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AttestationKind.choices)
    subject = models.CharField(_("subject of the attestation"), max_length=64)
    says = models.JSONField(_("what it says"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="+"
    )
    # Null where the person took it out by herself.
    org = models.ForeignKey(
        Org, verbose_name=_("issuing organisation"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", verbose_name=_("supersedes"), null=True, on_delete=models.PROTECT, related_name="successor"
    )
    public_key = models.CharField(_("public key"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128)

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ("-issued_at", "-pk")
        indexes = [
            # the papers of one person, newest first
            models.Index(fields=["person", "-issued_at"], name="credits_attestation_person")
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """In groups of four, as it stands on paper."""
        return "-".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))

    @property
    def is_of_whole_period(self) -> bool:
        """Whether a statement goes to the end of its last year."""
        return bool(self.says.get("until") == f"{self.says.get('last_year')}-12-31")

    @property
    def signed(self) -> dict[str, Any]:
        """What the signature is made over."""
        return {
            "number": self.number,
            "person": self.person_id,
            "kind": str(self.kind),
            "subject": self.subject,
            "says": self.says,
            "issued_at": self.issued_at,
            "issued_by": self.issued_by_id,
            "org": self.org_id,
            "supersedes": self.supersedes_id,
        }

    @property
    def signed_bytes(self) -> bytes:
        return canonical_bytes(self.signed)

    @property
    def is_genuine(self) -> bool:
        """Whether it still says what was signed, by the key of this site."""
        return self.public_key == public_key() and verify(self.signed_bytes, self.signature, self.public_key)


class AttestationRevocation(models.Model):
    """撤销: an officer's word that an attestation is not to be relied on, with a reason; never taken back."""

    RETENTION = KEPT

    attestation = models.OneToOneField(Attestation, on_delete=models.PROTECT, related_name="revocation")
    at = models.DateTimeField(_("revoked at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("revocation of an attestation")
        verbose_name_plural = _("revocations of attestations")
        ordering = ("attestation",)

    def __str__(self) -> str:
        return f"{self.attestation_id} {self.at}"
