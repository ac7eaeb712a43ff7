"""Lines of captions and their index, terms with their sounds, synonyms, questions without an answer."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import search.models
from search.shared_synonyms import SHARED_SYNONYMS

# The lines themselves lie in search_line, so the index keeps none of them; what a line says is told at its removal.
# No positions are kept: a phrase is looked for in the few lines that hold all its pairs.
ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_line_fts USING fts5("
    "terms, content='search_line', content_rowid='id', detail=none, columnsize=0, "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER search_line_written AFTER INSERT ON search_line BEGIN "
    "INSERT INTO search_line_fts(rowid, terms) VALUES (new.id, new.terms); END",
    "CREATE TRIGGER search_line_removed AFTER DELETE ON search_line BEGIN "
    "INSERT INTO search_line_fts(search_line_fts, rowid, terms) VALUES ('delete', old.id, old.terms); END",
    "CREATE TRIGGER search_line_changed AFTER UPDATE ON search_line BEGIN "
    "INSERT INTO search_line_fts(search_line_fts, rowid, terms) VALUES ('delete', old.id, old.terms); "
    "INSERT INTO search_line_fts(rowid, terms) VALUES (new.id, new.terms); END",
)
OFF_SQLITE = (
    "DROP TRIGGER search_line_written",
    "DROP TRIGGER search_line_removed",
    "DROP TRIGGER search_line_changed",
    "DROP TABLE search_line_fts",
)
# Without `fastupdate`: every search would read through what is not in the index yet. The functions keep the planner from
# reading the whole table for a word whose lines it overestimates (and to expect as many rows as are asked for), and plan once in a
# session; modelsearch indexes titles and bodies apart only.
ON_POSTGRESQL = (
    "CREATE INDEX search_line_terms ON search_line USING gin (terms) WITH (fastupdate = off)",
    "CREATE INDEX search_page_terms ON wagtailsearch_indexentry USING gin ((title || body)) WITH (fastupdate = off)",
    """CREATE FUNCTION search_lines_with(asked tsquery, most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE ROWS 100 SET enable_seqscan = off AS
    $$ BEGIN RETURN QUERY SELECT transcript_id FROM search_line WHERE terms @@ asked LIMIT most; END $$""",
    *(
        f"""CREATE FUNCTION search_{name}_with(asked tsquery, kinds integer[], most integer) RETURNS SETOF varchar
        LANGUAGE plpgsql STABLE ROWS 100 SET enable_seqscan = off AS
        $$ BEGIN RETURN QUERY SELECT object_id FROM wagtailsearch_indexentry
        WHERE {where} @@ asked AND content_type_id = ANY (kinds) LIMIT most; END $$"""  # noqa: S608  (our own)
        for name, where in (("pages", "(title || body)"), ("titles", "title"))
    ),
)
OFF_POSTGRESQL = (
    "DROP FUNCTION search_titles_with",
    "DROP FUNCTION search_pages_with",
    "DROP FUNCTION search_lines_with",
    "DROP INDEX search_page_terms",
    "DROP INDEX search_line_terms",
)


def put_up_index(apps: Any, editor: Any) -> None:
    for statement in ON_POSTGRESQL if editor.connection.vendor == "postgresql" else ON_SQLITE:
        editor.execute(statement, params=None)


def take_index_away(apps: Any, editor: Any) -> None:
    for statement in OFF_POSTGRESQL if editor.connection.vendor == "postgresql" else OFF_SQLITE:
        editor.execute(statement, params=None)


def add_shared_synonyms(apps: Any, editor: Any) -> None:
    group = apps.get_model("search", "SynonymGroup")
    group.objects.bulk_create(group(words="\n".join(words)) for words in SHARED_SYNONYMS)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("media", "0010_smaller_posters"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailsearch", "0010_add_text_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=40, unique=True)),
                ("lines", models.IntegerField(default=0)),
                ("is_word", models.BooleanField(default=False)),
                ("pinyin", models.CharField(blank=True, db_index=True, max_length=120)),
                ("initials", models.CharField(blank=True, db_index=True, max_length=40)),
                ("sound", models.CharField(blank=True, db_index=True, max_length=120)),
            ],
            options={"db_table": "search_term"},
        ),
        migrations.CreateModel(
            name="SynonymGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    models.TextField(
                        help_text="Words that mean the same, one on each line. Whoever types one also finds the "
                        "others.",
                        max_length=600,
                        verbose_name="words",
                    ),
                ),
            ],
            options={
                "verbose_name": "words that mean the same",
                "verbose_name_plural": "words that mean the same",
                "db_table": "search_synonyms",
                "ordering": ["words", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SearchMiss",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("asked", models.CharField(max_length=100, verbose_name="asked")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
            ],
            options={
                "verbose_name": "question without an answer",
                "verbose_name_plural": "questions without an answer",
                "db_table": "search_miss",
                "ordering": ["-day", "-times", "asked"],
                "constraints": [models.UniqueConstraint(fields=("day", "asked"), name="search_miss_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="SearchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="media.transcript"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("start_ms", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("terms", search.models.TermsField()),
            ],
            options={
                "db_table": "search_line",
                "constraints": [models.UniqueConstraint(fields=("transcript", "number"), name="search_line_once")],
            },
        ),
        migrations.CreateModel(
            name="SearchPage",
            fields=[
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                ("text", models.TextField()),
                ("completed_by", models.PositiveIntegerField(default=0)),
            ],
            options={"db_table": "search_page"},
        ),
        migrations.RunPython(put_up_index, take_index_away),
        migrations.RunPython(add_shared_synonyms, migrations.RunPython.noop),
    ]
