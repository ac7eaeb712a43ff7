"""Drafts of captions: what a machine heard, what people write and correct."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from lms.people.models import Person
from media.backends.transcribe import CueDraft
from media.captions_text import bare, clean
from media.enums import CaptionState, Language, TranscriptSource, TranscriptState
from media.models import Cue, DraftEditing, Transcript, Video
from media.subtitles import MAX_CUE_CHARACTERS, MAX_CUES, MAX_MS


@dataclass(frozen=True)
class CueText:
    """One line as a person leaves it; `was` is the number of the cue it came from, None for a new one."""

    start_ms: int
    end_ms: int
    text: str
    settled: bool = False
    was: int | None = None


class DraftClosed(ValueError):
    """The draft was approved or replaced meanwhile: `by` and `at`, where that is known."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(_("These captions were approved or replaced meanwhile."))
        self.by, self.at = transcript.approved_by, transcript.approved_at
        if self.at is None:
            newer = Transcript.objects.filter(video=transcript.video_id, language=transcript.language)
            draft = newer.filter(state=TranscriptState.DRAFT).select_related("created_by").first()
            self.by, self.at = (draft.created_by, draft.created_at) if draft else (None, None)


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
        copy_cues(draft, approved.cues.order_by("number"), as_read=True)
    return draft


def save_draft(
    transcript: Transcript, cues: Sequence[CueText], *, revision: int, by: Person, at: datetime
) -> Transcript:
    """Replace the lines of an open draft, in order of time, if nobody saved it since `revision`.

    A line whose words a person changed counts as written by that person: it loses confidence and flags. Lines may
    still overlap; approving refuses that. Raises CannotSave, StaleDraft and DraftClosed, and has then written nothing.
    """
    cues = cleaned(cues)
    with transaction.atomic():
        lock(transcript.video)
        saved = Transcript.objects.filter(pk=transcript.pk, state=TranscriptState.DRAFT, revision=revision).update(
            revision=F("revision") + 1, edited_at=at, edited_by=by
        )
        if not saved:
            raise refusal(transcript)
        former = list(transcript.cues.order_by("number"))
        transcript.cues.all().delete()
        written = write_lines(transcript, cues, former, changed_in=revision + 1)
        note_editing(transcript, worded=not same_words(former, written), by=by, at=at)
    transcript.refresh_from_db()
    return transcript


def keep_beside(
    transcript: Transcript, cues: Sequence[CueText], *, revision: int, by: Person, at: datetime
) -> Transcript:
    """After a stale save: the lines become a new draft, and the draft that somebody else saved stays as superseded.

    `revision` is that of the other's draft as the person was told of it; saved again since, it is stale once more.
    Raises as `save_draft` does.
    """
    cues = cleaned(cues)
    video = transcript.video
    with transaction.atomic():
        lock(video)
        closed = Transcript.objects.filter(pk=transcript.pk, state=TranscriptState.DRAFT, revision=revision).update(
            state=TranscriptState.SUPERSEDED
        )
        if not closed:
            raise refusal(transcript)
        draft = begin(video, transcript.language, TranscriptSource.HAND, by=by, at=at, based_on=transcript)
        write_lines(draft, cues, list(transcript.cues.order_by("number")), changed_in=1)
        note_editing(draft, worded=True, by=by, at=at)
    return draft


def cleaned(cues: Sequence[CueText]) -> list[CueText]:
    """The lines with clean words. Raises CannotSave."""
    clean_cues = [replace(cue, text=clean(cue.text)) for cue in cues]
    problems = _problems(clean_cues)
    if problems:
        raise CannotSave(problems)
    return clean_cues


def write_lines(
    transcript: Transcript, cues: Sequence[CueText], former: Sequence[Cue], *, changed_in: int
) -> list[Cue]:
    """The lines in order of time; they keep their keys and what the machine thought of words that are still its own."""
    by_number = {cue.number: cue for cue in former}
    by_words = {cue.text: cue for cue in former}
    taken: set[str] = set()
    written = []
    for number, cue in enumerate(sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms)), start=1):
        line = Cue(transcript=transcript, number=number, changed_in=changed_in)
        origin = by_number.get(cue.was or 0)
        if origin and origin.key not in taken:
            line.key = origin.key
            if origin.text == cue.text and (origin.start_ms, origin.end_ms) == (cue.start_ms, cue.end_ms):
                line.changed_in = min(origin.changed_in, changed_in) if origin.settled == cue.settled else changed_in
        taken.add(line.key)
        line.start_ms, line.end_ms = cue.start_ms, cue.end_ms
        if origin is None or origin.text != cue.text:
            origin = by_words.get(cue.text) or origin
        reword(line, cue.text, origin, settled=cue.settled, former=former)
        written.append(line)
    Cue.objects.bulk_create(written)
    return written


