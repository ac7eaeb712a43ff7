"""Receiving a recording: the file is stored whole, or nothing of it stays."""

import errno
import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.audit.domain import record
from lms.lib.files import FileStore, StorageFailed, stored
from lms.people.models import Org, Person
from media.domain.sizing import stated_length
from media.enums import Language
from media.models import Video
from media.models.videos import new_video_code
from media.signals import announce, video_received

_CHUNK = 1 << 20


class CannotReceive(ValueError):
    """The file was refused; the message tells the person why, and nothing was kept."""


class TooLarge(CannotReceive):
    """The file is larger than the site takes."""


class DiskFull(CannotReceive):
    """There is no room left; freeing some makes the same file welcome."""


def find_same(sha256: str, org: Org) -> Video | None:
    """The org's recording made of the very same bytes, if there is one; pieces cut from it are not meant."""
    return Video.objects.filter(source_sha256=sha256, org=org, cut_from=None).order_by("pk").first()


def sha256_of(path: Path) -> str:
    """The fingerprint by which a file is known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_free_space(size_bytes: int, *, store: FileStore | None = None) -> None:
    """Raises CannotReceive where the storage, or the one that is named, would be filled beyond its reserve."""
    free = (store or stored()).free_bytes()
    if free is not None and free - size_bytes < settings.MEDIA_RESERVE_MB << 20:
        raise DiskFull(_("The server's disk is full. Nothing was kept; please tell the administrator."))


def check_size(size_bytes: int) -> None:
    """Raises CannotReceive for a file of no or too many bytes."""
    if size_bytes == 0:
        raise CannotReceive(_("The file is empty."))
    if size_bytes > settings.MEDIA_MAX_UPLOAD_MB << 20:
        raise TooLarge(
            _("The file is larger than %(limit)s MB. Please cut it or export it smaller.")
            % {"limit": settings.MEDIA_MAX_UPLOAD_MB}
        )


def receive_video(
    source: "Path | str | File[Any] | IO[bytes]",
    *,
    title: str,
    org: Org,
    by: Person | None,
    language: str,
    at: datetime,
    ai_generated: bool = False,
    ai_label: str = "",
    name: str = "",
    spooled_sha256: str = "",
    replaces: Video | None = None,
) -> Video:
    """Copy a file into storage under a name of our own and announce it; converting happens later, elsewhere.

    `name` is what the file was called, kept as text only. `spooled_sha256` says that the file is one of our spool
    with this fingerprint: on local storage it is linked, and takes no second place. Raises CannotReceive for an empty
    or oversized file and for a full disk; what was written by then is gone again.
    """
    if isinstance(source, Path | str):
        path = Path(source)
        with path.open("rb") as opened:
            return receive_video(
                opened,
                title=title,
                org=org,
                by=by,
                language=language,
                at=at,
                ai_generated=ai_generated,
                ai_label=ai_label,
                name=name or path.name,
                spooled_sha256=spooled_sha256,
                replaces=replaces,
            )
    if language not in Language.values:
        raise CannotReceive(_("This language is not offered: %(language)s.") % {"language": language})
    size_bytes = _size_of(source)
    check_size(size_bytes)
    check_free_space(0 if spooled_sha256 else size_bytes)
    stated_seconds = stated_length(source)
    name = (name or Path(getattr(source, "name", "") or "").name)[-255:]
    code = new_video_code()
    kept = f"recordings/{code}/source"
    sha256 = spooled_sha256
    if not (spooled_sha256 and _link(Path(str(source.name)), kept)):
        kept, sha256 = _store(source, kept)
    if ai_generated and not ai_label:
        with translation.override(settings.LANGUAGE_CODE):
            ai_label = gettext("This lesson contains content made by artificial intelligence")
    try:
        video = Video.objects.create(
            code=code,
            title=(title.strip() or Path(name).stem or code)[:200],
            org=org,
            uploaded_by=by,
            language=language,
            source=kept,
            original_name=name,
            source_sha256=sha256,
            source_size_bytes=size_bytes,
            stated_seconds=stated_seconds,
            received_at=at,
            queued_at=at,
            replaces=replaces,
            ai_generated=ai_generated,
            ai_label=ai_label if ai_generated else "",
        )
    except BaseException:
        stored().delete(kept)
        raise
    record("media.video_received", actor=by, subject_kind="video", subject_id=video.code, at=at)
    announce(video_received, video_id=video.pk)
    return video


def _size_of(source: Any) -> int:
    size = getattr(source, "size", None)
    if size is None:
        source.seek(0, 2)
        size = source.tell()
    source.seek(0)
    return size


class _Hashing(File):
    """A file that is fingerprinted while it is copied, however often the storage goes back and reads a part anew."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self.source: IO[bytes] = source
        self.sha256 = hashlib.sha256()
        self.hashed_bytes = 0

    def read(self, size: int = -1) -> bytes:
        at = self.source.tell()
        chunk = self.source.read(size)
        if at <= self.hashed_bytes < at + len(chunk):
            self.sha256.update(chunk[self.hashed_bytes - at :])
            self.hashed_bytes = at + len(chunk)
        return chunk

    def chunks(self, chunk_size: int | None = None) -> Any:
        self.seek(0)
        while chunk := self.read(_CHUNK):
            yield chunk

    def fingerprint(self) -> str:
        """Of the whole, whatever part the storage has not read."""
        self.seek(self.hashed_bytes)
        while self.read(_CHUNK):
            pass
        return self.sha256.hexdigest()


def _link(spooled: Path, name: str) -> bool:
    """Give a file of the spool its name in storage as well; False where storage is elsewhere."""
    try:
        target = Path(stored().path(name))  # type: ignore[attr-defined]  # another storage raises, and it is False
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(spooled, target)
    except NotImplementedError:
        return False
    except OSError as error:
        if error.errno in (errno.EXDEV, errno.EPERM, errno.EMLINK):
            return False
        raise
    return True


def _store(source: Any, name: str) -> tuple[str, str]:
    """Copy to storage; the name it got and the fingerprint. A copy that breaks off leaves nothing."""
    hashing = _Hashing(source)
    try:
        return stored().save(name, hashing), hashing.fingerprint()
    except StorageFailed as error:
        raise CannotReceive(
            _("The file storage cannot be reached. Nothing was kept; please try again later.")
        ) from error
    except OSError as error:
        stored().delete(name)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(_("The server's disk is full. Nothing was kept; please tell the administrator.")) from error
        raise
