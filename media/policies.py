"""Who may see and manage recordings: trainers those of their organisations, reviewers look at theirs."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.policies import has_role, may_manage_content_of, orgs_of_reviewer, orgs_of_trainer
from media.models import Upload, UploadQuerySet, Video


def videos_visible_to(actor: Any, *, on: date) -> QuerySet[Video]:
    """The recordings that the actor may look at in the admin on the day."""
    orgs = orgs_of_trainer(actor, on) | orgs_of_reviewer(actor, on)
    return Video.objects.of_orgs(orgs.values("pk"))


def video_at_desk(actor: Any, code: str, *, at: datetime) -> Video:
    """The recording whose captions the actor works on; 404 for whoever is neither trainer nor reviewer of its
    organisation on the day."""
    videos = videos_visible_to(actor, on=beijing_day(at)).select_related("org")
    return get_object_or_404(videos, code=code)


def looks_after_work(actor: Any, *, on: date) -> bool:
    """System administrators keep the work going for everybody: they list and retry, and open nothing."""
    return has_role(actor, RoleKind.SYSTEM_ADMIN, on)


def videos_listed_for(actor: Any, *, on: date) -> QuerySet[Video]:
    """The recordings whose state the actor may see in the list on the day."""
    return Video.objects.all() if looks_after_work(actor, on=on) else videos_visible_to(actor, on=on)


def may_retry(actor: Any, video: Video, *, on: date) -> bool:
    """Whether the actor may send a failed recording on its way again on the day."""
    return looks_after_work(actor, on=on) or may_manage(actor, video, on=on)


def may_manage(actor: Any, video: Video, *, on: date) -> bool:
    """Whether the actor may replace, take down or delete the recording on the day."""
    return may_manage_content_of(actor, video.org, on)


def uploads_of(actor: Any, *, on: date) -> UploadQuerySet:
    """The uploads that the actor may go on with on the day: her own, into organisations that she still works for."""
    return Upload.objects.of(actor).filter(org__in=orgs_of_trainer(actor, on).values("pk"))
