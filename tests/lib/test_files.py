"""A folder of this disk and a bucket answer alike."""

import errno
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from lms.lib.files import FileStore, StorageFailed, stored, work_root, working_folder
from tests.buckets import client

BYTES = bytes(range(256)) * 4


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> FileStore:
    settings.MEDIA_ROOT = tmp_path / "files"
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return stored()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    for number in range(3):
        (made / f"{number}.m4s").write_bytes(BYTES + bytes([number]))
    return made


def names(store: FileStore, folder: str = "") -> list[str]:
    return [file.name for file in store.walk(folder)]


def test_a_folder_is_taken_in_walked_and_deleted(store: FileStore, folder: Path):
    before = timezone.now() - timedelta(seconds=5)
    store.save("recordings/one/source", ContentFile(b"source"))

    store.take_folder(folder, "recordings/one/stream")

    found = list(store.walk("recordings/one"))
    assert [(file.name, file.size_bytes) for file in found] == [
        ("recordings/one/source", 6),
        *((f"recordings/one/stream/{number}.m4s", 1025) for number in range(3)),
    ]
    assert all(before < file.modified_at < timezone.now() + timedelta(seconds=5) for file in found)
    store.delete_folder("recordings/one/stream")
    store.delete_folder("recordings/one/stream")
    assert names(store) == ["recordings/one/source"]


def test_a_folder_is_not_mistaken_for_another_that_begins_alike(store: FileStore, folder: Path):
    store.save("recordings/one-wav", ContentFile(b"sound"))
    store.take_folder(folder, "recordings/one")

    store.delete_folder("recordings/one")

    assert names(store) == ["recordings/one-wav"]


def test_one_file_is_taken_in_and_fetched_again(store: FileStore, tmp_path: Path):
    (tmp_path / "sound.wav").write_bytes(BYTES)

    assert store.take(tmp_path / "sound.wav", "a/sound.wav") == "a/sound.wav"

    assert not (tmp_path / "sound.wav").exists()
    assert store.fetch("a/sound.wav", tmp_path / "copy").read_bytes() == BYTES
    assert store.size("a/sound.wav") == 1024


def test_a_stretch_is_read_without_the_rest(store: FileStore):
    store.save("a/b", ContentFile(BYTES))

    assert b"".join(store.read("a/b", 10, 20)) == BYTES[10:30]
    assert b"".join(store.read("a/b", 1000, 24)) == BYTES[1000:]
    assert b"".join(store.read("a/b", 0, 0)) == b""


def test_what_is_not_there_is_said_to_be_missing(store: FileStore, tmp_path: Path):
    assert not store.exists("a/none")
    for ask in (lambda: store.fetch("a/none", tmp_path / "none"), lambda: store.size("a/none")):
        with pytest.raises(FileNotFoundError):
            ask()
    store.delete("a/none")


def test_a_name_that_is_taken_is_not_overwritten(store: FileStore):
    first = store.save("a/b", ContentFile(b"first"))
    second = store.save("a/b", ContentFile(b"second"))

    assert first != second
    assert b"".join(store.read("a/b", 0, 5)) == b"first"


def test_working_folders_are_no_files_of_the_storage(store: FileStore):
    with working_folder("video-") as folder:
        (folder / "half").write_bytes(b"half")
        assert names(store) == []

    assert list(work_root().iterdir()) == []


def test_a_bucket_out_of_reach_fails_as_storage_does(bucket: dict[str, str], settings: Any, tmp_path: Path):
    options = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "lms.lib.s3.S3Storage", "OPTIONS": options}}

    with pytest.raises(StorageFailed):
        stored().exists("a")


def test_a_folder_that_arrives_in_part_says_so(bucket: dict[str, str], folder: Path):
    client(bucket).delete_bucket(Bucket=bucket["S3_BUCKET"])

    with pytest.raises(OSError) as failed:
        stored().take_folder(folder, "a")
    assert failed.value.errno != errno.ENOSPC
