"""Texts as a machine speaks them, for phones without a Chinese voice of their own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class Spoken(models.Model):
    """One text spoken by one voice: a paragraph, a question, a choice. Written and deleted by `speaking`.

    Its key is made of voice and text, so that nothing is spoken twice; the text itself stands where it is shown.
    """

    RETENTION = Retention("reading aloud", until="no page shows the text", days=30, basis="public data")

    key = models.CharField(max_length=32, unique=True)
    voice = models.CharField(_("voice"), max_length=80)
    file = models.FileField(_("sound"), max_length=200)
    # [[begins at, in ms; characters that are seen], …] for each sentence.
    cues = models.JSONField()
    duration_ms = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    spoken_at = models.DateTimeField(_("spoken at"))

    class Meta:
        verbose_name = _("text read aloud")
        verbose_name_plural = _("texts read aloud")
        indexes = [
            # Forgetting: the older ones, of which some are needed no more.
            models.Index(fields=["spoken_at"], name="media_spoken_at"),
        ]

    def __str__(self) -> str:
        return self.key
