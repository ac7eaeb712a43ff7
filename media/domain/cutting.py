"""Cutting: pieces of a recording become recordings of their own, and the recording stays as it is.

A piece holds no file: it is converted from that of its recording, between two moments. Captions follow as a draft,
clipped and shifted. What a person approved was the whole, in its context; a person looks at the piece and approves
it in turn (law 7, decision 0048).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.lib.durations import format_seconds
from lms.lib.files import stored
from lms.people.models import Person
from media.domain.captioning.drafts import begin, lock
from media.domain.sources import SourceDropped, require_source
from media.enums import CueFlag, TranscriptSource, TranscriptState
from media.models import Cue, Transcript, Video
from media.signals import announce, video_received

SHORTEST_MS = 3000
MOST_PIECES = 30
# Lengths are rounded to whole seconds, so the last mark may stand a little behind the end.
_BEYOND_MS = 1000
# Less of a caption than this is not worth showing.
_SLIVER_MS = 300


class CannotCut(ValueError):
    """Nothing was cut: `reasons` are whole sentences."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True)
class Piece:
    """From and to, in milliseconds of the recording as it plays, and what the piece is called."""

    start_ms: int
    end_ms: int
    title: str


def why_not_cuttable(video: Video) -> str:
    """What stands against cutting this recording at all, as a sentence; empty where nothing does."""
    if video.taken_down_at:
        return _("The recording was taken down.")
    if not video.is_ready:
        return _("The recording is not ready yet. It can be cut once it is converted.")
    try:
        require_source(video)
    except SourceDropped as reason:
        return str(reason)
    source = video.source_file
    if not source or not stored().exists(str(source)):
        return _(
            "The original file is no longer kept on the server, so nothing can be cut from it. Please send it again."
        )
    return ""


def cut(video: Video, pieces: Sequence[Piece], *, by: Person, at: datetime) -> list[Video]:
    """Make a recording of each piece and announce it; converting happens later, elsewhere.

    Whoever calls has checked that `by` may manage the recording. A piece that was cut before is the answer again.
    Raises CannotCut, and has then cut nothing.
    """
    if reason := why_not_cuttable(video):
        raise CannotCut([reason])
    if reasons := _problems(video, pieces):
        raise CannotCut(reasons)
    with transaction.atomic():
        lock(video)
        return [_cut_one(video, piece, by=by, at=at) for piece in pieces]


def _problems(video: Video, pieces: Sequence[Piece]) -> list[str]:
    if not pieces:
        return [_("Please say where the piece begins and ends.")]
    if len(pieces) > MOST_PIECES:
        return [_("At most %(limit)s pieces at once.") % {"limit": MOST_PIECES}]
    length_ms = (video.decoded_seconds or 0) * 1000
    problems = []
    for number, piece in enumerate(pieces, start=1):
        if not piece.title.strip():
            problems.append(_("Piece %(number)s has no title yet.") % {"number": number})
        if not 0 <= piece.start_ms < piece.end_ms:
            problems.append(_("Piece %(number)s ends before it begins.") % {"number": number})
        elif piece.end_ms > length_ms + _BEYOND_MS:
            problems.append(
                _("Piece %(number)s ends after the recording, which is %(length)s long.")
                % {"number": number, "length": format_seconds(video.decoded_seconds or 0)}
            )
        elif piece.end_ms - piece.start_ms < SHORTEST_MS:
            problems.append(
                _("Piece %(number)s is shorter than %(limit)s seconds.")
                % {"number": number, "limit": SHORTEST_MS // 1000}
            )
    return problems


def _cut_one(video: Video, piece: Piece, *, by: Person, at: datetime) -> Video:
    # A piece of a piece is cut from the recording that has the file.
    whole = video.cut_from or video
    shift = video.cut_start_ms or 0
    made, is_new = Video.objects.get_or_create(
        cut_from=whole,
        cut_start_ms=piece.start_ms + shift,
        cut_end_ms=min(piece.end_ms + shift, video.cut_end_ms or piece.end_ms),
        taken_down_at=None,
        defaults={
            "title": piece.title.strip()[:200],
            "org": video.org,
            "uploaded_by": by,
            "language": video.language,
            "original_name": video.original_name,
            "source_sha256": video.source_sha256,
            # It takes no room of its own.
            "source_size_bytes": 0,
            "stated_seconds": (piece.end_ms - piece.start_ms) // 1000,
            "received_at": at,
            "queued_at": at,
            "ai_generated": video.ai_generated,
            "ai_label": video.ai_label,
        },
    )
    if is_new:
        _take_captions_over(video, made, piece, by=by, at=at)
        record(
            "media.video_cut",
            actor=by,
            subject_kind="video",
            subject_id=made.code,
            detail={"from": whole.code, "start_ms": made.cut_start_ms, "end_ms": made.cut_end_ms},
            at=at,
        )
        announce(video_received, video_id=made.pk)
    return made


def _take_captions_over(video: Video, made: Video, piece: Piece, *, by: Person, at: datetime) -> None:
    """In each language a draft from what learners see, else from what is being worked on."""
    for transcript in _best_of_each_language(video):
        cues = list(_clipped(transcript, piece))
        if cues:
            draft = begin(made, transcript.language, TranscriptSource.CUT, by=by, at=at, based_on=transcript)
            for number, cue in enumerate(cues, start=1):
                cue.transcript, cue.number = draft, number
            Cue.objects.bulk_create(cues)


def _best_of_each_language(video: Video) -> Iterable[Transcript]:
    best: dict[str, Transcript] = {}
    for transcript in video.transcripts.exclude(state=TranscriptState.SUPERSEDED):
        if transcript.language not in best or transcript.state == TranscriptState.APPROVED:
            best[transcript.language] = transcript
    return best.values()


def _clipped(transcript: Transcript, piece: Piece) -> Iterable[Cue]:
    """The cues within the piece, in its time. One that the cut goes through is flagged: a person must look at it."""
    for cue in transcript.cues.filter(end_ms__gt=piece.start_ms, start_ms__lt=piece.end_ms).order_by("number"):
        start_ms, end_ms = max(cue.start_ms, piece.start_ms), min(cue.end_ms, piece.end_ms)
        is_whole = (start_ms, end_ms) == (cue.start_ms, cue.end_ms)
        if not is_whole and end_ms - start_ms < _SLIVER_MS:
            continue
        yield Cue(
            start_ms=start_ms - piece.start_ms,
            end_ms=end_ms - piece.start_ms,
            text=cue.text,
            confidence=cue.confidence,
            flags=cue.flags if is_whole else [*cue.flags, CueFlag.CUT.value],
            settled=cue.settled and is_whole,
        )
