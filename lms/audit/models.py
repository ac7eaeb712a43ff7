"""The log and its head."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.lib.sealing import GENESIS


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, subject_kind: str, subject_id: object) -> "AuditEntryQuerySet":
        return self.filter(subject_kind=subject_kind, subject_id=str(subject_id))

    def by(self, actor_id: int) -> "AuditEntryQuerySet":
        return self.filter(actor_id=actor_id)

    def between(self, since: datetime, until: datetime) -> "AuditEntryQuerySet":
        """From `since` up to, not including, `until`."""
        return self.filter(at__gte=since, at__lt=until)


class AuditEntry(models.Model):
    """One thing done by someone; written by `domain.recording.record` and never changed."""

    RETENTION = Retention("proving who did what", until="the system is closed", days=None, basis="law")

    seq = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField(_("actor"), null=True)
    action = models.CharField(_("action"), max_length=64)
    subject_kind = models.CharField(_("kind of subject"), max_length=64)
    subject_id = models.CharField(_("about whom"), max_length=64)
    detail = models.JSONField(_("detail"), default=dict)
    prev_hash = models.CharField(_("hash of the entry before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("seq",)
        indexes = [
            # everything done to one record, in order
            models.Index(fields=["subject_kind", "subject_id", "seq"], name="audit_subject"),
            # everything one person did, in order
            models.Index(fields=["actor_id", "seq"], name="audit_actor"),
            # every entry of one kind of action, newest first
            models.Index(fields=["action", "seq"], name="audit_action"),
            # a day or a month of the log
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject_kind}:{self.subject_id}"

    @property
    def payload(self) -> dict[str, Any]:
        """What the hash is made over."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor_id": self.actor_id,
            "action": self.action,
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
            "detail": self.detail,
        }


class AuditHead(models.Model):
    """The last number and hash of the log: one row, locked by whoever appends."""

    RETENTION = Retention("proving who did what", until="the system is closed", days=None, basis="law")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("head of the audit log")
        verbose_name_plural = _("heads of the audit log")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"
