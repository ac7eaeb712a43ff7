"""Sources kept or dropped, recordings replaced and deleted, files that nobody names."""

import errno
import os
import time
import wave
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.domain.outlines import write_outline
from courses.models import EditorNotice, LessonPage, OutlineVersion
from lms.audit.models import AuditEntry
from lms.lib.files import DiskStorage, stored, work_root
from lms.people.models import Person
from media.backends.transcode.dummy import DummyTranscoder
from media.domain import transcribing
from media.domain.captioning import write_machine_draft
from media.domain.deleting import NotDeletable, delete_video, why_not_deletable
from media.domain.orphans import orphans
from media.domain.replacing import receive_replacement
from media.domain.sources import SourceDropped, droppable, require_source
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import VideoStatus
from media.models import Video
from tests.buckets import client
from tests.cast import Cast
from tests.courses.conftest import approve_captions
from tests.factories.learning import lesson, live_course, live_lesson, play_session, published, ready_video
from tests.factories.media import SAMPLES, received_video

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
CLIP = SAMPLES / "sample_audio_only.mp4"


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.MEDIA_TRANSCODER = "media.backends.transcode.dummy.DummyTranscoder"


@pytest.fixture
def video(cast: Cast) -> Video:
    """A recording that went through the pipeline, with files behind it."""
    return worked(received_video(CLIP, cast.orgs.provider))


def worked(video: Video) -> Video:
    assert transcode(video.pk)
    assert transcribe(video.pk)
    video.refresh_from_db()
    return video


def names() -> list[str]:
    return [file.name for file in stored().walk()]


def aged(files: Path) -> None:
    """As if everything had been written two days ago."""
    past = time.time() - 2 * 86400
    for path in files.rglob("*"):
        os.utime(path, (past, past))


# Sources


def test_sources_are_always_kept_unless_a_setting_says_otherwise(video: Video, capsys: Any):
    call_command("drop_sources")

    assert video.source.name in names()
    assert "always kept" in capsys.readouterr().out


def test_sources_are_dropped_once_ready_and_the_recording_still_plays(video: Video, settings: Any, capsys: Any):
    settings.MEDIA_KEEP_SOURCES = "ready"
    waiting = received_video(CLIP, video.org)

    call_command("drop_sources", "--dry-run")
    assert video.source.name in names()
    call_command("drop_sources")
    call_command("drop_sources")

    video.refresh_from_db()
    assert video.source.name not in names()
    assert waiting.source.name in names()
    assert f"{video.stream_folder}/master.m3u8" in names()
    assert video.source_dropped_at
    assert video.kept_bytes == video.stream_size_bytes
    assert AuditEntry.objects.filter(action="media.source_dropped").count() == 1
    assert capsys.readouterr().out.count(f"{video.code} ") == 2


def test_sources_wait_for_some_days_after_publication(video: Video, settings: Any):
    settings.MEDIA_KEEP_SOURCES, settings.MEDIA_KEEP_SOURCE_DAYS = "published", 30
    page = live_lesson(live_course(video.org), video=video)
    now = timezone.now()
    LessonPage.objects.filter(pk=page.pk).update(last_published_at=now - timedelta(days=29))
    unpublished = worked(received_video(CLIP, video.org))

    assert list(droppable(at=now)) == []
    assert list(droppable(at=now + timedelta(days=2))) == [video]
    assert unpublished.source.name in names()


def test_what_needs_a_dropped_source_says_so_in_plain_words(video: Video, settings: Any):
    settings.MEDIA_KEEP_SOURCES = "ready"
    require_source(video)
    call_command("drop_sources", verbosity=0)
    video.refresh_from_db()

    with pytest.raises(SourceDropped, match=str(video.source_dropped_at.year)):
        require_source(video)
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.RECEIVED)
    assert transcode(video.pk)
    video.refresh_from_db()
    assert (video.failure_code, video.failure_permanent) == ("source_dropped", True)


# Replacing


