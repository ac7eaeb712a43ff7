"""年度结账: units confirm, the authority closes, and what was said then stays as it was."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.retention import Retention
from lms.lib.sealing import canonical_bytes
from lms.people.models import Org

KEPT = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")


class YearClosing(models.Model):
    """The closing of one year by one authority, begun by naming the last day on which evidence is waited for."""

    RETENTION = KEPT

    authority = models.ForeignKey(
        Org, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="year_closings"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    cutoff = models.DateField(_("last day for evidence"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("begun by"), on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("begun at"))

    class Meta:
        verbose_name = _("closing of a year")
        verbose_name_plural = _("closings of years")
        ordering = ("authority", "-year")
        constraints = [models.UniqueConstraint(fields=["authority", "year"], name="credits_closing_once")]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.year}"

    @property
    def is_closed(self) -> bool:
        return hasattr(self, "snapshot")


class UnitConfirmation(models.Model):
    """A unit's word that its figures are right. The last one counts, as long as the figures are still those."""

    RETENTION = KEPT

    closing = models.ForeignKey(YearClosing, on_delete=models.PROTECT, related_name="confirmations")
    unit = models.ForeignKey(Org, verbose_name=_("work unit"), on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("hash of the figures"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(pgettext_lazy("moment", "at"))

    class Meta:
        verbose_name = _("confirmation by a unit")
        verbose_name_plural = _("confirmations by units")
        ordering = ("closing", "at", "pk")

    def __str__(self) -> str:
        return f"{self.closing_id} {self.unit_id} {self.at}"


class YearSnapshot(models.Model):
    """The figures of a closed year, signed. What is registered for the year later stands beside them: 补登.

    `figures` holds a line for each person, by number and without a name; `without` the units that had not confirmed.
    """

    RETENTION = KEPT

    closing = models.OneToOneField(YearClosing, on_delete=models.PROTECT, related_name="snapshot")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("closed at"))
    figures = models.JSONField(_("figures"))
    without = models.JSONField(_("units that had not confirmed"))
    reason = models.TextField(_("reason"), blank=True)
    public_key = models.CharField(_("public key"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128)

    class Meta:
        verbose_name = _("figures of a closed year")
        verbose_name_plural = _("figures of closed years")
        ordering = ("closing",)

    def __str__(self) -> str:
        return f"{self.closing_id} {self.at}"

    @property
    def signed(self) -> dict[str, Any]:
        """What the signature is made over."""
        return {
            "authority": self.closing.authority_id,
            "year": self.closing.year,
            "at": self.at,
            "figures": self.figures,
            "without": self.without,
            "reason": self.reason,
        }

    @property
    def signed_bytes(self) -> bytes:
        return canonical_bytes(self.signed)
