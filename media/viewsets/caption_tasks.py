"""What waits at the caption desk, on the start page of trainers and reviewers."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from wagtail.admin.ui.components import Component

from lms.lib.durations import beijing_day
from media.enums import ReportOutcome, TranscriptState
from media.models import CaptionReport, CaptionReturn, Transcript, Video
from media.policies import videos_visible_to

SHOWN = 10


def with_caption_tasks(videos: QuerySet[Video]) -> QuerySet[Video]:
    """The recordings with their `open_reports` and `returned_drafts` at hand, for lists: three more queries."""
    reports = CaptionReport.objects.filter(outcome=ReportOutcome.OPEN)
    returns = CaptionReturn.objects.filter(answered_at=None)
    drafts = Transcript.objects.filter(state=TranscriptState.DRAFT, returns__answered_at=None, returns__isnull=False)
    return videos.prefetch_related(
        Prefetch("caption_reports", queryset=reports, to_attr="open_reports"),
        Prefetch(
            "transcripts",
            queryset=drafts.prefetch_related(Prefetch("returns", queryset=returns, to_attr="open_returns")),
            to_attr="returned_drafts",
        ),
    )


class CaptionTasksPanel(Component):
    """Returned drafts with their reasons, drafts to read, and how many reports of wrong captions are open."""

    name = "media_caption_tasks"
    template_name = "media/caption_tasks.html"
    order = 60

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        person = parent_context["request"].user
        videos = videos_visible_to(person, on=beijing_day(timezone.now())).filter(taken_down_at=None)
        drafts = Transcript.objects.filter(state=TranscriptState.DRAFT, video__in=videos)
        open_returns = CaptionReturn.objects.filter(transcript=OuterRef("pk"), answered_at=None)
        waiting = drafts.exclude(Exists(open_returns)).select_related("video", "worded_by")
        return {
            "returned": list(
                CaptionReturn.objects.filter(answered_at=None, transcript__in=drafts)
                .select_related("transcript__video", "returned_by")
                .order_by("returned_at")[:SHOWN]
            ),
            "drafts": list(waiting.order_by("created_at")[:SHOWN]),
            "drafts_count": waiting.count(),
            "reports_count": CaptionReport.objects.filter(video__in=videos, outcome=ReportOutcome.OPEN).count(),
        }
