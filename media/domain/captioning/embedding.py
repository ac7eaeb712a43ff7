"""Captions that came inside a recording: a draft for the reviewer, like any other."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime

from media.backends.transcode.base import EmbeddedCaptions
from media.domain.captioning.drafts import begin, lock
from media.enums import Language, TranscriptSource
from media.models import Cue, Transcript, Video
from media.subtitles import UnreadableSubtitles, decode, read_subtitles

logger = logging.getLogger(__name__)

# As containers name languages (ISO 639-2, both forms, and what phones write).
_LANGUAGES = {
    "zh": Language.CHINESE,
    "zho": Language.CHINESE,
    "chi": Language.CHINESE,
    "cmn": Language.CHINESE,
    "en": Language.ENGLISH,
    "eng": Language.ENGLISH,
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def keep_embedded(video: Video, found: Sequence[EmbeddedCaptions], *, length_ms: int, at: datetime) -> list[Transcript]:
    """A draft for each language that has no captions yet, from the first of its tracks that can be read.

    What goes on after the end of the recording is cut off. Whoever calls is in a transaction.
    """
    drafts: list[Transcript] = []
    if not found:
        return drafts
    lock(video)
    for captions in found:
        try:
            text = decode(captions.text)
            language = language_of(captions.language, text)
            if language is None or video.transcripts.filter(language=language).exists():
                continue
            read = read_subtitles(text)
        except UnreadableSubtitles as problem:
            logger.info("Captions inside video %s were left out: %s", video.pk, problem)
            continue
        rows = [(one.start_ms, min(one.end_ms, length_ms), one.text) for one in read]
        rows = [row for row in rows if row[0] < row[1]]
        if not rows:
            continue
        draft = begin(video, language, TranscriptSource.EMBEDDED, by=None, at=at)
        Cue.objects.bulk_create(
            Cue(transcript=draft, number=number, start_ms=start_ms, end_ms=end_ms, text=words)
            for number, (start_ms, end_ms, words) in enumerate(rows, start=1)
        )
        drafts.append(draft)
    return drafts


def language_of(named: str, text: str) -> Language | None:
    """The language that the file names; where it names none, what the script tells; None where it is not offered."""
    if named.lower() in ("", "und", "mis"):
        return Language.CHINESE if _CHINESE.search(text) else Language.ENGLISH
    return _LANGUAGES.get(named.lower())
