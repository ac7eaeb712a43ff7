"""Parts of "a copy of my data" that floors above keep; each registers how it is read, by a name in the copy."""

from collections.abc import Callable
from typing import Any

from lms.people.models import Person

_parts: dict[str, Callable[[Person], Any]] = {}


def register_part(name: str, read: Callable[[Person], Any]) -> None:
    """Called in `ready()`; `read` gives what can be written as JSON, of all accounts of the person."""
    _parts[name] = read


def parts_elsewhere(person: Person) -> dict[str, Any]:
    """All registered parts, by name."""
    return {name: read(person) for name, read in _parts.items()}
