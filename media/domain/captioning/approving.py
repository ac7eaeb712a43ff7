"""Law 7: a person approves what learners are served."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.people.models import Person
from media.domain.captioning.drafts import DraftClosed, StaleDraft, lock
from media.domain.staging import finish_with_captions
from media.enums import OWN_NAMES, CaptionState, Language, TranscriptState
from media.models import CaptionTrack, Cue, Transcript, Video
from media.reading_limits import in_lines
from media.signals import announce, captions_approved
from media.subtitles import BEYOND_MS, format_time, write_vtt


class CannotApprove(ValueError):
    """The captions are not fit for learners yet: `reasons` are whole sentences."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = reasons


def why_not_approvable(transcript: Transcript) -> list[str]:
    """What stands against approving, as sentences; an empty list where nothing does."""
    video, cues = transcript.video, list(transcript.cues.order_by("number"))
    if video.decoded_seconds is None:
        return [_("The recording is still being converted. Please come back when its length is known.")]
    if not cues:
        return [_("There are no captions yet.")]
    beyond_ms = video.decoded_seconds * 1000 + BEYOND_MS
    found: list[tuple[str, list[Cue]]] = [
        (
            _("Please look at the marked lines and settle each of them: %(lines)s."),
            [cue for cue in cues if cue.is_doubtful],
        ),
        (
            _("These lines begin before the line above them has ended: %(lines)s."),
            [cue for before, cue in pairwise(cues) if cue.start_ms < before.end_ms],
        ),
        (
            _("These lines stand after the end of the recording: %(lines)s."),
            [cue for cue in cues if cue.end_ms > beyond_ms],
        ),
        (_("These lines have no words: %(lines)s."), [cue for cue in cues if not cue.text.strip()]),
    ]
    return [sentence % {"lines": _named(at_fault)} for sentence, at_fault in found if at_fault]


def why_not_by(transcript: Transcript, person: Any) -> list[str]:
    """What stands against this person approving or returning the draft: nobody judges her own words alone."""
    if settings.CAPTIONS_OWN_APPROVAL or transcript.worded_by_id is None or transcript.worded_by_id != person.pk:
        return []
    return [_("You changed these captions last. Somebody else has to read and approve them.")]


def _named(cues: list[Cue]) -> str:
    """Numbers and times of the first lines of a list."""
    named = [f"{cue.number} ({format_time(cue.start_ms)[3:8]})" for cue in cues[:8]]
    return ", ".join([*named, "…"] if len(cues) > len(named) else named)


def approve(transcript: Transcript, *, by: Person, at: datetime, revision: int | None = None) -> CaptionTrack:
    """Serve this draft to learners from now on, under the name of a person.

    What was served until now stays as superseded. A recording that still waits for recognition, or where it failed,
    is ready. Whoever last changed the words does not approve them, unless CAPTIONS_OWN_APPROVAL says so. `revision`
    is the state that the person read; a draft saved since is refused. Approving an approved version again gives its
    track. Raises CannotApprove, StaleDraft and DraftClosed.
    """
    with transaction.atomic():
        lock(transcript.video)
        transcript = Transcript.objects.select_related("video", "edited_by", "approved_by").get(pk=transcript.pk)
        if transcript.state == TranscriptState.APPROVED:
            return CaptionTrack.objects.get(video=transcript.video_id, language=transcript.language)
        if transcript.state != TranscriptState.DRAFT:
            raise DraftClosed(transcript)
        if revision is not None and revision != transcript.revision:
            raise StaleDraft(transcript)
        reasons = why_not_by(transcript, by) + why_not_approvable(transcript)
        if reasons:
            raise CannotApprove(reasons)
        track = _publish(transcript, by=by, at=at)
        transcript.returns.filter(answered_at=None).update(answered_at=at, answered_by=by)
        finish_with_captions(transcript.video, at=at)
        record(
            "media.captions_approved",
            actor=by,
            subject_kind="video",
            subject_id=transcript.video.code,
            detail={"language": transcript.language, "version": transcript.version, "source": transcript.source},
            at=at,
        )
        announce(captions_approved, video_id=transcript.video_id, transcript_id=transcript.pk)
    return track


def _shown(transcript: Transcript) -> list[Cue]:
    """The cues in lines as wide as a viewer can read; their text itself knows nothing of lines."""
    cues = list(transcript.cues.order_by("number"))
    for cue in cues:
        cue.text = in_lines(cue.text, transcript.language)
    return cues


def _publish(transcript: Transcript, *, by: Person, at: datetime) -> CaptionTrack:
    video = transcript.video
    video.transcripts.filter(language=transcript.language, state=TranscriptState.APPROVED).update(
        state=TranscriptState.SUPERSEDED
    )
    transcript.state, transcript.approved_by, transcript.approved_at = TranscriptState.APPROVED, by, at
    transcript.save(update_fields=["state", "approved_by", "approved_at"])
    if transcript.language == video.language:
        Video.objects.filter(pk=video.pk).update(caption_state=CaptionState.APPROVED)
    track, _created = CaptionTrack.objects.update_or_create(
        video=video,
        language=transcript.language,
        defaults={
            "label": OWN_NAMES.get(Language(transcript.language), transcript.language),
            "transcript": transcript,
            "vtt": write_vtt(_shown(transcript)),
            "published_at": at,
        },
    )
    return track
