"""Drafts of captions: what a machine heard, what people write and correct."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from lms.people.models import Person
from media.backends.transcribe import CueDraft
from media.captions_text import clean
from media.enums import CaptionState, Language, TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video
from media.subtitles import MAX_CUE_CHARACTERS, MAX_CUES


@dataclass(frozen=True)
class CueText:
    """One line as a person leaves it; `was` is the number of the cue it came from, None for a new one."""

    start_ms: int
    end_ms: int
    text: str
    settled: bool = False
    was: int | None = None


class DraftClosed(ValueError):
    """The draft was approved or replaced meanwhile."""


class StaleDraft(ValueError):
    """Somebody else saved the draft meanwhile: `by` and `at`. What was sent was not written."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(_("Somebody else saved these captions meanwhile."))
        self.by = transcript.edited_by or transcript.created_by
        self.at = transcript.edited_at or transcript.created_at


class CannotSave(ValueError):
    """Lines that cannot be kept as they are; `problems` maps their position (from 0) to a sentence."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems.values()))
        self.problems = problems


@transaction.atomic
def write_machine_draft(video: Video, cues: Sequence[CueDraft], *, engine: str, at: datetime) -> Transcript:
    """Keep what a machine heard as the open draft; a draft or version that people made is left as it is."""
    lock(video)
    made = (
        video.transcripts.filter(language=video.language)
        .exclude(state=TranscriptState.SUPERSEDED)
        .order_by("-version")
        .first()
    )
    if made is not None:
        return made
    draft = begin(video, video.language, TranscriptSource.MACHINE, by=None, at=at, engine=engine[:120])
    Cue.objects.bulk_create(
        Cue(
            transcript=draft,
            number=number,
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            text=cue.text,
            confidence=f"{cue.confidence:.3f}",
            flags=list(cue.flags),
            corrections=[{"heard": change.heard, "term": change.term} for change in cue.corrections],
        )
        for number, cue in enumerate(cues, start=1)
    )
    return draft


@transaction.atomic
def start_draft(video: Video, *, language: str, by: Person, at: datetime) -> Transcript:
    """The open draft in this language; where there is none, a new one from the approved version, else an empty one."""
    if language not in Language.values:
        raise ValueError(_("This language is not offered: %(language)s.") % {"language": language})
    lock(video)
    of_language = video.transcripts.filter(language=language)
    draft = of_language.filter(state=TranscriptState.DRAFT).first()
    if draft is not None:
        return draft
    approved = of_language.filter(state=TranscriptState.APPROVED).first()
    draft = begin(video, language, TranscriptSource.HAND, by=by, at=at, based_on=approved)
    if approved:
        write_cues(draft, approved.cues.order_by("number"))
    return draft


def save_draft(
    transcript: Transcript, cues: Sequence[CueText], *, revision: int, by: Person, at: datetime
) -> Transcript:
    """Replace the lines of an open draft, in order of time, if nobody saved it since `revision`.

    A line whose words a person changed counts as written by that person: it loses confidence and flags. Lines may
    still overlap; approving refuses that. Raises CannotSave, StaleDraft and DraftClosed, and has then written nothing.
    """
    cues = _cleaned(cues)
    with transaction.atomic():
        saved = Transcript.objects.filter(pk=transcript.pk, state=TranscriptState.DRAFT, revision=revision).update(
            revision=F("revision") + 1, edited_at=at, edited_by=by
        )
        if not saved:
            raise _refusal(transcript)
        former = list(transcript.cues.all())
        transcript.cues.all().delete()
        _write_lines(transcript, cues, former)
    transcript.refresh_from_db()
    return transcript


def keep_beside(
    transcript: Transcript, cues: Sequence[CueText], *, revision: int, by: Person, at: datetime
) -> Transcript:
    """After a stale save: the lines become a new draft, and the draft that somebody else saved stays as superseded.

    `revision` is that of the other's draft as the person was told of it; saved again since, it is stale once more.
    Raises as `save_draft` does.
    """
    cues = _cleaned(cues)
    video = transcript.video
    with transaction.atomic():
        lock(video)
        closed = Transcript.objects.filter(pk=transcript.pk, state=TranscriptState.DRAFT, revision=revision).update(
            state=TranscriptState.SUPERSEDED
        )
        if not closed:
            raise _refusal(transcript)
        draft = begin(video, transcript.language, TranscriptSource.HAND, by=by, at=at, based_on=transcript)
        _write_lines(draft, cues, list(transcript.cues.all()))
    return draft


def _cleaned(cues: Sequence[CueText]) -> list[CueText]:
    cleaned = [CueText(cue.start_ms, cue.end_ms, clean(cue.text), cue.settled, cue.was) for cue in cues]
    problems = _problems(cleaned)
    if problems:
        raise CannotSave(problems)
    return cleaned


def _write_lines(transcript: Transcript, cues: Sequence[CueText], former: Sequence[Cue]) -> None:
    """The lines in order of time; one whose words are those of a former cue keeps what the machine thought of it."""
    by_number = {cue.number: cue for cue in former}
    by_words = {cue.text: cue for cue in former}
    in_order = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    written = []
    for number, cue in enumerate(in_order, start=1):
        kept = Cue(transcript=transcript, number=number, start_ms=cue.start_ms, end_ms=cue.end_ms, text=cue.text)
        origin = by_number.get(cue.was or 0)
        if origin is None or origin.text != cue.text:
            origin = by_words.get(cue.text)
        if origin:
            kept.confidence, kept.flags, kept.settled = origin.confidence, origin.flags, cue.settled
            kept.corrections = origin.corrections
        written.append(kept)
    Cue.objects.bulk_create(written)


def _problems(cues: Sequence[CueText]) -> dict[int, str]:
    problems: dict[int, str] = {}
    for position, cue in enumerate(cues):
        if position >= MAX_CUES:
            problems[position] = _("There are more than %(limit)s lines.") % {"limit": MAX_CUES}
            break
        if not cue.text:
            problems[position] = _("This line has no words. Write some, or delete the line.")
        elif len(cue.text) > MAX_CUE_CHARACTERS:
            problems[position] = _("This line has more than %(limit)s characters. Please split it.") % {
                "limit": MAX_CUE_CHARACTERS
            }
        elif not 0 <= cue.start_ms < cue.end_ms:
            problems[position] = _("This line ends before it begins.")
    return problems


def _refusal(transcript: Transcript) -> ValueError:
    now = Transcript.objects.select_related("edited_by", "created_by").get(pk=transcript.pk)
    if now.state != TranscriptState.DRAFT:
        return DraftClosed(_("These captions were approved or replaced meanwhile."))
    return StaleDraft(now)


def lock(video: Video) -> None:
    """One story at a time writes the captions of a recording."""
    Video.objects.select_for_update().get(pk=video.pk)


def begin(
    video: Video,
    language: str,
    source: TranscriptSource,
    *,
    by: Person | None,
    at: datetime,
    engine: str = "",
    based_on: Transcript | None = None,
) -> Transcript:
    """An empty draft with the next version number; whoever calls has locked the recording and closed other drafts."""
    last = video.transcripts.filter(language=language).aggregate(last=Max("version"))["last"] or 0
    if language == video.language:
        Video.objects.filter(pk=video.pk, caption_state=CaptionState.NONE).update(caption_state=CaptionState.DRAFT)
    return Transcript.objects.create(
        video=video,
        language=language,
        source=source,
        version=last + 1,
        engine=engine,
        based_on=based_on,
        created_at=at,
        created_by=by,
    )


def write_cues(transcript: Transcript, cues: Iterable[Cue]) -> None:
    """Copies of the cues, as read by a person already."""
    Cue.objects.bulk_create(
        Cue(transcript=transcript, number=number, start_ms=cue.start_ms, end_ms=cue.end_ms, text=cue.text)
        for number, cue in enumerate(cues, start=1)
    )
