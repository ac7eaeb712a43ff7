"""The stretch of bytes that a request asks for (RFC 9110, 14): one at most, in bytes."""

import re

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class NoSuchRange(Exception):
    """Nothing of what there is lies in the stretch: 416."""


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of `size` that a `Range` header asks for; None where all is to be sent.

    Several stretches, other units and what nobody understands ask for all, as the rule allows. Raises NoSuchRange.
    """
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or asked[0] == "bytes=-":
        return None
    first, last = asked[1], asked[2]
    if first:
        found = (int(first), min(int(last), size - 1) if last else size - 1)
    else:
        found = (max(size - int(last), 0), size - 1) if int(last) else (1, 0)
    if not found[0] <= found[1] < size:
        raise NoSuchRange
    return found
