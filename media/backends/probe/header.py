"""The length that an MP4, MOV or 3GP file claims, read from two boxes of its header without any decoder.

For choosing a queue and guessing a waiting time, never for credit: headers lie.
"""

import struct
from typing import IO, Any

_BOXES_LOOKED_AT = 64


def stated_seconds(file: "IO[bytes] | Any") -> int | None:
    """Whole seconds, at least one, or None where the header does not say; the file is left at its beginning."""
    try:
        file.seek(0, 2)
        moov = _find(file, b"moov", 0, file.tell())
        mvhd = _find(file, b"mvhd", *moov) if moov else None
        return _length(file, mvhd[0]) if mvhd else None
    except (struct.error, OSError, ValueError):
        return None
    finally:
        file.seek(0)


def _find(file: Any, wanted: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of the box begins and ends, looking from one box to the next."""
    for _box in range(_BOXES_LOOKED_AT):
        if start + 8 > end:
            return None
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        elif size == 0:
            size = end - start
        if size < head:
            return None
        if kind == wanted:
            return start + head, min(start + size, end)
        start += size
    return None


def _length(file: Any, start: int) -> int | None:
    file.seek(start)
    (version,) = struct.unpack(">B3x", file.read(4))
    if version == 1:
        scale, units = struct.unpack(">16xIQ", file.read(28))
    else:
        scale, units = struct.unpack(">8xII", file.read(16))
    unknown = units in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return None if unknown or not scale or not units else max(round(units / scale), 1)
