"""A short address of a lesson, to be read out, written on a board and scanned."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.lib.ids import public_code
from lms.lib.retention import Retention

CODE_LENGTH = 8


def new_link_code() -> str:
    """Short enough for a board; the last character finds a slip of the pen."""
    return public_code(CODE_LENGTH)


class ShortLink(models.Model):
    """Where a lesson is found for good, whatever it is called and wherever it stands; made by `linking`.

    It stands on paper in villages: it is never changed, and goes with its lesson.
    """

    RETENTION = Retention("finding lessons", until="never", days=None, basis="public data")

    code = models.CharField(_("code"), max_length=16, unique=True, default=new_link_code, editable=False)
    lesson = models.OneToOneField(
        "courses.LessonPage", models.CASCADE, related_name="short_link", verbose_name=_("lesson")
    )

    class Meta:
        verbose_name = _("short link")
        verbose_name_plural = _("short links")

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("links:follow", args=[self.code])
