"""Uploading in pieces: what has arrived stays, whatever becomes of the network, the phone or this process.

The bytes so far lie in a file of the spool, on the disk of MEDIA_ROOT whatever the storage; its length is the
offset. Each block is written under a lock, at the very place where the file ends, so two senders cannot mix and a
dead one holds nothing up. Nothing of a power cut, a swapped file or a broken line gets through: the whole is
compared with the fingerprint that the sender computed.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from lms.lib.files import DiskStorage
from lms.people.models import Org, Person
from media.domain.receiving import CannotReceive, DiskFull, check_free_space, check_size, find_same, receive_video
from media.domain.receiving import sha256_of as fingerprint_of
from media.domain.replacing import receive_replacement
from media.models import Upload, Video

# Unfinished uploads of one person.
MOST_OPEN = 20
_STRAY_SECONDS = 24 * 3600


class OffsetConflict(ValueError):
    """The piece does not begin where the file ends; `offset` is where that is, in bytes."""

    def __init__(self, offset: int) -> None:
        super().__init__(_("Another part of the file is expected."))
        self.offset = offset


class NotWhole(OffsetConflict):
    """Finishing was asked for before everything had arrived."""


class ContentChanged(ValueError):
    """What arrived is not the file that the sender has; it was thrown away."""


class AlreadyHere(ValueError):
    """The organisation has a recording of the very same bytes: `video`. The upload waits for an answer."""

    def __init__(self, video: Video) -> None:
        super().__init__(_("This recording was sent before."))
        self.video = video


def spool() -> Path:
    """The folder of unfinished uploads."""
    return Path(settings.MEDIA_ROOT) / ".uploads"


def begin_upload(
    *,
    by: Person,
    org: Org,
    name: str,
    size_bytes: int,
    title: str,
    language: str,
    at: datetime,
    ai_generated: bool = False,
    ai_label: str = "",
    replaces: Video | None = None,
) -> Upload:
    """Make room for a file that will come in pieces; whoever calls has checked that `by` works for `org`.

    With `replaces` it comes in the place of that recording of the organisation.

    Raises CannotReceive: no bytes, too many, too many unfinished uploads, or a disk that other uploads will fill.
    """
    check_size(size_bytes)
    mine = Upload.objects.of(by).open(at)
    if mine.count() >= MOST_OPEN:
        raise CannotReceive(_("You have many unfinished uploads. Please finish one of them, or give it up."))
    check_free_space(size_bytes + _promised_bytes(at), store=DiskStorage())
    upload = Upload.objects.create(
        owner=by,
        org=org,
        original_name=name[-255:],
        size_bytes=size_bytes,
        title=(title.strip() or Path(name).stem)[:200],
        language=language,
        ai_generated=ai_generated,
        ai_label=ai_label,
        replaces=replaces,
        created_at=at,
        expires_at=at + timedelta(days=settings.MEDIA_UPLOAD_DAYS),
    )
    _file_of(upload).touch()
    return upload


def offset_of(upload: Upload) -> int:
    """How many bytes have arrived."""
    if upload.video_id:
        return upload.size_bytes
    try:
        return _file_of(upload).stat().st_size
    except FileNotFoundError:
        return 0


def append(upload: Upload, blocks: Iterable[bytes], *, offset: int) -> int:
    """Write blocks that begin at `offset`, as they come; the offset afterwards.

    Each block counts as soon as it is written. Raises OffsetConflict when the file ends elsewhere, also in the
    middle when somebody else goes on with it, CannotReceive for more bytes than were announced, and DiskFull.
    """
    if upload.video_id:
        raise OffsetConflict(upload.size_bytes)
    descriptor = os.open(_file_of(upload), os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        end = os.fstat(descriptor).st_size
        if offset != end:
            raise OffsetConflict(end)
        for block in blocks:
            if offset + len(block) > upload.size_bytes:
                raise CannotReceive(_("More was sent than the file is long."))
            check_free_space(len(block), store=DiskStorage())
            _write(descriptor, block, offset)
            offset += len(block)
    except (DiskFull, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise DiskFull(_("The server's disk is full. What was sent is kept; please try again later.")) from error
    finally:
        os.close(descriptor)
    return offset


def _write(descriptor: int, block: bytes, offset: int) -> None:
    """The whole block where the file ends; the lock makes sure that it still ends there."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        end = os.fstat(descriptor).st_size
        if end != offset:
            raise OffsetConflict(end)
        rest = memoryview(block)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def finish_upload(upload: Upload, *, sha256: str, anyway: bool, at: datetime) -> Video:
    """Everything has arrived: receive the recording, without copying it where storage is this disk.

    `sha256` is what the sender computed over its file. Told twice, the first recording is the answer. Raises
    NotWhole, ContentChanged, AlreadyHere (unless `anyway`), CannotReceive, and Upload.DoesNotExist where it was given
    up meanwhile.
    """
    if upload.video:
        return upload.video
    path = _file_of(upload)
    with path.open("ab") as file:
        # A second finger waits here, and finds the recording that the first one made.
        fcntl.flock(file, fcntl.LOCK_EX)
        upload.refresh_from_db()
        if upload.video:
            return upload.video
        if (offset := offset_of(upload)) < upload.size_bytes:
            raise NotWhole(offset)
        found = fingerprint_of(path)
        if found != sha256.lower():
            give_up(upload)
            raise ContentChanged(
                _("The file was changed while it was being sent, so nothing was kept. Please send it again.")
            )
        same = None if anyway else find_same(found, upload.org)
        if same:
            raise AlreadyHere(same)
        os.fsync(file.fileno())
        given: dict[str, Any] = {
            "title": upload.title,
            "org": upload.org,
            "by": upload.owner,
            "language": upload.language,
            "at": at,
            "ai_generated": upload.ai_generated,
            "ai_label": upload.ai_label,
            "name": upload.original_name,
            "spooled_sha256": found,
        }
        old = upload.replaces
        video = receive_replacement(old, path, **given) if old else receive_video(path, **given)
        Upload.objects.filter(pk=upload.pk).update(video=video)
        path.unlink(missing_ok=True)
    return video


def give_up(upload: Upload) -> None:
    """Forget an upload and what arrived of it."""
    _file_of(upload).unlink(missing_ok=True)
    upload.delete()


def sweep_uploads(*, at: datetime) -> int:
    """Give up what has expired, and throw away files of the spool that no upload owns; how many uploads went."""
    expired = list(Upload.objects.filter(expires_at__lte=at))
    for upload in expired:
        give_up(upload)
    known = set(Upload.objects.filter(video=None).values_list("code", flat=True))
    for path in spool().glob("*"):
        if path.name not in known and time.time() - path.stat().st_mtime > _STRAY_SECONDS:
            path.unlink(missing_ok=True)
    return len(expired)


def _file_of(upload: Upload) -> Path:
    folder = spool()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / upload.code


def _promised_bytes(at: datetime) -> int:
    """What unfinished uploads will still add to the disk."""
    unfinished = Upload.objects.open(at)
    announced = unfinished.aggregate(total=Sum("size_bytes"))["total"] or 0
    return max(announced - sum(offset_of(upload) for upload in unfinished), 0)
