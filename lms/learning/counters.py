"""How often requests were refused, by day and code: what law 5 asks for where a request leaves no row."""

from datetime import date

from django.core.cache import cache

KEPT_SECONDS = 8 * 24 * 3600


def _key(code: str, day: date) -> str:
    return f"learning:refused:{day:%Y%m%d}:{code}"


def count(code: str, day: date) -> None:
    """One more on this day."""
    key = _key(code, day)
    cache.add(key, 0, KEPT_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it expired this very moment
        cache.set(key, 1, KEPT_SECONDS)


def counted(code: str, day: date) -> int:
    """How many so far, as far as this process's cache knows."""
    return int(cache.get(_key(code, day), 0))
