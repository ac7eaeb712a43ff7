"""Files in Django's storage, wherever it is: a folder of this disk, or a bucket elsewhere (`lms.lib.s3`).

`stored()` is Django's default storage with what recordings need beyond it: moving a whole folder in and out,
stretches of bytes, a list of all there is. Both storages answer alike, so callers never ask which one it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

CHUNK = 1 << 16


class StorageFailed(OSError):
    """The storage did not do what it was asked to: not reached, no right, no room. It may later."""


@dataclass(frozen=True)
class StoredFile:
    """One file of a storage."""

    name: str
    size_bytes: int
    modified_at: datetime


class FileStore(Protocol):
    """What a storage of this project can do."""

    # Whether the files lie on this disk.
    is_here: bool

    def exists(self, name: str) -> bool: ...
    def open(self, name: str, mode: str = "rb") -> Any: ...
    def size(self, name: str) -> int: ...
    def delete(self, name: str) -> None: ...
    def save(self, name: str, content: Any) -> str: ...

    def walk(self, folder: str = "") -> Iterator[StoredFile]:
        """Every file whose name begins with the folder's, in order of names; working folders are left out."""

    def fetch(self, name: str, target: Path) -> Path:
        """The file on this disk: itself where it lies here, else a copy at `target`. Raises FileNotFoundError."""

    def take(self, path: Path, name: str) -> str:
        """Move a file of this disk in under exactly this name; the name."""

    def take_folder(self, folder: Path, name: str) -> None:
        """Move a flat folder of this disk in."""

    def delete_folder(self, name: str) -> None:
        """Remove the folder and all in it; one that is not there is no error."""

    def read(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """A stretch of its bytes, chunk by chunk, without reading the rest."""

    def free_bytes(self) -> int | None:
        """Room that is left, or None where nobody can say."""

    def inner_address(self, name: str, kind: str) -> str:
        """Where nginx finds the bytes, for X-Accel-Redirect; `kind` is their content type."""


class DiskStorage(FileSystemStorage):
    """A folder of this disk, MEDIA_ROOT unless another is named."""

    is_here = True

    def walk(self, folder: str = "") -> Iterator[StoredFile]:
        root = Path(self.location)
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if name.startswith("."):
                continue
            try:
                state = path.stat()
                if path.is_file():
                    yield StoredFile(name, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC))
            except FileNotFoundError:
                continue  # gone since it was listed

    def fetch(self, name: str, target: Path) -> Path:
        path = Path(self.path(name))
        path.stat()
        return path

    def take(self, path: Path, name: str) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        return name

    def take_folder(self, folder: Path, name: str) -> None:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, target)

    def delete_folder(self, name: str) -> None:
        shutil.rmtree(self.path(name), ignore_errors=True)

    def read(self, name: str, first: int, length: int) -> Iterator[bytes]:
        with self.open(name, "rb") as opened:
            opened.seek(first)
            while length > 0 and (chunk := opened.read(min(length, CHUNK))):
                length -= len(chunk)
                yield chunk

    def free_bytes(self) -> int | None:
        Path(self.location).mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.location).free

    def inner_address(self, name: str, kind: str) -> str:
        return quote(settings.MEDIA_INTERNAL_PREFIX + name)


def stored() -> FileStore:
    """The storage that the settings name."""
    return cast("FileStore", default_storage)


def work_root() -> Path:
    """Where working folders lie: on this disk, beside the files if these are here, so that moving is renaming."""
    return Path(settings.MEDIA_ROOT) / ".work"


@contextmanager
def working_folder(prefix: str) -> Iterator[Path]:
    """A folder of this disk, gone afterwards; a killed worker's is found by `delete_orphan_files`."""
    work_root().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work_root(), prefix=prefix) as folder:
        yield Path(folder)
