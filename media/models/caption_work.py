"""What happens around captions: who is at a draft, drafts returned with a reason, and what learners find wrong."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from media.enums import Language, ReportOutcome
from media.models.captions import Transcript
from media.models.videos import Video


class DraftEditing(models.Model):
    """That a person changed a draft, and when last: the hint that somebody else is at it. Saving writes it."""

    RETENTION = Retention("working on captions together", until="the recording goes", basis="contract")

    transcript = models.ForeignKey(Transcript, models.CASCADE, related_name="editings")
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("editing of a draft")
        verbose_name_plural = _("editings of drafts")
        constraints = [models.UniqueConstraint(fields=["transcript", "person"], name="media_draft_editing_once")]

    def __str__(self) -> str:
        return f"{self.transcript_id} {self.person_id}"


class CaptionReturn(models.Model):
    """A draft given back with a reason, and when it was handed in again. `returning` writes it; history is kept."""

    RETENTION = Retention("captions and search", until="the recording goes", basis="contract")

    transcript = models.ForeignKey(Transcript, models.CASCADE, related_name="returns")
    # The state of the draft that the reviewer had read.
    revision = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=500)
    returned_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(_("returned at"))
    answered_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("returned draft")
        verbose_name_plural = _("returned drafts")
        ordering = ["-returned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["transcript"], condition=Q(answered_at=None), name="media_caption_return_one_open"
            ),
            models.CheckConstraint(name="media_caption_return_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason


class CaptionReport(models.Model):
    """A learner says that captions are wrong at a moment (字幕有误). `reporting` writes and settles it."""

    RETENTION = Retention("correcting captions", until="the report is settled", days=180, basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="caption_reports")
    language = models.CharField(max_length=12, choices=Language)
    # What the learner was shown.
    transcript = models.ForeignKey(Transcript, models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField()
    words = models.CharField(_("words"), max_length=300, blank=True)
    # Nobody, where the learner was not signed in.
    reported_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=ReportOutcome, default=ReportOutcome.OPEN)
    reply = models.CharField(_("answer to the learner"), max_length=300, blank=True)
    settled_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report of wrong captions")
        verbose_name_plural = _("reports of wrong captions")
        ordering = ["reported_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="media_caption_report_settled_has_moment",
                condition=Q(outcome=ReportOutcome.OPEN) | Q(settled_at__isnull=False),
            ),
        ]
        indexes = [
            # The tasks of an organisation, oldest first, and their count beside each recording.
            models.Index(
                fields=["video", "reported_at"],
                condition=Q(outcome=ReportOutcome.OPEN),
                name="media_caption_report_open",
            ),
            # What a learner is told on the lesson's page.
            models.Index(fields=["reported_by", "video"], name="media_caption_report_of"),
        ]

    def __str__(self) -> str:
        return f"{self.video_id} {self.at_ms}"

    @property
    def at_seconds(self) -> int:
        return self.at_ms // 1000
