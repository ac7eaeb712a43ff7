"""Deleting a recording with everything that was made of it, unless something still needs it."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.lib.files import stored
from lms.people.models import Person
from media.domain.playing import forget_access
from media.enums import CLAIMED
from media.models import Video
from media.signals import announce, video_deleted

Blocker = Callable[[Video], list[str]]
_blockers: list[Blocker] = []


class NotDeletable(Exception):
    """Something needs the recording; `reasons` say what, one sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def register_blocker(blocker: Blocker) -> None:
    """Let a higher floor name reasons against deleting a recording: lessons that show it, people who learnt with it."""
    if blocker not in _blockers:
        _blockers.append(blocker)


def why_not_deletable(video: Video) -> list[str]:
    """The reasons why the recording must stay; empty when it may go."""
    reasons = [reason for blocker in _blockers for reason in blocker(video)]
    pieces = list(video.pieces.values_list("title", flat=True)[:5])
    if pieces:
        named = _(", ").join(pieces)
        reasons.append(_("Other recordings were cut from it: %(titles)s. Delete those first.") % {"titles": named})
    if video.status in CLAIMED:
        reasons.append(_("It is being worked on at the moment. Please wait until that has ended."))
    return reasons


def delete_video(video: Video, *, by: Person | None, at: datetime) -> None:
    """Delete rows, then files; what a broken storage keeps is found by `delete_orphan_files`. Raises NotDeletable."""
    if reasons := why_not_deletable(video):
        raise NotDeletable(reasons)
    code, title = video.code, video.title
    try:
        with transaction.atomic():
            video.delete()
            record(
                "media.video_deleted", actor=by, subject_kind="video", subject_id=code, detail={"title": title}, at=at
            )
            transaction.on_commit(lambda: stored().delete_folder(f"recordings/{code}"), robust=True)
            announce(video_deleted, code=code)
    except (ProtectedError, RestrictedError) as error:
        raise NotDeletable([_("Something else still needs it.")]) from error
    forget_access(code)
