"""Files that nothing names any more: left by a worker that was killed, or by a storage that failed."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import FileField

from lms.lib.files import StoredFile, stored, work_root
from media.models import Video

FOLDER = "recordings/"
# Younger ones may belong to work in progress whose row is not written yet.
_AGE = timedelta(days=1)


@dataclass(frozen=True)
class Orphans:
    """What may go: files of the storage, working folders of this disk, uploads into a bucket that never ended."""

    files: list[StoredFile]
    folders: list[Path]
    uploads: list[tuple[str, str]]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def orphans(*, at: datetime) -> Orphans:
    """Everything under recordings/ that no row names, older than a day, and what lies about of broken work."""
    # Files first: what is written between the two looks has its row by the second.
    old = [file for file in stored().walk(FOLDER) if file.modified_at < at - _AGE]
    named = set(_names_of_rows())
    streams = {f"{name}/" for name in Video.objects.exclude(stream_folder="").values_list("stream_folder", flat=True)}
    files = [file for file in old if file.name not in named and streams.isdisjoint(_folders_of(file.name))]
    broken = [path for path in work_root().glob("*/") if at.timestamp() - path.stat().st_mtime > _AGE.total_seconds()]
    uploads = [] if stored().is_here else _abandoned(at - _AGE)
    return Orphans(files, broken, uploads)


def delete_orphans(found: Orphans) -> None:
    """Delete them. Raises StorageFailed."""
    for file in found.files:
        stored().delete(file.name)
    for folder in found.folders:
        shutil.rmtree(folder, ignore_errors=True)
    bucket: Any = stored()
    for name, upload_id in found.uploads:
        bucket.abort_upload(name, upload_id)


def _names_of_rows() -> Iterator[str]:
    """Whatever a file field of this app names."""
    for model in apps.get_app_config("media").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                yield from model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)


def _folders_of(name: str) -> set[str]:
    """The folders that a file lies in, each with its slash."""
    return {name[: at + 1] for at, letter in enumerate(name) if letter == "/"}


def _abandoned(before: datetime) -> list[tuple[str, str]]:
    bucket: Any = stored()
    return bucket.abandoned_uploads(before)
