"""Imports of a roster: what was read, what it did, and that it was undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.enums import RosterStepKind
from lms.people.models.places import Org


class RosterBatch(models.Model):
    """名册导入: one file of one organisation department. Read by `reading`, confirmed once, perhaps undone once.

    `lines` holds the rows and what cannot be read in them, encrypted, until the import is confirmed; afterwards it is
    empty. `choices` holds which person a row was said to be, by the row's number; 0 says a new one. An import that is
    not confirmed within the days of its retention is deleted; one that is stays, with its counts.
    """

    RETENTION = Retention("looking at a file before it counts", until="it was read", days=7, basis="labour_management")

    org = models.ForeignKey(
        Org, verbose_name=_("organisation department"), on_delete=models.PROTECT, related_name="roster_batches"
    )
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("read by"), on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField(_("read"))
    lines = models.TextField(_("encrypted rows"), blank=True)
    rows = models.PositiveIntegerField(_("rows"))
    choices = models.JSONField(_("decided row by row"), default=dict)
    counts = models.JSONField(_("what it did"), default=dict)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("confirmed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_why = models.CharField(_("why undone"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("import of a roster")
        verbose_name_plural = _("imports of rosters")
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="people_rosterbatch_undone_after_confirmed",
                condition=Q(undone_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="people_rosterbatch_forgets_its_rows", condition=Q(confirmed_at__isnull=True) | Q(lines="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.read_at:%Y-%m-%d %H:%M}"


class RosterStep(models.Model):
    """What one row of an import made or ended, by opaque ids: it stays when an undoing has deleted what was made."""

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    batch = models.ForeignKey(RosterBatch, verbose_name=_("import"), on_delete=models.PROTECT, related_name="steps")
    row = models.PositiveIntegerField(_("row"))
    kind = models.CharField(_("kind"), max_length=20, choices=RosterStepKind.choices)
    person_id = models.PositiveBigIntegerField(_("person"))
    object_id = models.PositiveBigIntegerField(_("row made or ended"))
    ended_before = models.DateField(_("end before"), null=True)
    ended_after = models.DateField(_("end afterwards"), null=True)

    class Meta:
        verbose_name = _("step of an import")
        verbose_name_plural = _("steps of imports")
        constraints = [
            # One thing is made or ended once in an import; also: the steps of a batch.
            models.UniqueConstraint(name="people_rosterstep_once", fields=["batch", "kind", "object_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row} {self.kind}"
