"""What is typed to choose one of many in the admin, found in the index of the search backend that the settings name."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model, QuerySet
from wagtail.search.backends import get_search_backend

logger = logging.getLogger(__name__)
# Where the index is not in the database, so many are taken out of it.
MOST = 1000


def keys_called(words: str, model: type[Model]) -> QuerySet[Any] | list[Any]:
    """The keys of those whose names hold all of these words, the last of them perhaps half typed.

    Names are what the model indexes as AutocompleteField; found by their characters, by pinyin and by initials. To be
    used as `pk__in`: whom they may be shown to is for the caller's own query to say.
    """
    found = get_search_backend().autocomplete(words, model, operator="and", order_by_relevance=False)
    if hasattr(found, "get_queryset"):
        queryset: QuerySet[Any] = found.get_queryset()
        return queryset.order_by().values("pk")
    keys: list[Any] = []
    with unless_the_server_is_down():
        keys = [one.pk for one in found[:MOST]]
    return keys


@contextmanager
def unless_the_server_is_down() -> Iterator[None]:
    """A search server that does not answer ends what is asked in here; the log says so, and the caller goes on."""
    from opensearchpy.exceptions import OpenSearchException  # installed only where there is such a server

    try:
        yield
    except OpenSearchException as error:
        logger.warning("The search server does not answer: %s", error)
