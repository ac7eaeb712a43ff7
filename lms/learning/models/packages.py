"""Lessons fetched to be watched without network, and what was said about what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.learning.models.playing import new_session_code
from lms.lib.retention import Retention


class OfflinePackage(models.Model):
    """离线下载: the right of a person to report on a lesson watched without network.

    Given by `packages.issue_package`; it never changes. Every fetching makes one of its own, because two phones
    that number their reports alike must not answer for each other.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    code = models.CharField(_("code"), max_length=32, unique=True, default=new_session_code)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="offline_packages", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    video = models.ForeignKey("media.Video", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, related_name="packages")
    # Null where something else than coverage completes the lesson.
    needed_seconds = models.PositiveIntegerField(null=True)
    issued_at = models.DateTimeField(_("fetched at"))
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("offline package")
        verbose_name_plural = _("offline packages")
        constraints = [
            models.CheckConstraint(name="learning_package_period", condition=Q(valid_until__gt=F("issued_at"))),
        ]
        indexes = [
            # How often somebody fetches.
            models.Index(fields=["person", "-issued_at"], name="learning_package_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} ({self.issued_at:%Y-%m-%d})"


class PackageReceipt(models.Model):
    """What one report of a package brought: as `Receipt`, for a package instead of a play session. Never changed.

    `body` holds what a receipt's does, and in `days` how many lesson seconds each day of Beijing paid.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    package = models.ForeignKey(OfflinePackage, models.PROTECT, related_name="receipts", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    received_at = models.DateTimeField(_("received at"))
    body = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("receipt of a package")
        verbose_name_plural = _("receipts of packages")
        constraints = [models.UniqueConstraint(fields=["package", "number"], name="learning_package_receipt_once")]

    def __str__(self) -> str:
        return f"{self.package_id}: {self.number}"
