"""A submission, and the steps it took."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.approvals.enums import WITH_REASON, Step
from lms.lib.retention import Retention

KEPT = Retention("showing who decided what", until="never", days=None, basis="statutory_duty")


class Submission(models.Model):
    """What somebody asks for. State and number are those of the last step; written by `stepping` alone."""

    RETENTION = KEPT

    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("submitted by"), on_delete=models.PROTECT, related_name="submissions"
    )
    kind = models.CharField(_("kind of submission"), max_length=24)
    state = models.CharField(_("state"), max_length=24, choices=Step.choices)
    steps_taken = models.PositiveSmallIntegerField(_("number of steps"), default=0)
    submitted_at = models.DateTimeField(_("submitted at"))
    since = models.DateTimeField(_("in this state since"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            # Queues: what has waited longest in a state.
            models.Index(fields=["kind", "state", "since"], name="approvals_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"


class SubmissionStep(models.Model):
    """One step; added and never changed."""

    RETENTION = KEPT

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField(_("number of the step"))
    kind = models.CharField(_("step"), max_length=24, choices=Step.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("taken at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # What was asked for, or granted, in this moment.
    said = models.JSONField(_("what was said"), default=dict)

    class Meta:
        verbose_name = _("step of a submission")
        verbose_name_plural = _("steps of submissions")
        ordering = ("submission", "number")
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="approvals_step_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(WITH_REASON)) | ~Q(reason=""), name="approvals_step_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}/{self.number} {self.kind}"
