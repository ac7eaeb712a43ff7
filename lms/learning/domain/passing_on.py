"""One file with a whole lesson, to be passed on by memory card or chat: an HTML page that carries its film inside.

The film is written as base64 in pieces, so that neither we nor the phone that opens the file ever hold it in memory
twice. Nothing in it names a person or leads to a signed address, and whoever may play the lesson gets the same bytes.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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


def written(film: Film) -> Iterator[bytes]:
    """The film as it stands in the file, piece by piece. Raises StorageFailed."""
    waiting = b""
    for chunk in stored().read(film.name, 0, film.size_bytes):
        waiting += chunk
        while len(waiting) >= PIECE_BYTES:
            yield _piece(waiting[:PIECE_BYTES])
            waiting = waiting[PIECE_BYTES:]
    if waiting:
        yield _piece(waiting)


def _piece(data: bytes) -> bytes:
    return _BEFORE + b64encode(data) + _AFTER
