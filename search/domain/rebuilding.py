"""The whole index made anew, beside people who search: what they find is never less than what there is.

A transcript's lines are replaced in one transaction where they differ, and so is the table of terms; the index of
pages is replaced by modelsearch, in one transaction too. Whether a page is live and captions are approved is asked at
every search, so what is taken down meanwhile is not shown.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from django.core.management import call_command
from django.db import connection, transaction
from modelsearch.conf import get_app_config

from lms.lib.batches import batched
from media.enums import TranscriptState
from media.models import Transcript
from search.domain.indexing import (
    BATCH,
    COUNTED_PAGES,
    as_terms,
    counted,
    lines_of,
    rows_of,
    text_of,
)
from search.models import SearchLine, SearchPage, SearchTerm

# Transcripts of one transaction.
AT_ONCE = 100
Tell = Callable[[str, int, int], None]


def rebuild(tell: Tell) -> None:
    """Make lines, pages and terms anew; `tell(what, done, of)` is called as it goes on."""
    _lines(tell)
    call_command("wagtail_update_index", verbosity=0)
    _pages(tell)
    _terms(tell)
    _count_rows()


def _count_rows() -> None:
    """Have PostgreSQL count what it chooses its ways by; until it does so by itself, it takes new tables for empty."""
    if connection.vendor != "postgresql":
        return
    entries = get_app_config().get_model("IndexEntry")
    tables = ", ".join(
        connection.ops.quote_name(model._meta.db_table) for model in (SearchLine, SearchPage, SearchTerm, entries)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {tables}")


def _lines(tell: Tell) -> None:
    approved = Transcript.objects.filter(state=TranscriptState.APPROVED).order_by("pk")
    total, done = approved.count(), 0
    for group in batched(approved.iterator(chunk_size=AT_ONCE), AT_ONCE):
        with transaction.atomic():
            _renew_lines(group)
        done += len(group)
        tell("recordings", done, total)
    SearchLine.objects.exclude(transcript__state=TranscriptState.APPROVED).delete()


def _renew_lines(transcripts: Sequence[Transcript]) -> None:
    """Write what differs: a table rewritten whole would be twice as large afterwards, and so would its index."""
    wanted = lines_of(transcripts)
    standing = SearchLine.objects.filter(transcript__in=transcripts)
    differing = {key[0] for key in {_told(line) for line in wanted} ^ {_told(line) for line in standing}}
    if differing:
        standing.filter(transcript__in=differing).delete()
        new = [line for line in wanted if line.transcript_id in differing]
        SearchLine.objects.bulk_create(new, batch_size=BATCH)


def _told(line: SearchLine) -> tuple[int, int, int, str, frozenset[str]]:
    return line.transcript_id, line.number, line.start_ms, line.text, frozenset(line.terms)


def _pages(tell: Tell) -> None:
    for model in COUNTED_PAGES:
        live = model.objects.live().order_by("pk")
        total, done = live.count(), 0
        for group in batched(live.iterator(chunk_size=BATCH), BATCH):
            texts = [SearchPage(page_id=page.pk, text=text) for page in group if (text := text_of(page))]
            SearchPage.objects.bulk_create(
                texts, update_conflicts=True, unique_fields=["page"], update_fields=["text"], batch_size=BATCH
            )
            done += len(group)
            tell("pages", done, total)
        gone = SearchPage.objects.filter(page__in=model.objects.not_live())
        gone.delete()


def _terms(tell: Tell) -> None:
    counts, words = Counter[str](), set[str]()
    lines = SearchLine.objects.order_by("pk").values_list("text", flat=True)
    total, done = lines.count(), 0
    for group in batched(lines.iterator(chunk_size=10_000), 10_000):
        more, new = counted(group)
        counts.update(more)
        words |= new
        done += len(group)
        tell("lines", done, total)
    for group in batched(SearchPage.objects.values_list("text", flat=True).iterator(), 10_000):
        more, new = counted((line for text in group for line in text.splitlines()), are_pages=True)
        counts.update(more)
        words |= new
    with transaction.atomic():
        SearchTerm.objects.all().delete()
        SearchTerm.objects.bulk_create(as_terms(rows_of(counts, words)), batch_size=BATCH)
