"""达标情况: where a cadre stands against a requirement. A cache, made again from facts by `assess_requirements`."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import CreditCategory, Period, StandingState
from lms.lib.retention import Retention


class Standing(models.Model):
    """One counter of one person in one period, as of a day; merged accounts are counted under the one that stays.

    `first_year` is the year itself, or the first year of the cycle. `needed_days` is empty where hours have no
    alternative. `until` is the day before which it must be met: later than the period where a promotion gave time.
    """

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    period = models.CharField(_("period"), max_length=16, choices=Period.choices)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    needed_hours = models.DecimalField(_("hours needed"), max_digits=8, decimal_places=2, default=Decimal("0.00"))
    needed_days = models.DecimalField(_("days needed"), max_digits=7, decimal_places=2, null=True)
    hours = models.DecimalField(_("hours"), max_digits=8, decimal_places=2, default=Decimal("0.00"))
    days = models.DecimalField(_("days"), max_digits=7, decimal_places=2, default=Decimal("0.00"))
    state = models.CharField(_("state"), max_length=16, choices=StandingState.choices)
    until = models.DateField(_("to be met before"))
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        ordering = ("person", "category", "period", "first_year")
        constraints = [
            models.UniqueConstraint(fields=["person", "category", "period", "first_year"], name="credits_standing_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.category} {self.period} {self.first_year}: {self.state}"


class Reassessment(models.Model):
    """重新核算: everybody is held against the requirements again because these have changed; changed by `reassessing`.

    `last_person` is the key up to which everybody is done, so that whoever is stopped goes on from there.
    """

    RETENTION = Retention("showing how far it has come", until="never", days=None, basis="statutory_duty")

    asked_at = models.DateTimeField(_("asked for"))
    total = models.PositiveIntegerField(_("people in all"))
    done = models.PositiveIntegerField(_("of these done"), default=0)
    last_person = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("reassessment")
        verbose_name_plural = _("reassessments")
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"
