"""学时要求: how much a group of cadres needs in a period, for the nation, a region or one authority."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import Bound, Confidence, CreditCategory, PartYear, Period
from lms.lib.retention import Retention
from lms.people.models import Org
from lms.people.models.dated import Dated

KEPT = Retention("saying what was required of whom", until="never", days=None, basis="statutory_duty")
CYCLE_YEARS = 5


class CreditRequirement(Dated):
    """One number that binds; written by `setting_requirements` and `adopting`, never changed afterwards but ended.

    Without region and authority it binds in the whole nation; the row of the nearest place holds. Beside the hours
    stands an alternative, in days or in months; whoever reaches either has met it. How many days a month counts is
    a value of the row, because no source says it.
    """

    RETENTION = KEPT

    code = models.CharField(_("code"), max_length=40)
    region_code = models.CharField(
        _("division code of the region"), max_length=12, blank=True, validators=[RegexValidator(r"^\d{12}$")]
    )
    authority = models.ForeignKey(
        Org,
        verbose_name=_("authority"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_requirements",
    )
    bound = models.CharField(_("binds"), max_length=32, choices=Bound.choices)
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    period = models.CharField(_("period"), max_length=16, choices=Period.choices)
    cycle_first_year = models.PositiveSmallIntegerField(
        _("first year of a cycle"),
        null=True,
        blank=True,
        help_text=_("Of any one cycle of five years, for instance 2023 for 2023 to 2027."),
    )
    hours = models.DecimalField(
        _("hours"), max_digits=7, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    days = models.DecimalField(
        _("or days"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    months = models.PositiveSmallIntegerField(_("or months"), null=True, blank=True)
    days_of_month = models.DecimalField(
        _("training days in a month"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    days_of_month_confidence = models.CharField(
        _("confidence of the days in a month"), max_length=1, choices=Confidence.choices, blank=True
    )
    part_year = models.CharField(
        _("part of a period"), max_length=12, choices=PartYear.choices, default=PartYear.BY_MONTHS
    )
    part_year_confidence = models.CharField(
        _("confidence of the part of a period"), max_length=1, choices=Confidence.choices, default=Confidence.U
    )
    catch_up_months = models.PositiveSmallIntegerField(_("months to catch up after a promotion"), default=0)
    source = models.TextField(_("source"))
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence.choices)

    class Meta:
        verbose_name = _("credit requirement")
        verbose_name_plural = _("credit requirements")
        ordering = ("code", "category", "period", "bound", "active_from")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "region_code", "bound", "category", "period", "active_from"],
                condition=Q(authority__isnull=True),
                name="credits_requirement_region_once",
            ),
            models.UniqueConstraint(
                fields=["code", "authority", "bound", "category", "period", "active_from"],
                condition=Q(authority__isnull=False),
                name="credits_requirement_authority_once",
            ),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")),
                name="credits_requirement_period",
            ),
            models.CheckConstraint(condition=Q(hours__gt=Decimal(0)), name="credits_requirement_positive"),
            models.CheckConstraint(
                condition=Q(region_code="") | Q(authority__isnull=True), name="credits_requirement_one_place"
            ),
            models.CheckConstraint(
                condition=Q(period=Period.FIVE_YEAR_CYCLE, cycle_first_year__isnull=False)
                | Q(period=Period.ANNUAL, cycle_first_year__isnull=True),
                name="credits_requirement_cycle",
            ),
            models.CheckConstraint(
                condition=Q(months__isnull=True, days_of_month__isnull=True)
                | Q(months__isnull=False, days_of_month__gt=Decimal(0), days__isnull=True),
                name="credits_requirement_one_alternative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_bound_display()}: {self.hours} {self.get_category_display()}"

    def clean(self) -> None:
        if self.months is not None and not self.days_of_month_confidence:
            raise ValidationError(_("Say how well it is known how many training days a month counts."))

    @property
    def is_national(self) -> bool:
        return not self.region_code and self.authority_id is None

    @property
    def alternative_days(self) -> Decimal | None:
        """The alternative to the hours in training days, None where there is none."""
        if self.months is not None and self.days_of_month is not None:
            return self.months * self.days_of_month
        return self.days

    def first_year_of(self, year: int) -> int:
        """The first year of the period of this requirement in which the year lies."""
        if self.period == Period.ANNUAL or self.cycle_first_year is None:
            return year
        return year - (year - self.cycle_first_year) % CYCLE_YEARS

    def overlaps(self, active_from: date, active_to: date | None) -> bool:
        """Whether there is a day on which both it and a row with this period hold."""
        return (active_to is None or self.active_from < active_to) and (
            self.active_to is None or self.active_to > active_from
        )
