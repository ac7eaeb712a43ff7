"""Words that were heard wrongly, as the glossary writes them. Only whole words are touched, and each change is kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .base import Correction, Term
from .timed import Timed


@dataclass(frozen=True)
class Corrected:
    """The text, and where in it terms of the glossary stand: with the correction, or None where it was heard right."""

    said: Timed
    spans: tuple[tuple[int, int, Correction | None], ...]

    def corrections(self, first: int, after: int) -> tuple[Correction, ...]:
        """What was changed in a part of the text."""
        return tuple(change for a, b, change in self.spans if change and a < after and b > first)


def corrected(said: Timed, terms: Sequence[Term]) -> Corrected:
    """The longest spellings first; what is a term already stays."""
    spellings = [(term.text, term.text) for term in terms]
    spellings += [(heard, term.text) for term in terms for heard in term.heard_as]
    edges = _edges(said.text) if spellings else set()
    taken: list[tuple[int, int, str]] = []
    for heard, term in sorted(spellings, key=lambda pair: (-len(pair[0]), pair[0] != pair[1])):
        for found in re.finditer(re.escape(heard), said.text, re.IGNORECASE):
            first, after = found.span()
            free = all(after <= a or first >= b for a, b, _term in taken)
            if free and first < after and (heard == term or {first, after} <= edges):
                taken.append((first, after, term))
    taken.sort()
    spans: list[tuple[int, int, Correction | None]] = []
    shift = 0
    for first, after, term in taken:
        heard = said.text[first:after]
        at = first + shift
        shift += len(term) - (after - first)
        spans.append((at, at + len(term), None if heard == term else Correction(heard, term)))
    return Corrected(said.replaced([edit for edit in taken if said.text[edit[0] : edit[1]] != edit[2]]), tuple(spans))


def _edges(text: str) -> set[int]:
    """Where words of the dictionary begin and end. A spelling that cuts one in two is another word."""
    import rjieba  # loads its dictionary

    edges, at = {0}, 0
    for word in rjieba.cut(text, False):
        at += len(word)
        edges.add(at)
    return edges
