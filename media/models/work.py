"""What workers did to recordings, and what it cost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from media.enums import RunEnd, Stage
from media.models.videos import Video


class StageRun(models.Model):
    """One run of a worker at one stage of one recording: when, how long, how many processor seconds.

    `staging.Claim` writes it: begun with the claim, noted while the work goes on, closed with its end. The speed of
    this server is read from the runs that were done, and from it how long others will wait.
    """

    RETENTION = Retention("running the service", until="the recording goes", basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="stage_runs")
    stage = models.CharField(max_length=12, choices=Stage)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # Empty while it runs.
    end = models.CharField(max_length=12, choices=RunEnd, blank=True)
    # The worker's own and its tools', to a tenth; a killed worker's lacks its last seconds.
    cpu_seconds = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    # How long the recording was held to be when the run began.
    length_seconds = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("run of a worker")
        verbose_name_plural = _("runs of workers")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="media_run_ended_has_moment", condition=Q(end="") | Q(ended_at__isnull=False)),
        ]
        indexes = [
            # Waiting times: the latest runs of a stage that were done.
            models.Index(fields=["stage", "end", "-started_at"], name="media_run_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.video_id} {self.stage}"
