"""学时申报: training held elsewhere that a cadre asks to be recognised, and the files that show it."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.approvals.enums import Step
from lms.approvals.models import Submission
from lms.credits.enums import CreditCategory, EvidenceKind
from lms.lib.retention import Retention
from lms.people.models import Person

KEPT = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")
# The kind under which a claim is submitted.
CLAIM = "credit_claim"


class CreditClaimQuerySet(models.QuerySet["CreditClaim"]):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person.owns())

    def in_state(self, *states: Step) -> Self:
        return self.filter(submission__state__in=states)


class CreditClaim(models.Model):
    """What is claimed stands here as it was sent last; each sending is also a step, which is never changed.

    Written by `claiming`; its state is that of its submission.
    """

    RETENTION = KEPT

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="credit_claim")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="credit_claims"
    )
    title = models.CharField(_("name of the training"), max_length=120)
    organiser = models.CharField(_("held by"), max_length=120)
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    days = models.DecimalField(_("days"), max_digits=5, decimal_places=2, default=Decimal("0.00"))
    achievement_key = models.CharField(_("achievement"), max_length=64)

    objects = CreditClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit claim")
        verbose_name_plural = _("credit claims")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="credits_claim_period"),
            models.CheckConstraint(condition=Q(hours__gt=0) | Q(days__gt=0), name="credits_claim_something"),
        ]
        indexes = [
            # Whether the same training was claimed before.
            models.Index(fields=["person", "achievement_key"], name="credits_claim_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.title}"

    @property
    def state(self) -> Step:
        return Step(self.submission.state)


class ClaimFile(models.Model):
    """佐证材料: kept privately, known by its fingerprint; one taken out again stays for the steps that name it."""

    RETENTION = KEPT

    claim = models.ForeignKey(CreditClaim, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("name of the file"), max_length=120)
    kind = models.CharField(_("kind of file"), max_length=8, choices=EvidenceKind.choices)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    stored_as = models.CharField(max_length=120)
    added_at = models.DateTimeField(_("added"))
    is_current = models.BooleanField(_("part of the claim"), default=True)

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind}"
