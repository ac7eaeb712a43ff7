"""Recordings in the Wagtail admin: who sees what, uploading, retrying, taking down."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.audit.models import AuditEntry
from lms.people.models import Person
from media.domain.taking_down import take_down
from media.enums import VideoStatus
from media.models import Video
from tests.cast import Cast
from tests.factories.learning import ready_video
from tests.factories.media import SAMPLES

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture
def video(cast: Cast) -> Video:
    return ready_video(cast.orgs.provider)


@pytest.fixture
def failed(video: Video) -> Video:
    Video.objects.filter(pk=video.pk).update(
        status=VideoStatus.FAILED, failed_status=VideoStatus.TRANSCODING, failure_code="disk_full", attempts=4
    )
    return video


def show(video: Video) -> str:
    return reverse("media_recordings:show", args=[video.code])


def upload(client: Client, org: object, name: str = "春耕.mp4", content: bytes | None = None):
    content = (SAMPLES / "sample_audio_only.mp4").read_bytes() if content is None else content
    data = {"file": SimpleUploadedFile(name, content), "title": "浇水", "org": org.pk, "language": "zh"}
    return client.post(reverse("media_recordings:add"), data)


def test_a_trainer_uploads_into_her_organisation(cast: Cast, at_desk: AtDesk):
    response = upload(at_desk(cast.trainer), cast.orgs.provider)

    video = Video.objects.get()
    assert response.status_code == 302
    assert response["Location"] == show(video)
    assert (video.title, video.org, video.uploaded_by) == ("浇水", cast.orgs.provider, cast.trainer)
    assert (video.status, video.original_name) == (VideoStatus.RECEIVED, "春耕.mp4")


def test_a_trainer_cannot_upload_for_another_organisation(cast: Cast, at_desk: AtDesk):
    response = upload(at_desk(cast.trainer), cast.orgs.neighbour_provider)

    assert response.status_code == 422
    assert not Video.objects.exists()


def test_an_empty_upload_is_refused_beside_its_field(cast: Cast, at_desk: AtDesk):
    response = upload(at_desk(cast.trainer), cast.orgs.provider, content=b"")

    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not Video.objects.exists()


def test_a_trainer_sees_the_recordings_of_her_organisations_only(cast: Cast, at_desk: AtDesk, video: Video):
    other = ready_video(cast.orgs.neighbour_provider)

    page = at_desk(cast.trainer).get(reverse("media_recordings:index"))

    assert page.status_code == 200
    assert list(page.context["page"]) == [video]
    assert other.code not in page.content.decode()


def test_the_whole_cast_opens_a_recording_only_where_it_may(cast: Cast, at_desk: AtDesk, video: Video):
    opened = {part for part, person in cast.everybody.items() if at_desk(person).get(show(video)).status_code == 200}

    assert opened == {"trainer", "first_reviewer", "second_reviewer", "final_reviewer"}


@pytest.mark.parametrize("action", ["retry", "take_down", "put_back"])
def test_only_its_trainers_change_a_recording(cast: Cast, at_desk: AtDesk, failed: Video, action: str):
    address = reverse(f"media_recordings:{action}", args=[failed.code])

    refused = [
        at_desk(person).post(address, {"reason": "x"}).status_code
        for person in (cast.neighbour_trainer, cast.first_reviewer)
    ]

    failed.refresh_from_db()
    # Wagtail answers a refusal by leading back to its first page with a message.
    assert refused == [404, 302]
    assert (failed.status, failed.taken_down_at) == (VideoStatus.FAILED, None)


def test_a_failure_says_why_and_can_be_tried_again(cast: Cast, at_desk: AtDesk, failed: Video):
    client = at_desk(cast.trainer)
    page = client.get(show(failed))

    client.post(reverse("media_recordings:retry", args=[failed.code]))

    failed.refresh_from_db()
    assert failed.get_failure_code_display() in page.content.decode() or 'role="alert"' in page.content.decode()
    assert (failed.status, failed.attempts) == (VideoStatus.RECEIVED, 0)


def test_progress_is_shown_and_asked_for_again_while_it_moves(cast: Cast, at_desk: AtDesk, video: Video):
    client = at_desk(cast.trainer)
    Video.objects.filter(pk=video.pk).update(
        status=VideoStatus.TRANSCODING,
        stage_progress={"transcode": {"done": 42.0, "percent": 42, "left_seconds": 75}},
    )

    moving = client.get(show(video), {"part": "state"}).content.decode()
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.READY, stage_progress={})
    still = client.get(show(video), {"part": "state"}).content.decode()

    assert 'value="42"' in moving
    assert "1:15" in moving
    assert "data-moving" in moving
    assert "data-moving" not in still


def test_taking_down_needs_a_reason(cast: Cast, at_desk: AtDesk, video: Video):
    client = at_desk(cast.trainer)
    address = reverse("media_recordings:take_down", args=[video.code])

    client.post(address, {"reason": ""})
    video.refresh_from_db()
    assert video.taken_down_at is None
    client.post(address, {"reason": "内容有误"})

    video.refresh_from_db()
    assert (video.taken_down_by, video.taken_down_reason) == (cast.trainer, "内容有误")


def test_putting_back_needs_a_reason_and_is_logged(cast: Cast, at_desk: AtDesk, video: Video):
    take_down(video, by=cast.trainer, reason="内容有误", at=timezone.now())
    client = at_desk(cast.trainer)
    address = reverse("media_recordings:put_back", args=[video.code])
    offered = client.get(show(video)).content.decode()

    client.post(address, {"reason": " "})
    video.refresh_from_db()
    assert not video.is_playable
    for _time in range(2):
        client.post(address, {"reason": "已经更正"})

    video.refresh_from_db()
    assert (video.is_playable, video.taken_down_by, video.taken_down_reason) == (True, None, "")
    assert address in offered
    assert address not in client.get(show(video)).content.decode()
    entry = AuditEntry.objects.get(action="media.video_put_back")
    assert (entry.actor_id, entry.subject_id, entry.detail) == (cast.trainer.pk, video.code, {"reason": "已经更正"})


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_for_three(
    cast: Cast, at_desk: AtDesk, django_assert_max_num_queries, count: int
):
    for _number in range(count):
        ready_video(cast.orgs.provider, uploaded_by=cast.trainer)
    client = at_desk(cast.trainer)
    client.get(reverse("media_recordings:index"), {"part": "rows"})

    with django_assert_max_num_queries(24):
        client.get(reverse("media_recordings:index"), {"part": "rows"})


def test_names_with_markup_are_inert(cast: Cast, at_desk: AtDesk):
    client = at_desk(cast.trainer)
    upload(client, cast.orgs.provider, name="<script>alert(1)</script>.mp4")

    assert "<script>alert(1)" not in client.get(show(Video.objects.get())).content.decode()