def test_a_replacement_is_offered_to_lessons_and_shown_once_published(
    video: Video, cast: Cast, django_capture_on_commit_callbacks: Any
):
    approve_captions(video, "旧")
    page = published(live_lesson(live_course(cast.orgs.provider), video=video))
    before = OutlineVersion.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        new = receive_replacement(video, CLIP.open("rb"), by=cast.trainer, at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        worked(new)

    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()
    assert (new.replaces, new.org, new.title) == (video, video.org, video.title)
    assert (page.video, draft.video) == (video, new)
    assert EditorNotice.objects.get(page=page, settled_at=None, reasons__isnull=False).reasons
    assert [row["video_id"] for row in OutlineVersion.objects.get().lessons] == [video.pk]

    approve_captions(new, "新")
    draft.live = True
    draft.save()
    write_outline(page.course, timezone.now())

    after = OutlineVersion.objects.order_by("number").last()
    assert [row["video_id"] for row in after.lessons] == [new.pk]
    before.refresh_from_db()
    assert [row["video_id"] for row in before.lessons] == [video.pk], "completions point at what was studied"
    assert any("It was part of" in reason or "曾是" in reason for reason in why_not_deletable(video))


def test_a_draft_that_shows_something_else_by_now_is_left_alone(
    video: Video, cast: Cast, django_capture_on_commit_callbacks: Any
):
    page = live_lesson(live_course(cast.orgs.provider), video=video)
    third = ready_video(cast.orgs.provider)
    page.video = third
    page.save_revision()

    with django_capture_on_commit_callbacks(execute=True):
        worked(receive_replacement(video, CLIP.open("rb"), by=cast.trainer, at=timezone.now()))

    assert page.get_latest_revision_as_object().video == third


def test_a_trainer_replaces_on_a_page(cast: Cast, at_desk: AtDesk, video: Video):
    client = at_desk(cast.trainer)
    address = reverse("media_recordings:replace", args=[video.code])

    form = client.get(address)
    refused = client.post(address, {"title": "新", "file": SimpleUploadedFile("x.mp4", b"")})
    sent = client.post(address, {"title": "新", "file": SimpleUploadedFile("x.mp4", CLIP.read_bytes())})

    new = Video.objects.get(replaces=video)
    assert (form.status_code, refused.status_code) == (200, 422)
    assert sent["Location"] == reverse("media_recordings:show", args=[new.code])
    assert (new.title, new.uploaded_by) == ("新", cast.trainer)
    assert new.code in client.get(reverse("media_recordings:show", args=[video.code])).content.decode()


# Deleting


def test_deleting_takes_rows_files_and_captions(video: Video, cast: Cast, django_capture_on_commit_callbacks: Any):
    approve_captions(video, "字")
    other = received_video(CLIP, cast.orgs.provider)

    with django_capture_on_commit_callbacks(execute=True):
        delete_video(video, by=cast.trainer, at=timezone.now())

    assert list(Video.objects.all()) == [other]
    assert names() == [other.source.name]
    entry = AuditEntry.objects.get(action="media.video_deleted")
    assert entry.detail == {"title": "测试录像"}


def test_what_a_lesson_shows_cannot_be_deleted_and_the_lesson_is_named(cast: Cast):
    page = live_lesson()
    draft = live_lesson(page.course)
    new = ready_video(page.course.org)
    draft.video = new
    draft.save_revision()

    for video, title in ((page.video, page.title), (new, draft.title)):
        with pytest.raises(NotDeletable, match=title):
            delete_video(video, by=None, at=timezone.now())
        assert Video.objects.filter(pk=video.pk).exists()


def test_what_people_have_learnt_with_cannot_be_deleted(cast: Cast):
    page = lesson()
    video = page.video
    play_session(cast.learner, page, at=timezone.now())
    LessonPage.objects.filter(pk=page.pk).update(video=None)

    assert len(why_not_deletable(video)) == 2, "somebody has learnt with it, and a course was published with it"


def test_another_number_in_an_outline_is_not_mistaken_for_the_recording(cast: Cast):
    video = ready_video(cast.orgs.provider)
    course = live_course(cast.orgs.provider)
    likely = {"video_id": int(f"{video.pk}7"), "title": f'"video_id": {video.pk}'}
    OutlineVersion.objects.create(
        course=course, number=1, sha256="0" * 64, title="课", course_key=course.translation_key,
        lessons=[likely], created_at=timezone.now(),
    )  # fmt: skip

    assert why_not_deletable(video) == []


def test_what_is_being_worked_on_cannot_be_deleted(video: Video):
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.TRANSCODING)
    video.refresh_from_db()

    assert len(why_not_deletable(video)) == 1


