"""免修、减免: why somebody owes less than her post asks for, on whose word and on which document."""

import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import CreditCategory, ExemptionKind, ExemptionState
from lms.lib.retention import Retention
from lms.people.models import Org
from lms.people.models.dated import Dated


def document_path(exemption: "Exemption", filename: str) -> str:
    """A name of our own: what the sender called the file is not kept."""
    return f"exemptions/{secrets.token_hex(16)}.{exemption.document_kind}"


class Exemption(Dated):
    """Exempts for its months or, where hours or days are named, takes so much off; changed by `exempting` alone.

    Only an approved one counts. One that ended early keeps its row with an earlier `active_to`.
    """

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="exemptions"
    )
    kind = models.CharField(_("ground"), max_length=24, choices=ExemptionKind.choices)
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices, blank=True)
    hours = models.DecimalField(_("hours less"), max_digits=6, decimal_places=2, null=True, blank=True)
    days = models.DecimalField(_("days less"), max_digits=5, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("reason"))
    document = models.FileField(_("document"), upload_to=document_path, max_length=120)
    document_kind = models.CharField(_("kind of document"), max_length=4)
    authority = models.ForeignKey(
        Org, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="exemptions_to_approve"
    )
    state = models.CharField(_("state"), max_length=12, choices=ExemptionState.choices, default=ExemptionState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("withdrawn by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ("-active_from", "-pk")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(active_to__isnull=False), name="credits_exemption_ends"),
            models.CheckConstraint(
                condition=(Q(hours__isnull=True) | Q(hours__gt=0)) & (Q(days__isnull=True) | Q(days__gt=0)),
                name="credits_exemption_positive",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("person")) & (Q(decided_by__isnull=True) | ~Q(decided_by=F("person"))),
                name="credits_exemption_not_ones_own",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ExemptionState.APPROVED, ExemptionState.DECLINED])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="credits_exemption_two_officers",
            ),
        ]
        indexes = [
            # what waits for the officers of an authority
            models.Index(fields=["authority", "state"], name="credits_exemption_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.active_from}"

    @property
    def reduces(self) -> bool:
        """Whether it takes hours or days off instead of months."""
        return self.hours is not None or self.days is not None

    @property
    def last_day(self) -> date | None:
        return self.active_to - timedelta(days=1) if self.active_to else None

    @property
    def is_waiting(self) -> bool:
        return self.state == ExemptionState.PROPOSED
