"""Sets of whole seconds, written as half-open stretches [start, end) and kept as one bit per second.

A set is one Python integer in which bit n stands for the second from n to n + 1. Uniting, subtracting and
measuring therefore cost the same however scattered the stretches are, and three hours are stored in 1,350 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

# About 115 days. A caller with moments of the calendar counts from a base of its own.
MAX_SECONDS = 10_000_000


class StretchRefused(ValueError):
    """A stretch is not a pair of whole seconds with 0 <= start <= end <= MAX_SECONDS."""


def _run(start: int, end: int) -> int:
    return ((1 << (end - start)) - 1) << start


class Stretches:
    """An immutable set of whole seconds."""

    __slots__ = ("_bits",)
    _bits: int

    def __init__(self) -> None:
        object.__setattr__(self, "_bits", 0)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Stretches never change; every operation returns new ones.")

    @classmethod
    def _from_bits(cls, bits: int) -> Stretches:
        new = cls()
        object.__setattr__(new, "_bits", bits)
        return new

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Stretches:
        """The union of the pairs (start, end); pairs may overlap, touch, be empty and come in any order."""
        bits = 0
        for start, end in pairs:
            if type(start) is not int or type(end) is not int or not 0 <= start <= end <= MAX_SECONDS:
                raise StretchRefused(f"Not a stretch of whole seconds: {start!r} to {end!r}.")
            bits |= _run(start, end)
        return cls._from_bits(bits)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> Stretches:
        """What `to_bytes` wrote."""
        if len(data) * 8 > MAX_SECONDS + 7:
            raise StretchRefused(f"{len(data)} bytes hold more than {MAX_SECONDS} seconds.")
        return cls._from_bits(int.from_bytes(bytes(data), "little"))

    def to_bytes(self) -> bytes:
        """One bit per second, first second in the lowest bit of the first byte, no trailing zero bytes."""
        return self._bits.to_bytes((self._bits.bit_length() + 7) // 8, "little")

    def union(self, other: Stretches) -> Stretches:
        return self._from_bits(self._bits | other._bits)

    def subtract(self, other: Stretches) -> Stretches:
        return self._from_bits(self._bits & ~other._bits)

    def intersect(self, other: Stretches) -> Stretches:
        return self._from_bits(self._bits & other._bits)

    __or__ = union
    __sub__ = subtract
    __and__ = intersect

    def clip(self, start: int, end: int) -> Stretches:
        """What lies in [start, end)."""
        return self.intersect(self.of([(max(start, 0), max(start, end, 0))]))

    def shift(self, seconds: int) -> Stretches:
        """Every second moved by so many; what would come before 0 is dropped."""
        bits = self._bits << seconds if seconds >= 0 else self._bits >> -seconds
        if bits.bit_length() > MAX_SECONDS:
            raise StretchRefused(f"Shifted beyond {MAX_SECONDS} seconds.")
        return self._from_bits(bits)

    def first(self, seconds: int) -> Stretches:
        """The earliest so many seconds, or all of them where there are fewer."""
        left, kept = max(seconds, 0), 0
        for start, end in self.pairs:
            taken = min(left, end - start)
            kept |= _run(start, start + taken)
            left -= taken
            if not left:
                break
        return self._from_bits(kept)

    @property
    def seconds(self) -> int:
        """How many seconds the set holds."""
        return self._bits.bit_count()

    @property
    def end(self) -> int:
        """The first second after the last stretch; 0 when empty."""
        return self._bits.bit_length()

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The stretches in order, each as long as it can be."""
        found, bits, base = [], self._bits, 0
        while bits:
            gap = (bits & -bits).bit_length() - 1
            bits >>= gap
            length = (~bits & (bits + 1)).bit_length() - 1
            bits >>= length
            found.append((base + gap, base + gap + length))
            base += gap + length
        return found

    def __contains__(self, second: int) -> bool:
        return second >= 0 and bool(self._bits >> second & 1)

    def issubset(self, other: Stretches) -> bool:
        return not self._bits & ~other._bits

    def __bool__(self) -> bool:
        return self._bits != 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stretches) and self._bits == other._bits

    def __hash__(self) -> int:
        return hash(self._bits)

    def __repr__(self) -> str:
        return f"Stretches.of({self.pairs})"
