"""A backup restores into an empty place with every row, chain and byte; damage and foreign keys are named."""

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from lms.audit.domain import record
from lms.lib.files import stored
from lms.tools.backup import latest, read_manifest, save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "视频 一").mkdir(parents=True)
    (settings.MEDIA_ROOT / "视频 一" / "segment.m4s").write_bytes(b"bytes of a recording" * 1000)
    (settings.MEDIA_ROOT / "same.bin").write_bytes(b"bytes of a recording" * 1000)
    (settings.MEDIA_ROOT / ".uploads").mkdir()
    (settings.MEDIA_ROOT / ".uploads" / "half").write_bytes(b"still on its way")
    record("tried", actor=None, subject_kind="backup", subject_id="1", at=timezone.now())
    return settings.MEDIA_ROOT


@pytest.fixture
def backup(files: Path, tmp_path: Path) -> Path:
    call_command("backup", str(tmp_path / "backups"), verbosity=0)
    found = latest(tmp_path / "backups")
    assert found is not None
    return found


def test_drill_restores_rows_heads_and_files(backup: Path, capsys):
    call_command("restore_drill", str(backup.parent))

    assert "No difference." in capsys.readouterr().out
    manifest = read_manifest(backup)
    assert manifest.rows["audit_auditentry"] >= 1
    assert "audit_auditentry" in manifest.heads
    assert sorted(manifest.files) == ["same.bin", "视频 一/segment.m4s"]
    assert len(list((backup.parent / "files").rglob("*/*"))) == 1, "equal bytes are kept once"


def test_second_backup_copies_only_what_is_new(backup: Path, files: Path, settings):
    kept = next(path for path in (backup.parent / "files").rglob("*") if path.is_file())
    before = kept.stat().st_mtime_ns
    (files / "new.bin").write_bytes(b"new")

    second = save(backup.parent, at=timezone.now() + timedelta(seconds=5))

    assert kept.stat().st_mtime_ns == before
    assert sorted(read_manifest(second).files) == ["new.bin", "same.bin", "视频 一/segment.m4s"]


@pytest.mark.slow
def test_drill_names_a_file_whose_bytes_changed_in_the_store(backup: Path):
    kept = next(path for path in (backup.parent / "files").rglob("*") if path.is_file())
    kept.write_bytes(b"rotten")

    with pytest.raises(CommandError, match="damaged"):
        call_command("restore_drill", str(backup.parent))


@pytest.mark.slow
def test_drill_names_a_damaged_dump(backup: Path):
    dump = backup / read_manifest(backup).dump
    with dump.open("r+b") as file:
        file.seek(200)
        file.write(b"\xa5" * 50)

    with pytest.raises(CommandError, match="damaged"):
        call_command("restore_drill", str(backup.parent))


@pytest.mark.slow
@pytest.mark.any_database
def test_drill_names_rows_and_chains_that_differ(backup: Path):
    path = backup / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["rows"]["audit_auditentry"] += 1
    manifest["heads"]["audit_auditentry"] = "0" * 64
    path.write_text(json.dumps(manifest))

    with pytest.raises(CommandError) as refused:
        call_command("restore_drill", str(backup.parent))

    assert "Table audit_auditentry" in str(refused.value)
    assert "chain of audit_auditentry" in str(refused.value)


@pytest.mark.slow
def test_drill_with_other_keys_says_so(backup: Path, settings):
    settings.FIELD_KEYS = {"test1": "99" * 32}

    with pytest.raises(CommandError, match="field:test1"):
        call_command("restore_drill", str(backup.parent))


def test_restore_never_writes_over_data(backup: Path):
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore_backup", str(backup))


@pytest.mark.slow
@pytest.mark.any_database
def test_half_made_backup_is_not_taken_for_a_whole_one(backup: Path):
    (backup.parent / "99991231T000000Z").mkdir()

    assert latest(backup.parent) == backup


def test_keys_are_written_for_their_owner_only_and_never_beside_data(backup: Path, tmp_path: Path, settings):
    with pytest.raises(CommandError, match="beside the data"):
        call_command("backup_keys", str(backup / "keys.env"))
    with pytest.raises(CommandError, match="beside the data"):
        call_command("backup_keys", str(Path(settings.MEDIA_ROOT) / "keys.env"))
    place = tmp_path / "safe"
    place.mkdir()

    call_command("backup_keys", str(place / "keys.env"), verbosity=0)

    written = place / "keys.env"
    assert stat.S_IMODE(os.stat(written).st_mode) == 0o600
    assert f"SEALING_KEY={settings.SEALING_KEY}" in written.read_text()
    for path in backup.rglob("*"):
        assert not path.is_file() or settings.SEALING_KEY.encode() not in path.read_bytes()


@pytest.mark.slow
@pytest.mark.any_database
def test_files_of_a_bucket_are_backed_up_and_come_back(bucket: dict[str, str], tmp_path: Path, capsys):
    stored().save("recordings/one/source", ContentFile(b"bytes in a bucket"))

    call_command("backup", str(tmp_path / "backups"), verbosity=0)
    call_command("restore_drill", str(tmp_path / "backups"))

    found = latest(tmp_path / "backups")
    assert found is not None
    assert list(read_manifest(found).files) == ["recordings/one/source"]
    assert "1 files" in capsys.readouterr().out