def test_a_trainer_deletes_on_a_page_or_is_told_why_not(cast: Cast, at_desk: AtDesk, video: Video):
    client = at_desk(cast.trainer)
    shown = live_lesson(live_course(cast.orgs.provider)).video
    pages = {each: reverse("media_recordings:delete", args=[each.code]) for each in (video, shown)}

    refused = [at_desk(cast.neighbour_trainer).post(pages[video]), at_desk(cast.first_reviewer).post(pages[video])]
    assert [answer.status_code for answer in refused] == [404, 302]
    assert Video.objects.filter(pk=video.pk).exists()
    assert "<form method" in client.get(pages[video]).content.decode()
    assert client.post(pages[shown]).status_code == 409
    assert 'role="alert"' in client.get(pages[shown]).content.decode()
    client.post(pages[video])

    assert list(Video.objects.all()) == [shown]


# A full disk


@pytest.mark.parametrize("moment", ["take", "take_folder"])
def test_a_disk_that_fills_while_moving_in_leaves_nothing_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, moment: str
):
    """Of the folder one file has arrived by then; or the sound for recognition finds no room."""
    video = received_video(CLIP, cast.orgs.provider)

    def full(self: DiskStorage, path: Path, name: str) -> str:
        stored().save(f"{name}/master.m3u8" if path.is_dir() else name, ContentFile(b"half"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(DiskStorage, moment, full)
    monkeypatch.setattr(DummyTranscoder, "transcode", with_sound(DummyTranscoder.transcode))

    assert transcode(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failure_code, video.failure_permanent) == (VideoStatus.FAILED, "disk_full", False)
    assert video.next_attempt_at
    assert names() == [video.source.name]
    assert not any(work_root().iterdir())


def with_sound(transcode_silent: Callable[..., Any]) -> Callable[..., Any]:
    """The dummy with sound for recognition."""

    def with_wav(self: DummyTranscoder, source: Path, folder: Path, **given: Any) -> Any:
        outcome = transcode_silent(self, source, folder, **given)
        wav = folder / "recognition.wav"
        with wave.open(str(wav), "wb") as sound:
            sound.setparams((1, 2, 16_000, 0, "NONE", ""))
            sound.writeframes(bytes(32_000))
        return replace(outcome, has_sound=True, recognition_audio=wav)

    return with_wav


def test_a_database_without_room_while_the_draft_is_written_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    video = received_video(CLIP, cast.orgs.provider)
    assert transcode(video.pk)
    monkeypatch.setattr(transcribing, "_finish", raises(OperationalError("database or disk is full")))

    transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failed_status, video.failure_permanent) == ("failed", "transcribing", False)
    assert video.next_attempt_at


def raises(error: Exception) -> Callable[..., Any]:
    def run(*_arguments: Any, **_given: Any) -> None:
        raise error

    return run


# Orphans


def test_only_old_files_that_no_row_names_are_orphans(video: Video, files: Path, capsys: Any):
    write_machine_draft(video, [], engine="", at=timezone.now())
    (files / "recordings" / "GONE").mkdir()
    (files / "recordings" / "GONE" / "source").write_bytes(b"a worker was killed")
    (files / "recordings" / video.code / "0123456789ab").mkdir()
    (files / "recordings" / video.code / "0123456789ab" / "master.m3u8").write_bytes(b"an attempt")
    (files / "images").mkdir()
    (files / "images" / "a.jpg").write_bytes(b"not ours")
    (work_root() / "video-x").mkdir(parents=True)
    now = timezone.now()
    assert orphans(at=now).files == []
    aged(files)
    (files / "recordings" / "NEW").mkdir()
    (files / "recordings" / "NEW" / "source").write_bytes(b"being received")
    wanted = ["recordings/GONE/source", f"recordings/{video.code}/0123456789ab/master.m3u8"]

    assert sorted(file.name for file in orphans(at=now).files) == sorted(wanted)
    call_command("delete_orphan_files", "--dry-run")
    assert set(wanted) < set(names())
    call_command("delete_orphan_files")

    assert set(wanted).isdisjoint(names())
    assert {video.source.name, f"{video.stream_folder}/master.m3u8", "images/a.jpg"} < set(names())
    assert not (work_root() / "video-x").exists()
    assert capsys.readouterr().out.count("file recordings/GONE/source") == 2


def test_unfinished_uploads_into_a_bucket_are_ended(bucket: dict[str, str]):
    begun = client(bucket).create_multipart_upload(Bucket=bucket["S3_BUCKET"], Key="recordings/x/source")
    assert begun["UploadId"]
    later = timezone.now() + timedelta(days=2)

    found = orphans(at=later).uploads

    assert found == [("recordings/x/source", begun["UploadId"])]
    stored().abort_upload(*found[0])  # type: ignore[attr-defined]  # of the storage for buckets
    assert orphans(at=later).uploads == []
