"""One file with a whole lesson, to be passed on by memory card or chat: an HTML page that carries its film inside.

The film is written as base64 in pieces, so that neither we nor the phone that opens the file ever hold it in memory
twice. Nothing in it names a person or leads to a signed address, and whoever may play the lesson gets the same bytes
until the lesson changes: a download that was broken off goes on where it was.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from courses.models import LessonPage
from courses.policies import can_play
from lms.lib.files import stored
from lms.people.models import Person
from media.enums import RenditionKind
from media.models import Rendition

# A multiple of three, so that no piece but the last is filled up.
PIECE_BYTES = 768 * 1024
_BEFORE, _AFTER = b'<script type="text/plain" data-piece>', b"</script>\n"


class NoFile(Exception):
    """This person may not play the lesson now, or there is no one file of its recording."""


@dataclass(frozen=True, slots=True)
class Film:
    """The film of a lesson as it lies in the storage."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Whole:
    """The file: what stands before the film, the film, and what stands behind it."""

    head: bytes
    film: Film
    tail: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.head) + written_size(self.film) + len(self.tail)

    @property
    def mark(self) -> str:
        """The same for the same bytes (ETag): a recording never changes under its name."""
        film = f"{self.film.name} {self.film.size_bytes} {PIECE_BYTES}"
        return f'"{sha256(self.head + self.tail + film.encode()).hexdigest()[:32]}"'

    def read(self, first: int, last: int) -> Iterator[bytes]:
        """From the one byte to the other, both included. Raises StorageFailed."""
        left = last - first + 1
        for part in self._from(first):
            yield part[:left]
            left -= len(part)
            if left <= 0:
                return

    def _from(self, first: int) -> Iterator[bytes]:
        film_size = written_size(self.film)
        if first < len(self.head):
            yield self.head[first:]
        into = max(0, first - len(self.head))
        if into < film_size:
            yield from written(self.film, into)
        yield self.tail[max(0, into - film_size) :]


def film_of(person: Person | None, lesson: LessonPage, *, at: datetime) -> Film:
    """The film that goes into the file. Raises NoFile, or FileNotFoundError where the storage has lost it."""
    kept = Rendition.objects.filter(video=lesson.video_id, kind=RenditionKind.FILE).first()
    if kept is None or lesson.video is None or not can_play(person, lesson, at):
        raise NoFile
    name = f"{lesson.video.stream_folder}/{kept.playlist}"
    return Film(name, stored().size(name))


def written_size(film: Film) -> int:
    """How many bytes the film takes in the file."""
    pieces = -(-film.size_bytes // PIECE_BYTES)
    return 4 * -(-film.size_bytes // 3) + pieces * (len(_BEFORE) + len(_AFTER))


def written(film: Film, first: int = 0) -> Iterator[bytes]:
    """The film as it stands in the file from its byte `first` on, piece by piece. Raises StorageFailed.

    What lies before is neither read nor written: a download that was lost at its end costs its end.
    """
    number, left_out = divmod(first, len(_piece(b"")) + PIECE_BYTES // 3 * 4)
    start, waiting = number * PIECE_BYTES, b""
    for chunk in stored().read(film.name, start, film.size_bytes - start):
        waiting += chunk
        while len(waiting) >= PIECE_BYTES:
            yield _piece(waiting[:PIECE_BYTES])[left_out:]
            waiting, left_out = waiting[PIECE_BYTES:], 0
    if waiting:
        yield _piece(waiting)[left_out:]


def _piece(data: bytes) -> bytes:
    return _BEFORE + b64encode(data) + _AFTER
