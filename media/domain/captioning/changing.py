"""Lines changed one by one, as the desk saves them while people write."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from lms.people.models import Person
from media.domain.captioning.drafts import (
    CannotSave,
    CueText,
    cleaned,
    lock,
    note_editing,
    refusal,
    reword,
    too_many_lines,
)
from media.enums import TranscriptState
from media.models import Cue, DraftEditing, Transcript
from media.subtitles import MAX_CUES

# So long after her last change somebody counts as being at the draft.
_AT_WORK = timedelta(minutes=15)
# Changing so many rows one by one takes no longer than writing all of a long draft.
_FEW = 40


@dataclass(frozen=True)
class LineChange:
    """A line as a person leaves it; `is_new` where her desk never had it from us."""

    key: str
    start_ms: int
    end_ms: int
    text: str
    settled: bool = False
    is_new: bool = False


@dataclass
class Changed:
    """What became of the changes: the draft as it stands now, and the keys of lines that were left as they are."""

    transcript: Transcript
    conflicts: list[str] = field(default_factory=list)


def change_lines(
    transcript: Transcript,
    lines: Sequence[LineChange],
    deleted: Sequence[str] = (),
    *,
    revision: int,
    by: Person,
    at: datetime,
) -> Changed:
    """Write these lines of an open draft and take those away; all others stand as they are.

    `revision` is the state that the person had. A line that somebody else changed since, otherwise than she did, is
    a conflict: it is left, and named; the others are written. The same changes sent again change nothing. Raises
    CannotSave, whose positions count `lines`, and DraftClosed; nothing is written then.
    """
    texts = cleaned([CueText(line.start_ms, line.end_ms, line.text, line.settled) for line in lines])
    with transaction.atomic():
        lock(transcript.video)
        draft = Transcript.objects.select_related("video").get(pk=transcript.pk)
        if draft.state != TranscriptState.DRAFT:
            raise refusal(draft)
        cues = {cue.key: cue for cue in draft.cues.order_by("number")}
        former = [copy(cue) for cue in cues.values()]
        work = _Work(draft, cues, former, revision)
        for line, text in zip(lines, texts, strict=True):
            work.put(line, text)
        for key in deleted:
            work.take(key)
        if len(cues) > MAX_CUES:
            raise CannotSave({len(lines) - 1: too_many_lines()})
        if work.changed or work.gone:
            draft.revision, draft.edited_at, draft.edited_by = draft.revision + 1, at, by
            draft.save(update_fields=["revision", "edited_at", "edited_by"])
            work.write()
            note_editing(draft, worded=work.worded, by=by, at=at)
            draft.refresh_from_db()
    return Changed(draft, work.conflicts)


@dataclass
class _Work:
    """The lines of a draft while they are being changed."""

    draft: Transcript
    cues: dict[str, Cue]
    former: list[Cue]
    revision: int
    conflicts: list[str] = field(default_factory=list)
    changed: dict[str, Cue] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    worded: bool = False
    moved: bool = False

    def put(self, line: LineChange, text: CueText) -> None:
        cue = self.cues.get(line.key)
        if cue is None:
            if not line.is_new:
                self.conflicts.append(line.key)  # somebody took it away meanwhile
                return
            cue = Cue(transcript=self.draft, key=line.key)
            self.moved = True
        elif (cue.start_ms, cue.end_ms, cue.text, cue.settled) == (
            text.start_ms,
            text.end_ms,
            text.text,
            text.settled,
        ):
            return
        elif cue.changed_in > self.revision:
            self.conflicts.append(line.key)
            return
        if (cue.start_ms, cue.end_ms) != (text.start_ms, text.end_ms):
            self.worded = self.moved = True
        if cue.text != text.text:
            self.worded = True
        before = copy(cue) if cue.pk else None
        cue.start_ms, cue.end_ms, cue.changed_in = text.start_ms, text.end_ms, self.draft.revision + 1
        reword(cue, text.text, before, settled=text.settled, former=self.former)
        self.cues[line.key] = self.changed[line.key] = cue

    def take(self, key: str) -> None:
        cue = self.cues.get(key)
        if cue is None:
            return
        if cue.changed_in > self.revision and key not in self.changed:
            self.conflicts.append(key)
            return
        del self.cues[key]
        self.changed.pop(key, None)
        self.gone.append(key)
        self.worded = self.moved = True

    def write(self) -> None:
        """A few rows whose place is the same are changed where they stand; else all are written anew, numbered."""
        if len(self.changed) <= _FEW and (not self.moved or self._in_order()):
            fields = ["start_ms", "end_ms", "text", "settled", "confidence", "flags", "heard", "changed_in"]
            Cue.objects.bulk_update(self.changed.values(), fields)
            return
        self.draft.cues.all().delete()
        in_order = sorted(self.cues.values(), key=lambda cue: (cue.start_ms, cue.end_ms))
        for number, cue in enumerate(in_order, start=1):
            cue.pk, cue.number = None, number
        Cue.objects.bulk_create(in_order)

    def _in_order(self) -> bool:
        places = [(cue.start_ms, cue.end_ms) for cue in self.cues.values()]
        return not self.gone and all(cue.pk for cue in self.cues.values()) and places == sorted(places)


def lines_since(transcript: Transcript, revision: int) -> Iterable[Cue]:
    """The lines that changed after this state of the draft, in order; all of them for revision 0."""
    return transcript.cues.filter(changed_in__gt=revision).order_by("number")


def others_at(transcript: Transcript, *, than: Person, at: datetime) -> list[DraftEditing]:
    """Who else changed the draft in the last quarter of an hour, latest first."""
    editings = transcript.editings.filter(changed_at__gt=at - _AT_WORK).exclude(person=than)
    return list(editings.select_related("person").order_by("-changed_at"))
