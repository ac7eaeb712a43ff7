"""Captions from a file that people made elsewhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.people.models import Person
from media.domain.captioning.drafts import begin, lock
from media.enums import Language, TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video
from media.subtitles import UnreadableSubtitles, decode, read_subtitles, spread_text


class CannotImport(ValueError):
    """The file was refused, and nothing was changed; the message says why, with the numbers of the lines."""


def import_captions(
    video: Video, text: str | bytes, *, language: str, by: Person | None, at: datetime, plain: bool = False
) -> Transcript:
    """A draft from a WebVTT or SubRip file, as text or as the bytes that were uploaded; `plain`: from words alone.

    It takes the place of an open draft in this language, which is kept as superseded. The same file sent again while
    its draft is open and untouched gives that draft. Raises CannotImport.
    """
    if language not in Language.values:
        raise CannotImport(_("This language is not offered: %(language)s.") % {"language": language})
    try:
        words = decode(text) if isinstance(text, bytes) else text
        subtitles = spread_text(words, length_seconds=video.decoded_seconds) if plain else read_subtitles(words)
    except UnreadableSubtitles as problem:
        raise CannotImport(str(problem)) from problem
    rows = [(subtitle.start_ms, subtitle.end_ms, subtitle.text) for subtitle in subtitles]
    with transaction.atomic():
        lock(video)
        open_draft = video.transcripts.filter(language=language, state=TranscriptState.DRAFT).first()
        if open_draft is not None:
            if open_draft.source == TranscriptSource.UPLOAD and rows == list(
                open_draft.cues.order_by("number").values_list("start_ms", "end_ms", "text")
            ):
                return open_draft
            Transcript.objects.filter(pk=open_draft.pk).update(state=TranscriptState.SUPERSEDED)
        draft = begin(video, language, TranscriptSource.UPLOAD, by=by, at=at)
        Cue.objects.bulk_create(
            Cue(transcript=draft, number=number, start_ms=start_ms, end_ms=end_ms, text=words)
            for number, (start_ms, end_ms, words) in enumerate(rows, start=1)
        )
        Transcript.objects.filter(pk=draft.pk).update(worded_by=by)
    return draft
