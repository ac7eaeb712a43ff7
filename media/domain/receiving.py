"""A recording comes in: looked at, copied into storage, and sent on its way."""

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.people.models import Org, Person
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.probe import probe
from media.enums import FailureCode, Language
from media.models import Video
from media.signals import announce, video_received

CHUNK_BYTES = 1 << 20
AI_LABEL = gettext_lazy("Made with artificial intelligence")
# Endings that say what a file is; anything else is stored without one.
KNOWN_ENDINGS = frozenset(
    [
        ".3gp",
        ".aac",
        ".amr",
        ".avi",
        ".flac",
        ".flv",
        ".m4a",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp3",
        ".mp4",
        ".mpg",
        ".mts",
        ".ogg",
        ".ts",
        ".wav",
        ".webm",
        ".wmv",
    ]
)


class RecordingRefused(Exception):
    """The file cannot be taken; the text says why and what to do. Nothing was kept."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DuplicateRecording(RecordingRefused):
    """The organisation has this very file already, as `video`."""

    def __init__(self, video: Video) -> None:
        super().__init__("duplicate", _("This file is here already: %(title)s.") % {"title": video.title})
        self.video = video


class _Staged(File):
    """A file on the storage's own disk, which the storage takes by moving it."""

    def temporary_file_path(self) -> str:
        return str(self.file.name)


@dataclass(frozen=True)
class Incoming:
    """A file copied in: where it lies, its SHA-256 and its size in bytes."""

    path: Path
    sha256: str
    size_bytes: int


def receive_video(
    source: File | Path,
    *,
    title: str,
    org: Org,
    by: Person | None,
    language: str = Language.CHINESE,
    at: datetime,
    ai_generated: bool = False,
    ai_label: str = "",
) -> Video:
    """Take a recording into storage and announce it. Raises RecordingRefused, leaving nothing behind.

    Whether it is media is found by opening it, never by its name. Converting is the worker's task.
    """
    name = Path(str(source.name)).name if isinstance(source, File) else source.name
    with _incoming(source) as incoming:
        known = Video.objects.filter(org=org, source_sha256=incoming.sha256, taken_down_at=None).first()
        if known is not None:
            raise DuplicateRecording(known)
        _look_at(incoming.path)
        video = Video(
            title=title.strip() or Path(name).stem[:200],
            org=org,
            uploaded_by=by,
            language=Language(language),
            original_name=name[:255],
            source_sha256=incoming.sha256,
            source_size_bytes=incoming.size_bytes,
            received_at=at,
            queued_at=at,
            ai_generated=ai_generated,
            ai_label=(ai_label or str(AI_LABEL)) if ai_generated else "",
        )
        ending = Path(name).suffix.lower()
        target = f"recordings/{video.code}/source{ending if ending in KNOWN_ENDINGS else ''}"
        with incoming.path.open("rb") as file, _disk_errors():
            video.source.name = default_storage.save(target, _Staged(file))
        try:
            with transaction.atomic():
                video.save()
                announce(video_received, video_id=video.pk)
        except BaseException:
            default_storage.delete(video.source.name)
            raise
    return video


@contextmanager
def _incoming(source: File | Path) -> Iterator[Incoming]:
    """The file, copied beside the storage while it is hashed; whatever is left of it afterwards is removed."""
    size = source.size if isinstance(source, File) else _size_of(source)
    if not size:
        raise RecordingRefused("empty", _("The file is empty. Please choose the recording again."))
    if size > settings.MEDIA_MAX_UPLOAD_MB << 20:
        raise RecordingRefused(
            "too_large",
            _("The file is larger than %(megabytes)s MB. Please export it smaller or cut it into parts.")
            % {"megabytes": settings.MEDIA_MAX_UPLOAD_MB},
        )
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size + (settings.MEDIA_RESERVE_MB << 20):
        raise RecordingRefused("disk_full", str(FailureCode.DISK_FULL.label))
    with tempfile.TemporaryDirectory(dir=folder) as place:
        copy = Path(place) / "file"
        digest = hashlib.sha256()
        with _disk_errors(), copy.open("wb") as out:
            for chunk in _chunks(source):
                digest.update(chunk)
                out.write(chunk)
        yield Incoming(copy, digest.hexdigest(), copy.stat().st_size)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise RecordingRefused("missing", _("The file cannot be read: %(why)s") % {"why": error.strerror}) from error


def _chunks(source: File | Path) -> Iterator[bytes]:
    if isinstance(source, File):
        yield from source.chunks(CHUNK_BYTES)
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def _disk_errors() -> Iterator[None]:
    """A full disk in words; everything else as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise RecordingRefused("disk_full", str(FailureCode.DISK_FULL.label)) from error


def _look_at(path: Path) -> None:
    try:
        probe(path, limits=limits())
    except ToolFailed as failure:
        raise RecordingRefused(failure.code, str(FailureCode(failure.code).label)) from failure
