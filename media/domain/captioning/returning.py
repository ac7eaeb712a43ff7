"""A draft goes back to whoever wrote it, with a reason, and comes again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.people.models import Person
from media.domain.captioning.approving import why_not_by
from media.domain.captioning.drafts import DraftClosed, lock
from media.enums import TranscriptState
from media.models import CaptionReturn, Transcript


class CannotReturn(ValueError):
    """The draft was not returned; the message says why."""


def return_draft(transcript: Transcript, *, reason: str, by: Person, at: datetime) -> CaptionReturn:
    """Give an open draft back with a reason. Returned already and not handed in since, the newer reason is added.

    Raises CannotReturn and DraftClosed.
    """
    reason = reason.strip()
    if not reason:
        raise CannotReturn(_("Please say what should be changed."))
    with transaction.atomic():
        lock(transcript.video)
        draft = _open(transcript)
        if reasons := why_not_by(draft, by):
            raise CannotReturn(" ".join(reasons))
        draft.returns.filter(answered_at=None).update(answered_at=at, answered_by=by)
        returned = CaptionReturn.objects.create(
            transcript=draft, revision=draft.revision, reason=reason[:500], returned_by=by, returned_at=at
        )
        record(
            "media.captions_returned",
            actor=by,
            subject_kind="video",
            subject_id=draft.video.code,
            detail={"language": draft.language, "version": draft.version, "reason": returned.reason},
            at=at,
        )
    return returned


def hand_in(transcript: Transcript, *, by: Person, at: datetime) -> Transcript:
    """The draft is ready to be read again: its return is answered. Raises DraftClosed."""
    with transaction.atomic():
        lock(transcript.video)
        draft = _open(transcript)
        draft.returns.filter(answered_at=None).update(answered_at=at, answered_by=by)
    return draft


def _open(transcript: Transcript) -> Transcript:
    draft = Transcript.objects.select_related("video", "approved_by").get(pk=transcript.pk)
    if draft.state != TranscriptState.DRAFT:
        raise DraftClosed(draft)
    return draft
