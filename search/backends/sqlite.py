"""Wagtail's search on SQLite (FTS5) with Chinese."""

from typing import Any

from modelsearch.backends.database.sqlite import sqlite

from search.backends.asking import ReadsOnce, as_indexed, in_terms, only_title, with_indexer
from search.backends.sounds import as_sounds


class ChineseIndexer(ReadsOnce, sqlite.ObjectIndexer):
    """Writes texts in terms; what is typed to choose something is also found by how it sounds."""

    @property
    def title(self) -> str:
        return as_indexed(super().title)

    @property
    def body(self) -> str:
        return as_indexed(super().body)

    @property
    def autocomplete(self) -> str:
        text = super().autocomplete
        return f"{as_indexed(text)} {as_sounds(text)}".strip()


class ChineseSQLiteIndex(sqlite.SQLiteIndex):
    add_items = with_indexer(sqlite.SQLiteIndex.add_items, ChineseIndexer)


class ChineseSQLiteQueryCompiler(sqlite.SQLiteSearchQueryCompiler):
    query: Any
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_terms(self.query, is_typed=self.LAST_TERM_IS_PREFIX)
        self.fields = only_title(self.fields)


class ChineseSQLiteAutocompleteQueryCompiler(sqlite.SQLiteAutocompleteQueryCompiler):
    query: Any
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_terms(self.query, is_typed=self.LAST_TERM_IS_PREFIX)
        self.fields = None


class ChineseSQLiteSearchBackend(sqlite.SQLiteSearchBackend):
    query_compiler_class = ChineseSQLiteQueryCompiler
    autocomplete_query_compiler_class = ChineseSQLiteAutocompleteQueryCompiler
    index_class = ChineseSQLiteIndex
