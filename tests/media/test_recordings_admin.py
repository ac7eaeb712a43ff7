"""Recordings in the Wagtail admin: who sees what, uploading, retrying, taking down."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.search import index

from lms.audit.models import AuditEntry
from lms.people.models import Person
from media.domain.queueing import Wait, about, wait_text
from media.domain.taking_down import take_down
from media.enums import VideoStatus
from media.models import StageRun, Video
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
    assert about(75) in moving
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
    Video.objects.update(status=VideoStatus.RECEIVED, queued_at=timezone.now())
    client.get(reverse("media_recordings:index"))

    with django_assert_max_num_queries(40):
        client.get(reverse("media_recordings:index"))


def test_names_with_markup_are_inert(cast: Cast, at_desk: AtDesk):
    client = at_desk(cast.trainer)
    upload(client, cast.orgs.provider, name="<script>alert(1)</script>.mp4")

    assert "<script>alert(1)" not in client.get(show(Video.objects.get())).content.decode()


# The list


def listed(client: Client, **asked: str) -> list[Video]:
    return list(client.get(reverse("media_recordings:index"), asked).context["page"])


def test_the_list_is_narrowed_by_words_state_and_organisation(cast: Cast, at_desk: AtDesk, failed: Video):
    other = ready_video(cast.orgs.neighbour_provider, original_name="稻田.mp4")
    index.insert_or_update_object(other)  # as the worker does
    client = at_desk(cast.system_admin)

    assert listed(client) == [other, failed]
    assert listed(client, group="failed") == [failed]
    assert listed(client, group="ready") == [other]
    assert listed(client, group="moving") == []
    assert listed(client, q="稻田") == [other]
    assert listed(client, q="daotian") == listed(client, q="dt") == [other]
    assert listed(client, q=other.code) == [other]
    assert listed(client, q="稻草") == listed(client, q="'\"(") == []
    assert listed(client, org=str(failed.org_id)) == [failed]
    assert listed(client, org="x", group="x") == [other, failed]


def test_a_system_administrator_lists_and_retries_but_opens_nothing(cast: Cast, at_desk: AtDesk, failed: Video):
    client = at_desk(cast.system_admin)

    page = client.get(reverse("media_recordings:index")).content.decode()
    opened = client.get(show(failed))
    retried = client.post(reverse("media_recordings:retry", args=[failed.code]), {"back": "list"})

    failed.refresh_from_db()
    assert failed.title in page
    assert show(failed) not in page.replace(reverse("media_recordings:retry", args=[failed.code]), "")
    assert opened.status_code == 404
    assert retried["Location"] == reverse("media_recordings:index")
    assert failed.status == VideoStatus.RECEIVED


def test_a_reviewer_sees_the_list_without_a_button_to_retry(cast: Cast, at_desk: AtDesk, failed: Video):
    address = reverse("media_recordings:retry", args=[failed.code])

    assert address not in at_desk(cast.first_reviewer).get(reverse("media_recordings:index")).content.decode()
    assert address in at_desk(cast.trainer).get(reverse("media_recordings:index")).content.decode()


def test_the_list_sums_what_each_organisation_keeps(cast: Cast, at_desk: AtDesk):
    now = timezone.now()
    own = {"stream_size_bytes": 2_000, "seconds": 60}
    ready_video(cast.orgs.provider, **own)
    ready_video(cast.orgs.provider, **own, source_dropped_at=now)
    ready_video(cast.orgs.neighbour_provider, stream_size_bytes=9_000)

    all_of_them = at_desk(cast.system_admin).get(reverse("media_recordings:index")).context
    own_alone = at_desk(cast.trainer).get(reverse("media_recordings:index")).context

    rooms = [(room.org, room.recordings, room.seconds, room.kept_bytes) for room in all_of_them["rooms"]]
    assert rooms == [("乙县农广校", 1, 600, 9_001), ("甲县农广校", 2, 120, 4_001)]
    assert all_of_them["kept_bytes"] == 13_002
    assert [room.org for room in own_alone["rooms"]] == ["甲县农广校"]


def test_processor_minutes_of_all_runs_are_summed(cast: Cast, at_desk: AtDesk, video: Video):
    now = timezone.now()
    for end, spent in (("done", 90), ("failed", 30)):
        StageRun.objects.create(
            video=video, stage="transcode", started_at=now, ended_at=now, end=end, cpu_seconds=spent, length_seconds=600
        )
    client = at_desk(cast.trainer)

    assert "<div>2.0</div>" in client.get(reverse("media_recordings:index")).content.decode()
    assert "1.5" in client.get(show(video)).content.decode()


def test_a_waiting_recording_says_how_long(cast: Cast, at_desk: AtDesk, video: Video):
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.RECEIVED, ready_at=None, queued_at=timezone.now())
    client = at_desk(cast.trainer)

    for address in (reverse("media_recordings:index"), show(video)):
        assert wait_text(Wait(0, 0)) in client.get(address).content.decode()
