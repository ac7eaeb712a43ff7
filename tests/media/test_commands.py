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
    assert second.endswith("(was here already)")


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
