"""What the database finds by its terms, before anything is ranked: pages and lines, as few as a ranking needs.

Each question goes to the database once, however much is asked and found: what a search costs, its statements cost.
SQLite takes tables in the order of a CROSS JOIN: it would ask the index of words for each row of the other table.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.dateparse import parse_datetime
from modelsearch.conf import get_app_config
from modelsearch.query import And, Or, PlainText
from wagtail.search.backends import get_search_backend

from lms.lib.choosing import unless_the_server_is_down
from media.enums import TranscriptState
from media.models import Transcript, Video

# After every character there is.
_LAST = "\U0010ffff"
# All terms of one way of saying it; and all ways of saying it.
Ways = Sequence[Sequence[str]]
# Every one of these words, in one of its ways.
Asked = Sequence[Ways]


class PageQuestion(NamedTuple):
    """Which pages of these kinds hold all words, in their titles or anywhere; `most` of them."""

    words: Asked
    models: tuple[type[Model], ...]
    most: int
    in_title: bool = False


def pages_with(questions: Sequence[PageQuestion]) -> list[list[int]]:
    """The keys of pages for each question."""
    if settings.SEARCH_SERVER:
        return [_pages_of_server(question) for question in questions]
    entries = get_app_config().get_model("IndexEntry")._meta.db_table
    kinds = ContentType.objects.get_for_models(*{model for question in questions for model in question.models})
    statements, values = [], []
    for question in questions:
        of_kind = ", ".join(str(kinds[model].pk) for model in question.models)
        if connection.vendor == "postgresql":
            where = "titles" if question.in_title else "pages"
            statement = f"SELECT search_{where}_with(%s::tsquery, ARRAY[{of_kind}], {question.most})"
            values.append(expression(question.words))
        else:
            statement = (
                f"SELECT object_id FROM {entries}_fts CROSS JOIN {entries} ON {entries}.id = {entries}_fts.rowid "  # noqa: S608  (a name of modelsearch)
                f"WHERE {entries}_fts MATCH %s AND content_type_id IN ({of_kind}) LIMIT {question.most}"
            )
            columns = "title" if question.in_title else "title body"
            values.append(f"{{{columns}}} : ({expression(question.words)})")
        statements.append(statement)
    return _asked_at_once(statements, values)


def _pages_of_server(question: PageQuestion) -> list[int]:
    """The same, where pages are indexed by a server (search/backends/opensearch.py); it cuts what it is given anew."""
    ways = [[PlainText(" ".join(way), operator="and") for way in ways] for ways in question.words]
    asked = And([Or(each) for each in ways])
    fields = ["title"] if question.in_title else None
    keys: list[int] = []
    # What is said in recordings is found without it.
    with unless_the_server_is_down():
        for model in question.models:
            found = get_search_backend().search(asked, model._default_manager.filter(live=True), fields=fields)
            keys += [page.pk for page in found[: question.most]]
    return keys[: question.most]


def recordings_with(questions: Sequence[Asked], *, most: int) -> list[list[int]]:
    """For each question the recordings in which a line holds all its words; `most` lines of each are read.

    Only captions that are approved now, of recordings that may be played now, whatever the index remembers.
    """
    shown, parameters = _shown_transcripts()
    if connection.vendor == "postgresql":
        found = f"SELECT search_lines_with(%s::tsquery, {most}) AS transcript_id"
    else:
        found = (
            "SELECT transcript_id FROM search_line_fts "  # noqa: S608  (a number)
            "CROSS JOIN search_line ON search_line.id = search_line_fts.rowid "
            f"WHERE search_line_fts MATCH %s LIMIT {most}"
        )
    statement = (
        f"SELECT video_id FROM ({found}) AS lines {_then()} ({shown}) AS shown ON shown.id = lines.transcript_id"  # noqa: S608  (Django's)
    )
    values = [value for words in questions for value in (expression(words), *parameters)]
    return [list(dict.fromkeys(keys)) for keys in _asked_at_once([statement] * len(questions), values)]


class FoundLine(NamedTuple):
    """A line of captions: whose, its place, when it begins, and its text as analysis.normalised() leaves it."""

    video: int
    transcript: int
    language: str
    number: int
    start_ms: int
    text: str


def lines_of(videos: Iterable[int], ways: Ways, *, most: int = 2000) -> list[FoundLine]:
    """The lines of these recordings that may be shown and hold one of the ways, in their order."""
    keys = list(videos)
    if not keys or not ways:
        return []
    shown, parameters = _shown_transcripts(keys)
    # Few recordings, and theirs alone: quicker than all lines of the library that hold a common word.
    theirs = (
        f"WITH theirs AS {'MATERIALIZED ' if connection.vendor == 'postgresql' else ''}"  # noqa: S608  (Django's)
        "(SELECT video_id, transcript_id, language, number, start_ms, text, terms "
        f"FROM ({shown}) AS shown {_then()} search_line ON search_line.transcript_id = shown.id)"
    )
    if connection.vendor == "postgresql":
        holds, values = "terms @@ %s::tsquery", [expression([ways])]
    else:
        each = (" AND ".join(["instr(' ' || terms || ' ', %s)"] * len(way)) for way in ways)
        holds, values = " OR ".join(f"({way})" for way in each), [f" {term} " for way in ways for term in way]
    fields = ", ".join(FoundLine._fields).replace("video", "video_id").replace("transcript", "transcript_id")
    statement = f"{theirs} SELECT {fields} FROM theirs WHERE {holds} ORDER BY transcript_id, number LIMIT {most}"  # noqa: S608  (of this module)
    return [FoundLine(*row) for row in _asked(statement, [*parameters, *values])]


def _shown_transcripts(of: Sequence[int] | None = None) -> tuple[str, tuple[Any, ...]]:
    """Captions that may be shown, of these recordings or of all, as a part of a statement: id, video_id, language."""
    playable = Exists(Video.objects.playable().filter(pk=OuterRef("video_id")))
    approved = Transcript.objects.filter(playable, state=TranscriptState.APPROVED)
    if of is not None:
        approved = approved.filter(video_id__in=of)
    statement, parameters = approved.order_by().values("id", "video_id", "language").query.sql_with_params()
    return statement, parameters


class KnownLesson(NamedTuple):
    """A live lesson; its text as the index has it."""

    pk: int
    path: str
    video: int | None
    published_at: datetime | None
    text: str
    completed_by: int


def live_lessons(lessons: Iterable[int], videos: Iterable[int]) -> list[KnownLesson]:
    """These live lessons and those with these recordings."""
    statement = (
        "SELECT l.page_ptr_id, p.path, l.video_id, p.last_published_at, COALESCE(t.text, ''), "
        "COALESCE(t.completed_by, 0) FROM courses_lessonpage l JOIN wagtailcore_page p ON p.id = l.page_ptr_id "
        "LEFT JOIN search_page t ON t.page_id = l.page_ptr_id WHERE p.live AND"
    )
    # Together PostgreSQL would have them read by two processes more, which takes longer to begin than they to read.
    parts = [("l.page_ptr_id", list(lessons)), ("l.video_id", list(videos))]
    asked = [_asked(f"{statement} {column} {_among('bigint')}", [_keys(keys)]) for column, keys in parts if keys]
    found = {row[0]: KnownLesson(*row) for rows in asked for row in rows}
    return [lesson._replace(published_at=_moment(lesson.published_at)) for lesson in found.values()]


class KnownCourse(NamedTuple):
    """A live course in a live track; texts as the index has them."""

    pk: int
    path: str
    access: str
    audience: list[str]
    text: str
    track: int
    track_path: str
    track_audience: list[str]
    track_text: str


def live_courses(paths: Iterable[str]) -> list[KnownCourse]:
    """The courses at these paths, as far as they and their tracks are live."""
    statement = (
        "SELECT c.page_ptr_id, cp.path, c.access, c.audience, COALESCE(ct.text, ''), "
        "t.page_ptr_id, tp.path, t.audience, COALESCE(tt.text, '') FROM courses_coursepage c "
        "JOIN wagtailcore_page cp ON cp.id = c.page_ptr_id LEFT JOIN search_page ct ON ct.page_id = cp.id "
        "JOIN wagtailcore_page tp ON tp.path = substr(cp.path, 1, length(cp.path) - 4) "
        "JOIN courses_cataloguepage t ON t.page_ptr_id = tp.id LEFT JOIN search_page tt ON tt.page_id = tp.id "
        "WHERE cp.live AND tp.live AND cp.path"
    )
    keys = list(paths)
    found = _asked(f"{statement} {_among('text')}", [_keys(keys)]) if keys else []
    return [KnownCourse(*row)._replace(audience=_list(row[3]), track_audience=_list(row[7])) for row in found]


def _among(kind: str) -> str:
    """One of these keys: one value for the driver and the planner, however many there are."""
    return f"= ANY(%s::{kind}[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"


def _keys(keys: Sequence[Any]) -> Any:
    return keys if connection.vendor == "postgresql" else json.dumps(keys)


def _moment(at: datetime | str | None) -> datetime | None:
    """SQLite knows no moments."""
    read = parse_datetime(at) if isinstance(at, str) else at
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


def _list(value: Any) -> list[str]:
    """Nor lists, and Django has PostgreSQL's driver read none."""
    found: list[str] = json.loads(value) if isinstance(value, str) else value
    return found


def expression(words: Asked) -> str:
    """The question for this kind of database. Terms are letters, digits and characters only, so none needs escaping."""
    both, either, quoted = (" & ", " | ", "'%s'") if connection.vendor == "postgresql" else (" AND ", " OR ", '"%s"')
    return both.join(
        "(" + either.join("(" + both.join(quoted % term for term in way) + ")" for way in ways) + ")" for ways in words
    )


def _then() -> str:
    return "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"


def _asked_at_once(statements: Sequence[str], values: Sequence[Any]) -> list[list[int]]:
    """What each of these statements finds, a key in each row, in one question to the database."""
    found: list[list[int]] = [[] for _statement in statements]
    each = (
        f"SELECT {place} AS place, part.* FROM ({statement}) AS part"  # noqa: S608  (of this module)
        for place, statement in enumerate(statements)
    )
    for place, key in _asked(" UNION ALL ".join(each), values) if statements else ():
        found[place].append(int(key))
    return found


def _asked(statement: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


def starting(field: str, prefix: str) -> Q:
    """The field begins so, asked in the way that the index of this kind of database answers."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": prefix})
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + _LAST})
