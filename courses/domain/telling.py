"""Telling the editors of a page what they should know."""

from datetime import datetime

from django.db import transaction
from wagtail.models import Page

from courses.enums import NoticeKind
from courses.models import EditorNotice


def tell_editors(page: Page, kind: NoticeKind, *, at: datetime, reasons: list[str] | None = None) -> EditorNotice:
    """Put a notice before the editors of the page; told again, the open notice is brought up to date."""
    with transaction.atomic():
        notice, _created = EditorNotice.objects.update_or_create(
            page_id=page.pk, kind=kind, settled_at=None, defaults={"reasons": reasons or [], "told_at": at}
        )
    return notice


def settle_notices(page: Page, *, at: datetime, kind: NoticeKind | None = None) -> int:
    """What its editors were told, or what of this kind, is done with. Returns how many notices that were."""
    notices = EditorNotice.objects.filter(page_id=page.pk, settled_at=None)
    return (notices.filter(kind=kind) if kind else notices).update(settled_at=at)
