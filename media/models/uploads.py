"""Files on their way in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.ids import public_code
from lms.lib.retention import Retention
from media.enums import Language
from media.models.videos import Video


def new_upload_code() -> str:
    """A code that stands in the address of an upload and names its file in the spool."""
    return public_code(16)


class UploadQuerySet(models.QuerySet["Upload"]):
    def open(self, at: datetime) -> UploadQuerySet:
        """Neither received nor expired."""
        return self.filter(video=None, expires_at__gt=at)

    def of(self, owner: Any) -> UploadQuerySet:
        return self.filter(owner=owner)


class Upload(models.Model):
    """A file that comes in pieces. How much of it is here, the length of its file in the spool says, and no row.

    `uploading` begins, extends, finishes and gives it up. A finished one is kept until it expires, so that finishing
    told twice gives the same recording.
    """

    RETENTION = Retention("taking up an interrupted upload", until="it expires or is given up", basis="contract")

    code = models.CharField(max_length=20, unique=True, default=new_upload_code, editable=False)
    owner = models.ForeignKey("people.Person", models.CASCADE, related_name="uploads")
    org = models.ForeignKey("people.Org", models.CASCADE, related_name="+")
    original_name = models.CharField(_("file name"), max_length=255, blank=True)
    size_bytes = models.PositiveBigIntegerField()
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("spoken language"), max_length=12, choices=Language)
    ai_generated = models.BooleanField(default=False)
    ai_label = models.CharField(max_length=120, blank=True)
    # The recording in whose place it will come.
    replaces = models.ForeignKey(Video, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # What became of it.
    video = models.OneToOneField(Video, models.CASCADE, null=True, blank=True, related_name="upload")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(name="media_upload_has_bytes", condition=Q(size_bytes__gt=0))]
        indexes = [
            # The sweeper: which have expired. Beginning one: what is still promised.
            models.Index(fields=["expires_at"], name="media_upload_expiry"),
        ]

    def __str__(self) -> str:
        return self.title
