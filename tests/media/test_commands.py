"""ingest_video: one line for each file, and running it again goes on instead of beginning anew."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from media.enums import VideoStatus
from media.models import Video
from tests.factories.media import SAMPLES
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db


def test_files_are_received_and_told_line_by_line(capsys, tmp_path: Path):
    org = OrgFactory()
    odd = tmp_path / "-一 段'录\"像.mp4"
    odd.write_bytes((SAMPLES / "sample_audio_only.mp4").read_bytes())

    call_command("ingest_video", str(odd), "--org", org.code)
    call_command("ingest_video", str(odd), "--org", org.code)

    video = Video.objects.get()
    first, second = capsys.readouterr().out.splitlines()
    assert (video.title, video.original_name, video.org) == ("-一 段'录\"像", odd.name, org)
    assert video.code in first
    assert video.code in second
    assert first.startswith("received")
    assert "(was here already)" in second
    assert "(was here already)" not in first


def test_waiting_does_the_work_and_a_bad_file_does_not_stop_the_others(capsys, tmp_path: Path):
    org = OrgFactory()
    files = [SAMPLES / "SOURCES.md", tmp_path / "none.mp4", SAMPLES / "sample_audio_only.mp4"]

    with pytest.raises(CommandError):
        call_command("ingest_video", *map(str, files), "--org", org.code, "--wait")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["failed", "failed", "ready"]
    assert Video.objects.get(original_name="sample_audio_only.mp4").status == VideoStatus.READY


def test_the_organisation_must_be_known():
    with pytest.raises(CommandError):
        call_command("ingest_video", str(SAMPLES / "sample_audio_only.mp4"), "--org", "none")


def test_a_folder_is_received_with_all_that_lies_in_it(capsys, tmp_path: Path):
    org, sound = OrgFactory(), (SAMPLES / "sample_audio_only.mp4").read_bytes()
    folder = tmp_path / "课"
    (folder / "二").mkdir(parents=True)
    (folder / "二" / "b.mp4").write_bytes((SAMPLES / "bbb_mono_16kHz_23.05kbps_amrwb.3gp").read_bytes())
    (folder / "二" / "copy of a.mp4").write_bytes(sound)
    (folder / "a.mp4").write_bytes(sound)
    (folder / "notes.txt").write_text("浇水的要点")
    (folder / "loop").symlink_to(folder)

    call_command("ingest_video", str(folder), "--org", org.code)
    first = capsys.readouterr().out.splitlines()
    call_command("ingest_video", str(folder), "--org", org.code)
    second = capsys.readouterr().out.splitlines()

    assert [line.split(":")[0] for line in first] == [
        f"received  {folder}/a.mp4",
        f"skipped   {folder}/notes.txt",
        f"received  {folder}/二/b.mp4",
        f"received  {folder}/二/copy of a.mp4",
        "4 files",
    ]
    assert first[-1] == "4 files: 1 known, 2 received, 1 skipped."
    assert second[-1] == "4 files: 3 known, 1 skipped."
    assert Video.objects.count() == 2


def test_a_bad_file_in_a_folder_is_counted_and_told_by_the_exit(tmp_path: Path):
    org = OrgFactory()
    folder = tmp_path / "课"
    folder.mkdir()
    (folder / "a.mp4").write_bytes((SAMPLES / "sample_audio_only.mp4").read_bytes())
    (folder / "b.mp4").write_bytes((SAMPLES / "streamio-broken.mp4").read_bytes())

    with pytest.raises(CommandError, match=r"1 of 2 files did not succeed \(1 failed, 1 received\)\."):
        call_command("ingest_video", str(folder), "--org", org.code, "--wait")

    assert Video.objects.get(original_name="a.mp4").status == VideoStatus.READY
