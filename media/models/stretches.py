"""What was recognised of a recording that is not done yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from media.models.videos import Video


class RecognitionStretch(models.Model):
    """What was heard in one window of a recording, so that the next worker goes on where a killed one was.

    Written by `transcribing`, which drops it when the recording is ready. `key` names sound, engine, model, language
    and wording: with any of them changed, it is heard anew.
    """

    RETENTION = Retention("captions and search", until="recognition of the recording ends", basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="stretches")
    key = models.CharField(max_length=64)
    heard = models.JSONField()

    class Meta:
        verbose_name = _("recognised stretch")
        verbose_name_plural = _("recognised stretches")
        constraints = [models.UniqueConstraint(fields=["video", "key"], name="media_stretch_once")]

    def __str__(self) -> str:
        return f"{self.video_id} {self.key[:8]}"
