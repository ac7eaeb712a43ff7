"""Drafts of captions, and their approval by a person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from media.backends.transcribe import CueDraft
from media.enums import CaptionState, TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video


@transaction.atomic
def write_machine_draft(video: Video, cues: Sequence[CueDraft], *, engine: str, at: datetime) -> Transcript:
    """Keep what a machine heard as the open draft; a draft that somebody had begun by hand is left as it is."""
    Video.objects.select_for_update().get(pk=video.pk)
    of_language = Transcript.objects.filter(video=video, language=video.language)
    begun = of_language.filter(state=TranscriptState.DRAFT).first()
    if begun is not None:
        return begun
    version = (of_language.aggregate(last=Max("version"))["last"] or 0) + 1
    draft = Transcript.objects.create(
        video=video,
        language=video.language,
        source=TranscriptSource.MACHINE,
        version=version,
        engine=engine[:120],
        created_at=at,
    )
    Cue.objects.bulk_create(
        Cue(
            transcript=draft,
            number=number,
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            text=cue.text,
            confidence=f"{cue.confidence:.3f}",
            flags=list(cue.flags),
        )
        for number, cue in enumerate(cues, start=1)
    )
    Video.objects.filter(pk=video.pk, caption_state=CaptionState.NONE).update(caption_state=CaptionState.DRAFT)
    return draft
