"""Publishing: what is in the way, and publishing many pages where some are not ready."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Page, Revision

from courses.domain.telling import tell_editors
from courses.enums import NoticeKind
from courses.models import GatedPage
from courses.validators import NotPublishable

__all__ = [
    "NotPublishable",
    "Published",
    "publish_pages",
    "publish_with_descendants",
    "why_not_publishable",
    "withdraw_unready_schedules",
]


@dataclass
class Published:
    """What came of publishing several pages."""

    pages: list[Page] = field(default_factory=list)
    refused: list[tuple[Page, list[str]]] = field(default_factory=list)


def why_not_publishable(page: Page) -> list[str]:
    """The reasons, as sentences, why learners may not see this state of the page; empty when they may."""
    specific = page.specific
    return specific.why_not_publishable() if isinstance(specific, GatedPage) else []


def publish_pages(pages: Iterable[Page], *, by: Any = None) -> Published:
    """Publish the latest revision of each page; those that are not ready, or not theirs, stay as they are."""
    result = Published()
    for page in pages:
        specific = page.specific
        revision = specific.get_latest_revision() or specific.save_revision(user=by)
        try:
            revision.publish(user=by)
        except NotPublishable as refusal:
            result.refused.append((specific, refusal.reasons))
        else:
            result.pages.append(specific)
    return result


def publish_with_descendants(pages: Iterable[Page], *, by: Any = None) -> tuple[Published, Published]:
    """Publish each page and the drafts below it; return what came of the pages and of those below."""
    above, below = Published(), Published()
    for page in pages:
        outcome = publish_pages([page], by=by)
        above.pages += outcome.pages
        above.refused += outcome.refused
        drafts = page.get_descendants().not_live().specific()
        mine = [draft for draft in drafts if by is None or draft.permissions_for_user(by).can_publish()]
        outcome = publish_pages(mine, by=by)
        below.pages += outcome.pages
        below.refused += outcome.refused
    return above, below


def withdraw_unready_schedules(at: datetime | None = None) -> list[tuple[Page, list[str]]]:
    """Take back the schedules that are due for pages that are not ready, and tell their editors why."""
    at = at or timezone.now()
    refused = []
    for revision in Revision.objects.filter(approved_go_live_at__lt=at).order_by("approved_go_live_at"):
        page = revision.as_object()
        if isinstance(page, GatedPage) and (reasons := page.why_not_publishable()):
            Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
            tell_editors(page, NoticeKind.SCHEDULE_REFUSED, reasons=reasons, at=at)
            refused.append((page, reasons))
    return refused
