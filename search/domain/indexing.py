"""Lines of approved captions and the words of pages, into the index and out of it, and the counts of their terms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction
from modelsearch import index
from wagtail.models import Page

from courses.models import CataloguePage, CoursePage, LessonPage
from lms.lib.batches import batched
from media.enums import TranscriptState
from media.models import Cue, Transcript
from search.backends import analysis, sounds
from search.models import ALL_LINES, PAGE_FIELDS, SearchLine, SearchPage, SearchTerm

# Rows of one statement: both kinds of database bound its parameters.
BATCH = 500
COUNTED_PAGES = (LessonPage, CoursePage, CataloguePage)


@transaction.atomic
def index_transcript(transcript_id: int) -> int:
    """Put the lines of an approved transcript in the place of those it had, and of its earlier versions. How many.

    A transcript that is not approved, or is gone, has none. Doing it again changes nothing.
    """
    transcript = Transcript.objects.filter(pk=transcript_id).first()
    if transcript is None:
        return 0
    same = Transcript.objects.filter(video_id=transcript.video_id, language=transcript.language)
    forget_lines(same.values_list("pk", flat=True))
    lines = lines_of([transcript])
    SearchLine.objects.bulk_create(lines, batch_size=BATCH)
    count(line.text for line in lines)
    return len(lines)


def lines_of(transcripts: Iterable[Transcript]) -> list[SearchLine]:
    """What the index is to hold of them: nothing of those not approved; lines of nothing but signs are left out."""
    approved = [transcript.pk for transcript in transcripts if transcript.state == TranscriptState.APPROVED]
    cues = Cue.objects.filter(transcript_id__in=approved).order_by("transcript_id", "number")
    return [
        SearchLine(transcript_id=transcript, number=number, start_ms=start_ms, text=text, terms=terms)
        for transcript, number, start_ms, said in cues.values_list("transcript_id", "number", "start_ms", "text")
        if (terms := sorted(set(analysis.index_terms(text := analysis.normalised(said)))))
    ]


def forget_lines(transcript_ids: Iterable[int]) -> None:
    """Take the lines of these transcripts out of the index, and out of the counts."""
    lines = SearchLine.objects.filter(transcript_id__in=list(transcript_ids))
    texts = list(lines.values_list("text", flat=True))
    if texts:
        lines.delete()
        count(texts, by=-1)


def index_page(page_id: int) -> None:
    """Bring the index of pages up to date with this track, course or lesson; one that is not live is not counted."""
    page = Page.objects.filter(pk=page_id).specific().first()
    if not isinstance(page, COUNTED_PAGES):
        return
    index.insert_or_update_object(page)
    with transaction.atomic():
        completed_by = forget_page(page_id)
        text = text_of(page) if page.live else ""
        if text:
            SearchPage.objects.create(page_id=page_id, text=text, completed_by=completed_by)
            count(text.splitlines(), are_pages=True)


def text_of(page: Page) -> str:
    """What a page calls itself and teaches, one line for each of PAGE_FIELDS; nothing where none says anything."""
    said = (analysis.normalised(getattr(page, name, "") or "") for name in PAGE_FIELDS)
    text = "\n".join(" ".join(each.split()) for each in said)
    return text if text.strip() else ""


def forget_page(page_id: int) -> int:
    """Take what the page was counted for out of the counts. Returns how many had completed it."""
    kept = SearchPage.objects.filter(pk=page_id).first()
    if kept is None:
        return 0
    kept.delete()
    count(kept.text.splitlines(), by=-1, are_pages=True)
    return kept.completed_by


def count(texts: Iterable[str], *, by: int = 1, are_pages: bool = False) -> None:
    """Add the lines with these texts to the counts of their terms and words, or take them away."""
    counts, words = counted(texts, are_pages=are_pages)
    for rows in batched(rows_of(counts, words, by=by), BATCH):
        _add(rows)


def counted(texts: Iterable[str], *, are_pages: bool = False) -> tuple[Counter[str], set[str]]:
    """In how many of these lines each term and word stands, and which of them are words."""
    counts: Counter[str] = Counter()
    words: set[str] = set()
    for text in filter(None, texts):
        said = {word[: analysis.LONGEST] for word in analysis.all_words(text)}
        said.update(analysis.names(text) if are_pages else ())
        words |= said
        counts.update(said.union(term[: analysis.LONGEST] for term in analysis.index_terms(text)))
        counts[ALL_LINES] += 1
    return counts, words


Row = tuple[str, int, bool, str, str, str]


def rows_of(counts: Counter[str], words: set[str], *, by: int = 1) -> Iterator[Row]:
    """Rows of search_term, in the order of their texts: two who write at once never wait for each other in a circle."""
    for text in sorted(counts):
        is_heard = text in words or (len(text) == 2 and analysis.is_han(text))
        yield (text, by * counts[text], text in words, *(sounds.sounds_of(text) if is_heard else ("", "", "")))


def _add(rows: Sequence[Row]) -> None:
    values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_term (text, lines, is_word, pinyin, initials, sound) VALUES {values} "  # noqa: S608  (placeholders)
            "ON CONFLICT (text) DO UPDATE SET lines = search_term.lines + excluded.lines, "
            "is_word = search_term.is_word OR excluded.is_word, pinyin = excluded.pinyin, "
            "initials = excluded.initials, sound = excluded.sound",
            [value for row in rows for value in row],
        )


def as_terms(rows: Iterable[Row]) -> Iterator[SearchTerm]:
    """The same rows, to be written where there are none."""
    for text, lines, is_word, pinyin, initials, sound in rows:
        yield SearchTerm(
            text=text, lines=lines, is_word=is_word, pinyin=pinyin[:120], initials=initials[:40], sound=sound[:120]
        )
