"""Taking a recording down (下架), within ten seconds everywhere, and putting it back; what was earned stays."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.audit.domain import record
from lms.people.models import Person
from media.domain.playing import forget_access
from media.models import Video
from media.signals import announce, video_put_back, video_taken_down


class NoReason(ValueError):
    """Taking down and putting back need a reason, which is kept."""


def take_down(video: Video, *, by: Person | None, reason: str, at: datetime | None = None) -> Video:
    """Stop the recording: signed addresses end, nothing more is served. Told twice, the first time stands."""
    reason = reason.strip()
    if not reason:
        raise NoReason(_("Please say why the recording is taken down."))
    at = at or timezone.now()
    moved = Video.objects.filter(pk=video.pk, taken_down_at=None).update(
        taken_down_at=at, taken_down_by=by, taken_down_reason=reason[:300]
    )
    video.refresh_from_db()
    forget_access(video.code)
    if moved:
        record(
            "media.video_taken_down",
            actor=by,
            subject_kind="video",
            subject_id=video.code,
            detail={"reason": reason},
            at=at,
        )
        announce(video_taken_down, video_id=video.pk)
    return video


def put_back(video: Video, *, by: Person | None, reason: str, at: datetime) -> Video:
    """Let a recording that was taken down be played again, where a live lesson shows it. Told twice, put back once."""
    reason = reason.strip()
    if not reason:
        raise NoReason(_("Please say why the recording is put back."))
    moved = (
        Video.objects.filter(pk=video.pk)
        .exclude(taken_down_at=None)
        .update(taken_down_at=None, taken_down_by=None, taken_down_reason="")
    )
    video.refresh_from_db()
    forget_access(video.code)
    if moved:
        record(
            "media.video_put_back",
            actor=by,
            subject_kind="video",
            subject_id=video.code,
            detail={"reason": reason},
            at=at,
        )
        announce(video_put_back, video_id=video.pk)
    return video
