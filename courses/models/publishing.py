"""What happens to pages on their way to learners and back: takedowns, notices to editors."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.enums import NoticeKind
from lms.lib.retention import Retention


class Takedown(models.Model):
    """A course or lesson was taken off the site at once. Written by `domain.takedown`; what was earned stays.

    Kept for ever; a lifted one stays with its date.
    """

    RETENTION = Retention("saying why a lesson left the site", until="never", days=None, basis="statutory_duty")

    page = models.ForeignKey(Page, models.PROTECT, related_name="takedowns")
    reason = models.CharField(_("reason"), max_length=300)
    taken_down_at = models.DateTimeField(_("taken down at"))
    taken_down_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    recordings = models.ManyToManyField("media.Video", verbose_name=_("recordings that it stopped"), related_name="+")
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        constraints = [
            models.UniqueConstraint(fields=["page"], condition=Q(lifted_at=None), name="courses_one_open_takedown")
        ]

    def __str__(self) -> str:
        return self.reason


class EditorNotice(models.Model):
    """Something the editors of a page should know, shown on their start page until the page is published.

    Written by `domain.telling`; deleted with its page.
    """

    RETENTION = Retention("telling editors what to do", until="the page is deleted", basis="no personal data")

    page = models.ForeignKey(Page, models.CASCADE, related_name="editor_notices")
    kind = models.CharField(max_length=24, choices=NoticeKind)
    reasons = models.JSONField(default=list, blank=True)
    told_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice to editors")
        verbose_name_plural = _("notices to editors")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "kind"], condition=Q(settled_at=None), name="courses_notice_open_once"
            )
        ]

    def __str__(self) -> str:
        return str(NoticeKind(self.kind).label)
