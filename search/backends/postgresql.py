"""Wagtail's search on PostgreSQL (tsvector) with Chinese."""

from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db.models import F, FloatField, Value
from modelsearch.backends.database.postgres import postgres

from search.backends.asking import ReadsOnce, as_indexed, in_terms, only_title, with_indexer
from search.backends.sounds import as_sounds

# Our terms are words already: no dictionary of the server is to change them.
CONFIG = "simple"


class ChineseIndexer(ReadsOnce, postgres.ObjectIndexer):
    """Writes texts in terms; what is typed to choose something is also found by how it sounds."""

    def as_vector(self, texts: list[tuple[str, str]], for_autocomplete: bool = False) -> SearchVector:
        written = [
            (f"{as_indexed(text)} {as_sounds(text) if for_autocomplete else ''}", weight) for text, weight in texts
        ]
        return super().as_vector(written, for_autocomplete)


class ChinesePostgresIndex(postgres.PostgresIndex):
    add_items = with_indexer(postgres.PostgresIndex.add_items, ChineseIndexer)


class ChinesePostgresQueryCompiler(postgres.PostgresSearchQueryCompiler):
    query: Any
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_terms(self.query)
        self.fields = only_title(self.fields)

    def get_fields_vectors(self, search_query: Any) -> list[tuple[F, Any]]:
        """The title as it was indexed: made of the column itself, it would not be in terms."""
        return [(F("index_entries__title"), Value(1.0, output_field=FloatField()))]


class ChinesePostgresAutocompleteQueryCompiler(postgres.PostgresAutocompleteQueryCompiler):
    query: Any
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_terms(self.query, is_typed=True)
        self.fields = None


class ChinesePostgresSearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = ChinesePostgresQueryCompiler
    autocomplete_query_compiler_class = ChinesePostgresAutocompleteQueryCompiler
    index_class = ChinesePostgresIndex

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({"SEARCH_CONFIG": CONFIG, **params})
