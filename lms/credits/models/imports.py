"""Hours from another platform, and opening balances: files, the columns in them, and the rows that were taken."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import IMPORTS_THAT_HOLD, CreditCategory, ImportKind, ImportState
from lms.lib.ids import public_code
from lms.lib.retention import Retention
from lms.people.models import Org, Person

KEPT = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")


def new_platform_code() -> str:
    return public_code(8)


class OutsidePlatform(models.Model):
    """外部平台: where hours were earned that are not earned here; named once for all authorities.

    Its code is part of every achievement, so that a cadre who moves to another county is not counted twice.
    """

    RETENTION = KEPT

    code = models.CharField(_("code"), max_length=16, unique=True, default=new_platform_code)
    name = models.CharField(_("name of the platform"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("outside platform")
        verbose_name_plural = _("outside platforms")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ColumnMapping(models.Model):
    """列对应: which heading of a platform's list is which column; saved for the next list."""

    RETENTION = Retention("reading the next list alike", until="another mapping is saved", days=None, basis="contract")

    authority = models.ForeignKey(Org, verbose_name=_("authority"), on_delete=models.CASCADE, related_name="+")
    platform = models.ForeignKey(OutsidePlatform, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind.choices)
    columns = models.JSONField(_("headings by column"))

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        constraints = [
            models.UniqueConstraint(fields=["authority", "platform", "kind"], name="credits_mapping_once"),
            models.UniqueConstraint(
                fields=["authority", "kind"],
                condition=Q(platform__isnull=True),
                name="credits_mapping_without_platform",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.platform_id} {self.kind}"


class ImportBatch(models.Model):
    """导入批次: one file of one authority. Its state is changed by `importing` and `settling_imports` alone.

    The file itself lies in the storage until the import is confirmed or discarded, and is deleted then: its
    fingerprint stays.
    """

    RETENTION = KEPT

    authority = models.ForeignKey(Org, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind.choices)
    platform = models.ForeignKey(
        OutsidePlatform, verbose_name=_("platform"), null=True, on_delete=models.PROTECT, related_name="batches"
    )
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    state = models.CharField(_("state"), max_length=12, choices=ImportState.choices, default=ImportState.RECEIVED)
    file_name = models.CharField(_("name of the file"), max_length=120)
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    stored_as = models.CharField(max_length=120, blank=True)
    sheet = models.CharField(_("sheet"), max_length=60, blank=True)
    columns = models.JSONField(_("headings by column"), default=dict)
    rows_new = models.PositiveIntegerField(_("new rows"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed rows"), default=0)
    rows_known = models.PositiveIntegerField(_("rows already there"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused rows"), default=0)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("received by"), on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField(_("received at"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("confirmed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undo_reason = models.CharField(_("reason for undoing"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("import of hours")
        verbose_name_plural = _("imports of hours")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ImportKind.EXTERNAL, platform__isnull=False)
                | Q(kind=ImportKind.OPENING_BALANCE, platform__isnull=True),
                name="credits_import_platform",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ImportState.RECEIVED, ImportState.DISCARDED], confirmed_by__isnull=True)
                | ~Q(state__in=[ImportState.RECEIVED, ImportState.DISCARDED]) & Q(confirmed_by__isnull=False),
                name="credits_import_confirmed",
            ),
        ]
        indexes = [
            # The imports of an authority, newest first.
            models.Index(fields=["authority", "-received_at"], name="credits_import_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"

    @property
    def rows_taken(self) -> int:
        return self.rows_new + self.rows_changed


class ImportedHoursQuerySet(models.QuerySet["ImportedHours"]):
    def holding(self) -> Self:
        """Rows of imports that were confirmed and not undone."""
        return self.filter(batch__state__in=IMPORTS_THAT_HOLD)

    def of_achievement(self, person: Person, key: str) -> Self:
        return self.filter(person.owns(), achievement_key=key)


class ImportedHours(models.Model):
    """One row that an officer confirmed: a fact, never changed. The ledger's entry names it as its cause."""

    RETENTION = KEPT

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="hours")
    row_number = models.PositiveIntegerField(_("row in the file"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="imported_hours"
    )
    achievement_key = models.CharField(_("achievement"), max_length=64)
    course_number = models.CharField(_("course number"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    day = models.DateField(_("day"))
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    days = models.DecimalField(_("days"), max_digits=5, decimal_places=2, default=Decimal("0.00"))
    # The row of an earlier list in which the platform said something else.
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    objects = ImportedHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported hours")
        verbose_name_plural = _("imported hours")
        ordering = ("batch", "row_number")
        constraints = [
            models.UniqueConstraint(fields=["batch", "person", "achievement_key"], name="credits_imported_once"),
            models.CheckConstraint(condition=Q(hours__gte=0, days__gte=0), name="credits_imported_not_below_0"),
        ]
        indexes = [
            # What an earlier list said about the same achievement.
            models.Index(fields=["person", "achievement_key"], name="credits_imported_known"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row_number} {self.hours}"