def reword(line: Cue, text: str, origin: Cue | None, *, settled: bool, former: Sequence[Cue] = ()) -> None:
    """Give the line its words, and with them what a machine thought of them.

    Words of the machine keep confidence and flags, also where lines were only taken apart or joined, or where its
    words came back after a change. Other words are a person's: nothing is doubted, and what was heard is remembered.
    """
    line.text = text
    heard = origin.heard if origin else None
    if origin and origin.text == text:
        line.confidence, line.flags, line.settled, line.heard = origin.confidence, origin.flags, settled, heard
        line.corrections = origin.corrections
        return
    if heard and heard["text"] == text:
        line.confidence = None if heard["confidence"] is None else Decimal(heard["confidence"])
        line.flags, line.settled, line.heard = heard["flags"], settled, None
        return
    line.confidence, line.flags, line.settled, line.heard = None, [], False, heard
    if origin and heard is None and (origin.flags or origin.confidence is not None):
        confidence = None if origin.confidence is None else str(origin.confidence)
        line.heard = {"text": origin.text, "confidence": confidence, "flags": origin.flags}
    inherited = _doubts_of_pieces(line, former)
    if inherited:
        line.flags, line.settled = inherited, settled


def _doubts_of_pieces(line: Cue, former: Sequence[Cue]) -> list[str]:
    """Flags of doubtful lines at the same time, of which this one is a piece or which are pieces of it."""
    words = bare(line.text)
    found: list[str] = []
    for cue in former:
        if cue.flags and cue.start_ms < line.end_ms and line.start_ms < cue.end_ms:
            theirs = bare(cue.text)
            if words and theirs and (words in theirs or theirs in words):
                found += [flag for flag in cue.flags if flag not in found]
    return found


def same_words(former: Sequence[Cue], written: Sequence[Cue]) -> bool:
    """Whether words and times are as they were."""
    return [(cue.start_ms, cue.end_ms, cue.text) for cue in former] == [
        (cue.start_ms, cue.end_ms, cue.text) for cue in written
    ]


def note_editing(transcript: Transcript, *, worded: bool, by: Person, at: datetime) -> None:
    """Remember who is at the draft, and whose words it holds now."""
    if worded:
        Transcript.objects.filter(pk=transcript.pk).update(worded_by=by)
    DraftEditing.objects.update_or_create(transcript=transcript, person=by, defaults={"changed_at": at})


def too_many_lines() -> str:
    """Why no more lines are taken."""
    return _("There are more than %(limit)s lines.") % {"limit": MAX_CUES}


def _problems(cues: Sequence[CueText]) -> dict[int, str]:
    problems: dict[int, str] = {}
    for position, cue in enumerate(cues):
        if position >= MAX_CUES:
            problems[position] = too_many_lines()
            break
        if not cue.text:
            problems[position] = _("This line has no words. Write some, or delete the line.")
        elif len(cue.text) > MAX_CUE_CHARACTERS:
            problems[position] = _("This line has more than %(limit)s characters. Please split it.") % {
                "limit": MAX_CUE_CHARACTERS
            }
        elif not 0 <= cue.start_ms < cue.end_ms:
            problems[position] = _("This line ends before it begins.")
        elif cue.end_ms > MAX_MS:
            problems[position] = _("This time lies beyond any recording.")
    return problems


def refusal(transcript: Transcript) -> ValueError:
    """Why a save did not find the draft as it was: StaleDraft or DraftClosed."""
    now = Transcript.objects.select_related("edited_by", "created_by", "approved_by").get(pk=transcript.pk)
    return StaleDraft(now) if now.state == TranscriptState.DRAFT else DraftClosed(now)


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


def copy_cues(transcript: Transcript, cues: Iterable[Cue], *, as_read: bool) -> None:
    """The lines of another version under their keys; `as_read` drops the doubts that a person has settled with it."""
    Cue.objects.bulk_create(
        Cue(
            transcript=transcript,
            number=number,
            key=cue.key,
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            text=cue.text,
            **({} if as_read else {name: getattr(cue, name) for name in ("confidence", "flags", "settled", "heard")}),
        )
        for number, cue in enumerate(cues, start=1)
    )


@transaction.atomic
def restore_version(transcript: Transcript, *, by: Person, at: datetime) -> Transcript:
    """An older version becomes the open draft, with its doubts; a draft that is open now stays as superseded.

    Told twice, the draft that was made of it is given again while nobody has changed it.
    """
    video = transcript.video
    lock(video)
    of_language = video.transcripts.filter(language=transcript.language)
    draft = of_language.filter(state=TranscriptState.DRAFT).first()
    if draft is not None and (
        draft.pk == transcript.pk or (draft.based_on_id == transcript.pk and draft.revision == 1)
    ):
        return draft
    of_language.filter(state=TranscriptState.DRAFT).update(state=TranscriptState.SUPERSEDED)
    draft = begin(video, transcript.language, TranscriptSource.HAND, by=by, at=at, based_on=transcript)
    copy_cues(draft, transcript.cues.order_by("number"), as_read=False)
    note_editing(draft, worded=True, by=by, at=at)
    return draft
