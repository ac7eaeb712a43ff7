"""What must happen again and again: what a lost task left out of the index, what is liked, what has had its time."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef

from courses.models import LessonPage
from lms.learning.models import LessonCompletion
from lms.lib.durations import beijing_day
from media.enums import TranscriptState
from media.models import Cue, Transcript
from search.domain.indexing import COUNTED_PAGES, index_page, index_transcript
from search.models import SearchLine, SearchMiss, SearchPage

MISSES_KEPT = timedelta(days=SearchMiss.RETENTION.days or 0)
BATCH = 500


def refresh(at: datetime) -> int:
    """Bring in what is missing, count what is liked, forget old questions. How many pages and recordings it was."""
    missing = _index_missing()
    _count_liked()
    SearchMiss.objects.filter(day__lt=beijing_day(at) - MISSES_KEPT).delete()
    return missing


def _index_missing() -> int:
    """Approved captions without a line, live lessons, courses and tracks that were never counted."""
    spoken = Transcript.objects.filter(Exists(Cue.objects.filter(transcript=OuterRef("pk"))))
    lines = SearchLine.objects.filter(transcript=OuterRef("pk"))
    transcripts = spoken.filter(~Exists(lines), state=TranscriptState.APPROVED).values_list("pk", flat=True)
    missing = [index_transcript(pk) for pk in list(transcripts)]
    counted = SearchPage.objects.filter(pk=OuterRef("pk"))
    pages = [
        pk
        for model in COUNTED_PAGES
        for pk in model.objects.live().filter(~Exists(counted)).values_list("pk", flat=True)
    ]
    for pk in pages:
        index_page(pk)
    return sum(lines > 0 for lines in missing) + len(pages)


def _count_liked() -> None:
    """How many people completed each lesson."""
    counts = LessonCompletion.objects.order_by().values("page").annotate(people=Count("person", distinct=True))
    liked = dict(counts.values_list("page", "people"))
    kept = SearchPage.objects.filter(pk__in=LessonPage.objects.live().values("pk")).only("pk", "completed_by")
    changed = []
    for page in kept.iterator(chunk_size=BATCH):
        if page.completed_by != liked.get(page.pk, 0):
            page.completed_by = liked.get(page.pk, 0)
            changed.append(page)
    SearchPage.objects.bulk_update(changed, ["completed_by"], batch_size=BATCH)
