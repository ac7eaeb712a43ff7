"""Two accounts became one, and perhaps two again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class Merging(models.Model):
    """合并: which account went into which, and what that changed; written by merging, undone by separating.

    `changed` holds keys: contacts and belongings that ended, with the end they had before; contacts made for the one
    that stays; accounts that had been merged into the one that goes; whether an identity number went along.
    """

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    duplicate = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account that went"), on_delete=models.PROTECT, related_name="+"
    )
    survivor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account that stayed"), on_delete=models.PROTECT, related_name="+"
    )
    changed = models.JSONField(_("what changed"))
    reason = models.CharField(_("reason"), max_length=200)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("merged by"), on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(_("merged"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_why = models.CharField(_("why undone"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("merging of two accounts")
        verbose_name_plural = _("mergings of accounts")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            # An account goes into one other.
            models.UniqueConstraint(
                name="people_merging_one_open", fields=["duplicate"], condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} {self.survivor_id}"
