"""The trainer's own pages over HTTP: whose they are, what they say, and that they need no script."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.people.models import Org, Person
from media.domain import uploading
from media.enums import CaptionState, VideoStatus
from media.models import Upload, Video
from media.templatetags.media_tags import state_words
from tests.cast import Cast
from tests.factories.learning import ready_video
from tests.factories.media import SAMPLES

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
HOME = "/studio/"
SOUND = (SAMPLES / "sample_audio_only.mp4").read_bytes()


def send(client: Client, **more: Any) -> Any:
    return client.post(HOME, {"file": SimpleUploadedFile("浇水.mp4", SOUND), "title": "浇水", **more})


def begun(owner: Person, org: Org, *, size_bytes: int = 200, title: str = "春耕") -> Upload:
    upload = uploading.begin_upload(
        by=owner, org=org, name="春耕.mp4", size_bytes=size_bytes, title=title, language="zh", at=timezone.now()
    )
    uploading.append(upload, [b"x" * 63], offset=0)
    return upload


def test_the_page_opens_to_trainers_only(cast: Cast, at_desk: AtDesk):
    opened = {part for part, person in cast.everybody.items() if at_desk(person).get(HOME).status_code == 200}

    assert opened == {"trainer", "neighbour_trainer"}


def test_without_script_the_file_goes_in_one_piece(cast: Cast, at_desk: AtDesk):
    answer = send(at_desk(cast.trainer), ai_generated="on")

    video = Video.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert (video.title, video.org, video.language, video.ai_generated) == ("浇水", cast.orgs.provider, "zh", True)
    assert video.ai_label


def test_without_script_a_known_file_is_offered_too(cast: Cast, at_desk: AtDesk):
    client = at_desk(cast.trainer)
    send(client)

    offered = send(client)
    again = send(client, anyway="on")

    first = Video.objects.earliest("pk")
    assert offered.status_code == 422
    assert reverse("studio:show", args=[first.code]) in offered.content.decode()
    assert 'name="anyway"' in offered.content.decode()
    assert again.status_code == 302
    assert Video.objects.count() == 2


def test_what_was_not_sent_to_the_end_is_listed_for_its_owner(cast: Cast, at_desk: AtDesk):
    begun(cast.trainer, cast.orgs.provider)
    begun(cast.neighbour_trainer, cast.orgs.neighbour_provider, title="别人的")

    page = at_desk(cast.trainer).get(HOME).content.decode()

    assert "已传 31%" in page
    assert 'data-name="春耕.mp4" data-size="200"' in page
    assert "别人的" not in page


def test_the_list_holds_what_the_person_sent(cast: Cast, at_desk: AtDesk):
    mine = ready_video(cast.orgs.provider, uploaded_by=cast.trainer)
    ready_video(cast.orgs.provider)
    ready_video(cast.orgs.neighbour_provider, uploaded_by=cast.neighbour_trainer)

    page = at_desk(cast.trainer).get(HOME, {"part": "list"})

    assert list(page.context["page"]) == [mine]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": VideoStatus.RECEIVED}, "已收到，排队等转换"),
        ({"status": VideoStatus.TRANSCODING, "progress": (35, 230)}, "正在转换 35%，约 4 分钟"),
        ({"status": VideoStatus.TRANSCODING, "progress": (98, 3)}, "正在转换 98%，不到 1 分钟"),
        ({"status": VideoStatus.TRANSCODED}, "转换好了，排队识别语音"),
        ({"status": VideoStatus.TRANSCRIBING}, "正在识别语音"),
        ({"status": VideoStatus.READY, "caption_state": CaptionState.DRAFT}, "等您核对字幕"),
        ({"status": VideoStatus.READY, "caption_state": CaptionState.NONE}, "可以播放，还没有字幕"),
        ({"status": VideoStatus.READY, "caption_state": CaptionState.APPROVED}, "都好了，可以用"),
        ({"status": VideoStatus.FAILED}, "没有成功"),
    ],
)
def test_the_state_is_said_in_plain_words(fields: dict[str, Any], words: str):
    progress = fields.pop("progress", None)
    if progress:
        fields["stage_progress"] = {"transcode": {"done": 1, "percent": progress[0], "left_seconds": progress[1]}}

    assert state_words(Video(**fields)) == words


def test_a_failure_says_why_and_can_be_tried_again(cast: Cast, at_desk: AtDesk):
    video = ready_video(cast.orgs.provider, uploaded_by=cast.trainer)
    Video.objects.update(status=VideoStatus.FAILED, failed_status=VideoStatus.TRANSCODING, failure_code="disk_full")
    client = at_desk(cast.trainer)

    page = client.get(HOME).content.decode()
    answer = client.post(reverse("studio:retry", args=[video.code]))

    video.refresh_from_db()
    assert "服务器的磁盘满了" in page
    assert (answer.status_code, video.status) == (302, VideoStatus.RECEIVED)


def test_a_recording_of_another_organisation_is_not_found(cast: Cast, at_desk: AtDesk):
    video = ready_video(cast.orgs.neighbour_provider)
    client = at_desk(cast.trainer)

    assert client.get(reverse("studio:show", args=[video.code])).status_code == 404
    assert client.post(reverse("studio:retry", args=[video.code])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_for_three(
    cast: Cast, at_desk: AtDesk, django_assert_max_num_queries: Any, count: int
):
    for _number in range(count):
        ready_video(cast.orgs.provider, uploaded_by=cast.trainer)
    client = at_desk(cast.trainer)
    client.get(HOME, {"part": "list"})

    with django_assert_max_num_queries(14):
        client.get(HOME, {"part": "list"})


def test_names_with_markup_are_inert(cast: Cast, at_desk: AtDesk):
    upload = begun(cast.trainer, cast.orgs.provider, title="<script>alert(1)</script>")
    Upload.objects.filter(pk=upload.pk).update(original_name='"><img src=x>')

    page = at_desk(cast.trainer).get(HOME).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_what_a_killed_process_had_written_stays(cast: Cast, files: Path):
    upload = begun(cast.trainer, cast.orgs.provider, size_bytes=len(SOUND) + 63)
    code = f"""
import os, django
django.setup()
from django.conf import settings
from pathlib import Path
settings.MEDIA_ROOT = Path({str(files)!r})
from media.domain.uploading import append
from media.models import Upload

def blocks():
    yield {SOUND[:1000]!r}
    os.kill(os.getpid(), 9)
    yield b"never"

append(Upload(code={upload.code!r}, size_bytes={upload.size_bytes}), blocks(), offset=63)
"""

    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert uploading.offset_of(upload) == 1063
    assert uploading.append(upload, [SOUND[1000:]], offset=1063) == upload.size_bytes
    assert (uploading.spool() / upload.code).read_bytes() == b"x" * 63 + SOUND
