"""A question put to modelsearch, said again in the terms of our index, so that its own compilers can go on."""

from collections.abc import Iterable
from types import FunctionType
from typing import Any

from modelsearch.query import MATCH_ALL, And, Boost, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from search.backends import analysis

# Longer ones are cut: nobody asks more, and every term costs.
LONGEST_QUESTION = 100
MOST_WORDS = 16


def as_can_be_kept(text: str) -> str:
    """The text without halves of characters, which no database takes."""
    return text.encode("utf-8", "ignore").decode()


def in_terms(query: SearchQuery, *, is_typed: bool = False) -> SearchQuery:
    """The same question in terms. Nothing but signs finds nothing.

    A word of several characters must have all its pairs; a phrase its characters one after another. `is_typed`: the
    last word is still being typed, and keeps its end open.
    """
    if isinstance(query, PlainText):
        return _plain(query, is_typed=is_typed)
    if isinstance(query, Phrase):
        single = [term for run in _runs(query.query_string) for term in (run if analysis.is_han(run) else [run])]
        return Phrase(" ".join(map(_stemmed, single))) if single else Not(MATCH_ALL)
    if isinstance(query, And | Or):
        return type(query)([in_terms(each, is_typed=is_typed) for each in query.subqueries])
    if isinstance(query, Not):
        return Not(in_terms(query.subquery))
    if isinstance(query, Boost):
        return Boost(in_terms(query.subquery, is_typed=is_typed), query.boost)
    if isinstance(query, MatchAll):
        return query
    # What else there is (Fuzzy, on PostgreSQL) looks at the texts themselves.
    return query


def _plain(query: PlainText, *, is_typed: bool) -> SearchQuery:
    words = analysis.words(_normalised(query.query_string))[:MOST_WORDS]
    if not words:
        return Not(MATCH_ALL)
    terms = [analysis.word_terms(word) for word in words]
    if is_typed and not analysis.is_han(words[-1]):
        terms[-1] = (words[-1],)
    if query.operator.lower() == "and":
        return PlainText(" ".join(dict.fromkeys(term for each in terms for term in each)), operator="and")
    if len(terms) == 1:
        return PlainText(" ".join(terms[0]), operator="and")
    return Or([PlainText(" ".join(each), operator="and") for each in terms])


def _runs(text: str) -> list[str]:
    return analysis.runs(_normalised(text))


def _normalised(text: str) -> str:
    return analysis.normalised(as_can_be_kept(text[:LONGEST_QUESTION]))


def _stemmed(run: str) -> str:
    return run if analysis.is_han(run) else analysis.stem(run)


def as_indexed(text: str) -> str:
    """A text as it goes into an index of words: its characters one after another, for phrases, then its pairs."""
    runs = analysis.runs(analysis.normalised(text))
    single = " ".join(term for run in runs for term in (run if analysis.is_han(run) else [analysis.stem(run)]))
    paired = " ".join(pair for run in runs if analysis.is_han(run) for pair in analysis.pairs(run))
    return f"{single} {paired}".strip()


def only_title(fields: Any) -> list[str] | None:
    """Which fields can be asked for alone: the title. Any other choice asks all that was indexed."""
    return ["title"] if fields and list(fields) == ["title"] else None


class ReadsOnce:
    """An indexer of modelsearch that asks a page for each of its fields once; theirs asks again for every column."""

    def prepare_field(self, obj: Any, field: Any) -> Iterable[Any]:
        """What the field says, as modelsearch prepares it; only the page's own fields are remembered."""
        asked: Iterable[Any] = super().prepare_field(obj, field)  # type: ignore[misc]  # the indexer it is mixed into
        if obj is not self.__dict__.get("obj"):
            return asked
        kept: dict[int, list[Any]] = self.__dict__.setdefault("_kept", {})
        if id(field) not in kept:
            kept[id(field)] = list(asked)
        return kept[id(field)]


def with_indexer(method: Any, indexer: type) -> Any:
    """A method of modelsearch that builds its entries by our indexer: it names its own as a global of its module."""
    return FunctionType(
        method.__code__, {**method.__globals__, "ObjectIndexer": indexer}, method.__name__, method.__defaults__
    )
