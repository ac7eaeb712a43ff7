"""Rows a few hundred or thousand at a time, so that neither a statement nor a list grows with the data."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size` (itertools.batched comes with Python 3.12)."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
