"""Long segments as cues that can be read in time."""

import re

from media.captions_text import width

# Two lines of sixteen Chinese characters.
READABLE_WIDTH = 32
# A cut may stand after these; the blank serves languages that write blanks.
_END_OF_PART = re.compile(r"[。！？；：，、.!?;:,]+[”」』）\"']*|\s")


def split_for_reading(start_ms: int, end_ms: int, text: str) -> list[tuple[int, int, str]]:
    """The segment as (start, end, text), each at most two lines long, the time shared by the length of the text."""
    pieces = _pieces(text)
    total = sum(width(piece) for piece in pieces) or 1.0
    edges, spoken = [start_ms], 0.0
    for piece in pieces:
        spoken += width(piece)
        edges.append(start_ms + round((end_ms - start_ms) * spoken / total))
    return [(a, b, piece) for a, b, piece in zip(edges, edges[1:], pieces, strict=False) if b > a]


def _pieces(text: str) -> list[str]:
    """The text halved, nearest its middle where a part of it ends, until each piece fits."""
    if width(text) <= READABLE_WIDTH:
        return [text]
    middle = len(text) // 2
    ends = [found.end() for found in _END_OF_PART.finditer(text) if len(text) // 5 <= found.end() < len(text) * 4 // 5]
    cut = min(ends, key=lambda end: abs(end - middle), default=middle)
    return _pieces(text[:cut].strip()) + _pieces(text[cut:].strip())
