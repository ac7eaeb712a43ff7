"""What Wagtail's search asks: its database backend with Chinese added, of the kind of database the site lives in.

WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backends"}}
"""

from typing import Any

from django.db import connection


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802  (the name modelsearch asks for)
    """The backend of this site's kind of database."""
    if connection.vendor == "postgresql":
        from search.backends.postgresql import ChinesePostgresSearchBackend

        return ChinesePostgresSearchBackend(params)
    from search.backends.sqlite import ChineseSQLiteSearchBackend

    return ChineseSQLiteSearchBackend(params)
