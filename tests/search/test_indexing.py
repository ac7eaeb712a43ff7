"""What is in the index is what is approved and live, counted once."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.models import LessonPage
from media.enums import TranscriptSource, TranscriptState
from media.models import Cue, Transcript
from search.domain.indexing import index_page, index_transcript
from search.domain.refreshing import refresh
from search.models import ALL_LINES, SearchLine, SearchPage, SearchTerm
from search.queries.candidates import lines_of, recordings_with
from tests.factories.learning import live_lesson

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


def approved(lesson: LessonPage, *lines: str, version: int = 1) -> Transcript:
    transcript = Transcript.objects.create(
        video=lesson.video,
        language="zh",
        source=TranscriptSource.HAND,
        state=TranscriptState.APPROVED,
        version=version,
        created_at=AT,
        approved_at=AT,
    )
    for number, text in enumerate(lines, start=1):
        Cue.objects.create(
            transcript=transcript, number=number, start_ms=number * 1000, end_ms=number * 1000 + 900, text=text
        )
    return transcript


def counts() -> dict[str, int]:
    return dict(SearchTerm.objects.exclude(lines=0).values_list("text", "lines"))


def texts_with(*term: str) -> list[str]:
    """What is found by all these terms: recordings by the index, then lines in them."""
    (videos,) = recordings_with([[[term]]], most=100)
    return [line.text for line in lines_of(videos, [term])]


def test_lines_are_found_by_their_terms_and_counted() -> None:
    transcript = approved(live_lesson(), "点开收款码", "……", "收款码给人扫", "Wi-Fi 要连上")

    assert index_transcript(transcript.pk) == 3
    assert texts_with("收款", "款码") == ["点开收款码", "收款码给人扫"]
    assert texts_with("wi", "fi") == ["wi-fi 要连上"]
    assert counts()["收款码"] == 2
    assert counts()[ALL_LINES] == 3


def test_indexing_again_changes_nothing() -> None:
    transcript = approved(live_lesson(), "点开收款码")
    index_transcript(transcript.pk)
    before = counts()

    index_transcript(transcript.pk)

    assert counts() == before
    assert texts_with("收款") == ["点开收款码"]


def test_a_newer_version_takes_the_place_of_the_older() -> None:
    lesson = live_lesson()
    older = approved(lesson, "收款马", "大家好")
    index_transcript(older.pk)
    Transcript.objects.filter(pk=older.pk).update(state=TranscriptState.SUPERSEDED)

    index_transcript(approved(lesson, "收款码", version=2).pk)

    assert texts_with("收") == ["收款码"]
    assert texts_with("大家") == []
    assert counts()[ALL_LINES] == 1


def test_what_is_deleted_leaves_index_and_counts() -> None:
    transcript = approved(live_lesson(), "点开收款码")
    index_transcript(transcript.pk)

    transcript.delete()

    assert SearchLine.objects.count() == 0
    assert texts_with("收款") == []
    assert counts() == {}


def test_a_page_is_counted_while_it_is_live() -> None:
    lesson = live_lesson(teaches="看天气安排农活")
    index_page(lesson.pk)
    assert counts()["天气"] == 1

    LessonPage.objects.filter(pk=lesson.pk).update(live=False)
    index_page(lesson.pk)

    assert "天气" not in counts()
    assert not SearchPage.objects.exists()


def test_rebuilding_makes_the_same_from_nothing() -> None:
    transcript = approved(live_lesson(teaches="看天气安排农活"), "点开收款码", "给人扫")
    for page in LessonPage.objects.all():
        index_page(page.pk)
    index_transcript(transcript.pk)
    call_command("rebuild_search_index", verbosity=0)
    whole = counts()
    SearchLine.objects.all().delete()
    SearchTerm.objects.all().delete()
    SearchPage.objects.all().delete()

    call_command("rebuild_search_index", verbosity=0)

    assert counts() == whole
    assert texts_with("收款") == ["点开收款码"]
    assert SearchPage.objects.count() >= 1


def test_postgresql_knows_after_a_rebuild_how_many_rows_there_are() -> None:
    index_transcript(approved(live_lesson(), "点开收款码", "给人扫").pk)

    with CaptureQueriesContext(connection) as queries:
        call_command("rebuild_search_index", verbosity=0)

    counted = " ".join(query["sql"] for query in queries.captured_queries if "ANALYZE" in query["sql"])
    tables = ["search_line", "search_page", "search_term", "wagtailsearch_indexentry"]
    assert [name for name in tables if name in counted] == (tables if connection.vendor == "postgresql" else [])


def test_a_rebuild_writes_what_differs() -> None:
    same, other = approved(live_lesson(), "点开收款码", "给人扫"), approved(live_lesson(), "看天气")
    for transcript in (same, other):
        index_transcript(transcript.pk)
    kept = set(SearchLine.objects.filter(transcript=same).values_list("pk", flat=True))
    SearchLine.objects.filter(transcript=other).update(terms=["看"])

    call_command("rebuild_search_index", verbosity=0)

    assert set(SearchLine.objects.filter(transcript=same).values_list("pk", flat=True)) == kept
    assert texts_with("天气") == ["看天气"]


def test_refreshing_brings_in_what_was_left_out() -> None:
    lesson = live_lesson(teaches="看天气")
    approved(lesson, "点开收款码")

    missing = refresh(AT)

    assert missing == SearchPage.objects.count() + 1
    assert texts_with("收款") == ["点开收款码"]
    assert refresh(AT) == 0


@pytest.mark.only_sqlite
def test_triggers_keep_the_index_of_lines() -> None:
    """A rebuild of the table, as SQLite makes for a changed column, would drop them without a word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'search_line'")
        names = {name for (name,) in cursor.fetchall()}

    assert names == {"search_line_written", "search_line_removed", "search_line_changed"}


def test_what_a_track_is_called_is_counted_and_found_by_its_initials() -> None:
    track = live_lesson().course.track
    type(track).objects.filter(pk=track.pk).update(title="直播带货")

    index_page(track.pk)

    assert SearchTerm.objects.get(text="直播带货").initials == "zbdh"
