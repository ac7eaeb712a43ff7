"""Dated rules: what study is worth."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import Confidence, RuleUnit
from lms.credits.validators import validate_parameters
from lms.lib.retention import Retention
from lms.people.models import Org
from lms.people.models.dated import DatedQuerySet

KEPT = Retention("saying under which rule hours were earned", until="never", days=None, basis="statutory_duty")


class CreditRule(models.Model):
    """学时规则: what completed study is worth, in a region or for one authority, from a day up to another.

    A rule without region and authority is a preset: it is in force nowhere until `adopt_rule` copies it for a place.
    A rule is never edited once hours hang on it; another value is another row.
    """

    RETENTION = KEPT

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    region_code = models.CharField(
        _("division code of the region"), max_length=12, blank=True, validators=[RegexValidator(r"^\d{12}$")]
    )
    authority = models.ForeignKey(
        Org,
        verbose_name=_("authority"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_rules",
    )
    unit = models.CharField(_("unit"), max_length=8, choices=RuleUnit.choices)
    parameters = models.JSONField(_("parameters"), validators=[validate_parameters])
    offline_needs_quiz = models.BooleanField(
        _("watching without network needs a quiz"),
        default=True,
        help_text=_("What was watched without network gives hours only once a quiz was passed."),
    )
    active_from = models.DateField(_("valid from"))
    active_to = models.DateField(_("valid until (not including)"), null=True, blank=True)
    source = models.TextField(_("source"))
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence.choices)
    based_on = models.ForeignKey(
        "self", verbose_name=_("written from"), null=True, blank=True, on_delete=models.PROTECT, related_name="versions"
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit rule")
        verbose_name_plural = _("credit rules")
        ordering = ("code", "active_from")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "region_code", "active_from"],
                condition=Q(authority__isnull=True),
                name="credits_rule_region_once",
            ),
            models.UniqueConstraint(
                fields=["code", "authority", "active_from"],
                condition=Q(authority__isnull=False),
                name="credits_rule_authority_once",
            ),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")), name="credits_rule_period"
            ),
            models.CheckConstraint(
                condition=Q(region_code="") | Q(authority__isnull=True), name="credits_rule_region_or_authority"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code}, {self.active_from})"

    @property
    def is_preset(self) -> bool:
        return not self.region_code and self.authority_id is None

    @property
    def terms(self) -> dict[str, Any]:
        """What the rule says, as it is kept in the evidence of every entry made under it.

        `offline_needs_quiz` is named only where it is not the usual, so that entries older than it still fit.
        """
        unusual = {} if self.offline_needs_quiz else {"offline_needs_quiz": False}
        return {"code": self.code, "unit": self.unit, "parameters": self.parameters, **unusual}
