"""Reads over recordings, shared by several callers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from lms.lib.choosing import keys_called
from media.backends.transcribe import Term, Wording
from media.captions_text import bare
from media.enums import CLAIMED, RECOGNISED_AS, WAITING, Language, VideoStatus
from media.models import GlossaryTerm, SensitiveWord, StageRun, Video

# What the list can be narrowed to, by the word in its address.
GROUPS: dict[str, Q] = {
    "ready": Q(status=VideoStatus.READY, taken_down_at=None),
    "moving": Q(status__in=CLAIMED | WAITING, taken_down_at=None),
    "failed": Q(status=VideoStatus.FAILED),
    "taken_down": Q(taken_down_at__isnull=False),
}
_KEPT_BYTES = F("stream_size_bytes") + Case(
    When(source_dropped_at=None, then=F("source_size_bytes")), default=Value(0), output_field=BigIntegerField()
)


@dataclass(frozen=True)
class Room:
    """How much an organisation keeps."""

    org_id: int
    org: str
    recordings: int
    seconds: int
    kept_bytes: int


def narrowed(videos: QuerySet[Video], *, words: str = "", group: str = "", org: str = "") -> QuerySet[Video]:
    """Those whose title or file name holds the words, of one group and one organisation, where these are named."""
    if words:
        videos = videos.filter(Q(pk__in=keys_called(words, Video)) | Q(code=words))
    if group in GROUPS:
        videos = videos.filter(GROUPS[group])
    if org.isdigit():
        videos = videos.filter(org=int(org))
    return videos


def room_of_orgs(videos: QuerySet[Video]) -> list[Room]:
    """What each organisation's recordings among these take, the greatest first."""
    rows = (
        videos.order_by()
        .values("org", "org__name")
        .annotate(count=Count("pk"), seconds=Coalesce(Sum("decoded_seconds"), 0), kept=Sum(_KEPT_BYTES))
        .order_by("-kept", "org")
    )
    return [Room(row["org"], row["org__name"], row["count"], row["seconds"], row["kept"]) for row in rows]


def processor_seconds(videos: Any) -> dict[int, Decimal]:
    """Processor seconds that workers have spent on each of these recordings, by id; all runs count."""
    rows = StageRun.objects.filter(video__in=videos).order_by().values("video").annotate(spent=Sum("cpu_seconds"))
    return {row["video"]: row["spent"] for row in rows}


def wording_for(video: Video) -> Wording:
    """What recognition is given to know for a recording: its organisation's words and the shared ones.

    Told beforehand are the organisation's words, newest first, and before them those that the title names. The other
    shared ones are not: told of many things that nobody speaks of, Whisper hears them.
    """
    terms = GlossaryTerm.objects.filter(language=RECOGNISED_AS.get(Language(video.language), video.language))
    own = list(terms.filter(org=video.org_id).order_by("-pk"))
    known = {term.text for term in own}
    shared = [term for term in terms.filter(org=None).order_by("-pk") if term.text not in known]
    named = [term for term in [*own, *shared] if term.text in video.title]
    return Wording(
        terms=tuple(Term(term.text, term.spellings) for term in [*own, *shared]),
        told=tuple(dict.fromkeys(term.text for term in [*named, *own])),
        sensitive=tuple(bare(word) for word in SensitiveWord.objects.values_list("text", flat=True)),
    )
