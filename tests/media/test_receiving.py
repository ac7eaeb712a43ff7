"""Receiving: stored whole under a name of our own, or refused with a sentence and nothing left."""

import errno
import hashlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from media.domain import receiving
from media.domain.receiving import CannotReceive, receive_video
from media.models import Video
from tests.factories.media import RECEIVED_AT, SAMPLES, received_video
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db


def stored_files(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "name", ["春 耕.mp4", 'it\'s "quoted".mp4', "-dash-.mp4", "../../etc/passwd.mp4", "a/b\\c.mp4"]
)
def test_names_are_kept_as_text_only(files: Path, name: str):
    video = receive_video(
        ContentFile(b"some bytes", name="x"),
        title="课",
        org=OrgFactory(),
        by=None,
        language="zh",
        at=RECEIVED_AT,
        name=name,
    )

    assert video.original_name == name
    assert video.source.name == f"recordings/{video.code}/source"
    assert stored_files(files) == [files / "recordings" / video.code / "source"]


def test_received_bytes_are_the_same_and_fingerprinted():
    path = SAMPLES / "sample_audio_only.mp4"

    video = received_video(path)

    assert video.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert video.source.read() == path.read_bytes()
    assert video.source_size_bytes == path.stat().st_size


def test_an_empty_file_is_refused(files: Path, tmp_path: Path):
    empty = tmp_path / "empty.mp4"
    empty.touch()

    with pytest.raises(CannotReceive):
        received_video(empty)
    assert not stored_files(files)
    assert not Video.objects.exists()


def test_an_oversized_file_is_refused(settings, files: Path):
    settings.MEDIA_MAX_UPLOAD_MB = 0

    with pytest.raises(CannotReceive):
        received_video(SAMPLES / "sample_audio_only.mp4")
    assert not stored_files(files)


def test_a_disk_that_fills_while_copying_leaves_nothing(monkeypatch, files: Path):
    def full(self, chunk_size=None):
        yield b"half of it"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(receiving._Hashing, "chunks", full)

    with pytest.raises(CannotReceive):
        received_video(SAMPLES / "sample_audio_only.mp4")
    assert not stored_files(files)
    assert not Video.objects.exists()


def test_a_disk_without_reserve_is_refused_before_copying(settings, files: Path):
    settings.MEDIA_RESERVE_MB = 1 << 40

    with pytest.raises(CannotReceive):
        received_video(SAMPLES / "sample_audio_only.mp4")
    assert not stored_files(files)


def test_a_row_that_cannot_be_written_leaves_no_file(monkeypatch, files: Path):
    def refuse(**fields):
        raise RuntimeError

    monkeypatch.setattr(Video.objects, "create", refuse)

    with pytest.raises(RuntimeError):
        received_video(SAMPLES / "sample_audio_only.mp4")
    assert not stored_files(files)


def test_generated_content_gets_a_label_and_others_none():
    org = OrgFactory()

    generated = received_video(SAMPLES / "sample_audio_only.mp4", org, ai_generated=True)
    recorded = received_video(SAMPLES / "sample_audio_only.mp4", org, ai_label="ignored")

    assert generated.ai_label
    assert recorded.ai_label == ""
    assert default_storage.exists(generated.source.name)
