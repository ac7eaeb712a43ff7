"""Uploads in pieces over HTTP: what a tus client may rely on, and what it cannot get past."""

import base64
import errno
import hashlib
import json
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.http import UnreadablePostError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.lib.files import DiskStorage
from lms.people.models import Person, Role
from lms.people.policies import FACTOR_SEEN_AT
from media.domain import receiving, uploading
from media.enums import VideoStatus
from media.models import Upload, Video
from tests.cast import Cast
from tests.factories.media import SAMPLES, received_video

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]

FILM = (SAMPLES / "sample_audio_only.mp4").read_bytes()
SHA256 = hashlib.sha256(FILM).hexdigest()
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


@pytest.fixture
def trainer(cast: Cast, at_desk: AtDesk) -> Client:
    return at_desk(cast.trainer)


def begin(client: Client, size: int = len(FILM), headers: dict[str, str] = TUS, **said: str) -> Any:
    pairs = {"filename": "春耕.mp4", "title": "浇水", **said}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    return client.post(
        reverse("media:uploads"), headers={**headers, "Upload-Length": str(size), "Upload-Metadata": metadata}
    )


def begun(client: Client, **said: Any) -> str:
    return str(begin(client, **said)["Location"])


def send(client: Client, address: str, piece: bytes, offset: int, **more: Any) -> Any:
    return client.patch(address, piece, PIECE, headers={**TUS, "Upload-Offset": str(offset)}, **more)


def ask(client: Client, address: str) -> Any:
    return client.head(address, headers=TUS)


def finish(client: Client, address: str, sha256: str = SHA256, **said: Any) -> Any:
    return client.post(f"{address}finish/", json.dumps({"sha256": sha256, **said}), "application/json")


def spooled(files: Path) -> list[Path]:
    return list((files / ".uploads").glob("*"))


def test_a_file_in_three_pieces_becomes_a_recording(cast: Cast, trainer: Client, files: Path):
    address = begun(trainer, ai_generated="true")

    first = send(trainer, address, FILM[:1000], 0)
    second = send(trainer, address, FILM[1000:5000], 1000)
    asked = ask(trainer, address)
    last = send(trainer, address, FILM[5000:], 5000)
    done = finish(trainer, address)

    video = Video.objects.get()
    assert [answer.status_code for answer in (first, second, asked, last, done)] == [204, 204, 200, 204, 200]
    assert (asked["Upload-Offset"], asked["Upload-Length"], last["Upload-Offset"]) == (
        "5000",
        str(len(FILM)),
        str(len(FILM)),
    )
    assert asked["Cache-Control"] == "no-store"
    assert asked["Upload-Expires"].endswith("GMT")
    assert done.json() == {"code": video.code}
    assert (video.title, video.original_name, video.org) == ("浇水", "春耕.mp4", cast.orgs.provider)
    assert (video.uploaded_by, video.status, video.ai_generated) == (cast.trainer, VideoStatus.RECEIVED, True)
    assert video.source.read() == FILM
    assert (video.source_sha256, video.source_size_bytes) == (SHA256, len(FILM))
    assert spooled(files) == []


def test_the_file_is_moved_and_not_copied(trainer: Client, files: Path):
    address = begun(trainer)
    send(trainer, address, FILM, 0)
    inode = spooled(files)[0].stat().st_ino

    finish(trainer, address)

    assert Path(Video.objects.get().source.path).stat().st_ino == inode


def test_a_storage_on_another_disk_gets_a_copy(trainer: Client, files: Path, monkeypatch):
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(receiving.os, "link", refuse)
    address = begun(trainer)
    send(trainer, address, FILM, 0)

    finish(trainer, address)

    video = Video.objects.get()
    assert (video.source.read(), video.source_sha256) == (FILM, SHA256)
    assert spooled(files) == []


def test_finishing_twice_gives_the_same_recording(trainer: Client):
    address = begun(trainer)
    send(trainer, address, FILM, 0)

    answers = [finish(trainer, address).json(), finish(trainer, address).json()]

    assert answers == [{"code": Video.objects.get().code}] * 2


def test_a_file_in_pieces_takes_the_place_of_a_recording(cast: Cast, trainer: Client):
    old = received_video(SAMPLES / "sample_video_only.mp4", cast.orgs.provider, language="en", title="旧的")

    address = begun(trainer, replaces=old.code, language="zh")
    send(trainer, address, FILM, 0)
    answer = finish(trainer, address)

    new = Video.objects.get(code=answer.json()["code"])
    assert (new.replaces, new.org, new.language, new.title) == (old, cast.orgs.provider, "en", "浇水")


def test_nobody_sends_what_would_replace_a_recording_of_others(trainer: Client):
    foreign = received_video(SAMPLES / "sample_video_only.mp4")

    assert begin(trainer, replaces=foreign.code).status_code == 404
    assert begin(trainer, replaces="nothing").status_code == 404
    assert not Upload.objects.exists()


def test_what_the_server_can_do_is_told(trainer: Client):
    answer = trainer.options(reverse("media:uploads"))

    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,expiration,termination"
    assert answer["Tus-Max-Size"] == str(django_settings.MEDIA_MAX_UPLOAD_MB << 20)


def test_another_version_of_the_protocol_is_refused(trainer: Client):
    assert begin(trainer, headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    assert not Upload.objects.exists()


@pytest.mark.parametrize("offset", [0, 999, 1001, len(FILM), len(FILM) + 1])
def test_a_piece_for_another_place_is_refused_with_the_right_one(trainer: Client, offset: int):
    address = begun(trainer)
    send(trainer, address, FILM[:1000], 0)

    answer = send(trainer, address, b"x", offset)

    assert (answer.status_code, answer["Upload-Offset"]) == (409, "1000")
    assert ask(trainer, address)["Upload-Offset"] == "1000"


def test_more_than_announced_is_refused(trainer: Client):
    address = begun(trainer, size=10)

    answer = send(trainer, address, b"x" * 11, 0)

    assert answer.status_code == 413
    assert ask(trainer, address)["Upload-Offset"] == "0"


@pytest.mark.parametrize("headers", [{"Upload-Offset": "-1"}, {"Upload-Offset": "1.5"}, {"Upload-Offset": "１"}, {}])
def test_an_offset_that_is_no_number_is_refused(trainer: Client, headers: dict[str, str]):
    address = begun(trainer)

    assert trainer.patch(address, b"x", PIECE, headers={**TUS, **headers}).status_code == 400


def test_a_piece_of_another_kind_is_refused(trainer: Client):
    address = begun(trainer)

    assert trainer.patch(address, b"x", "text/plain", headers={**TUS, "Upload-Offset": "0"}).status_code == 415


def test_a_gateway_that_knows_only_post_is_no_obstacle(trainer: Client):
    address = begun(trainer)
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}

    answer = trainer.post(address, FILM, PIECE, headers=headers)

    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(FILM)))


@pytest.mark.parametrize(("size", "status"), [("0", 422), ("-1", 400), ("", 400), (str(1 << 50), 413)])
def test_lengths_that_cannot_be_are_refused_up_front(trainer: Client, size: str, status: int):
    answer = begin(trainer, size=size)  # type: ignore[arg-type]  # a length that is no number

    assert answer.status_code == status
    assert not Upload.objects.exists()


def test_metadata_that_is_no_base64_is_refused(trainer: Client):
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": "title ***"}

    assert trainer.post(reverse("media:uploads"), headers=headers).status_code == 400


def test_a_title_is_asked_for_in_a_sentence(trainer: Client):
    answer = begin(trainer, title="")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode()


def test_content_that_changed_on_the_way_is_thrown_away(trainer: Client, files: Path):
    address = begun(trainer)
    send(trainer, address, FILM[:1000], 0)
    send(trainer, address, FILM[1000:-1] + b"?", 1000)

    answer = finish(trainer, address)

    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not Video.objects.exists()
    assert spooled(files) == []
    assert ask(trainer, address).status_code == 404


def test_a_fingerprint_that_is_none_changes_nothing(trainer: Client):
    address = begun(trainer)
    send(trainer, address, FILM, 0)

    assert finish(trainer, address, sha256="../etc").status_code == 400
    assert ask(trainer, address)["Upload-Offset"] == str(len(FILM))


def test_an_unfinished_file_cannot_be_finished(trainer: Client):
    address = begun(trainer)
    send(trainer, address, FILM[:1000], 0)

    answer = finish(trainer, address)

    assert (answer.status_code, answer.json()["offset"]) == (409, 1000)
    assert not Video.objects.exists()


def test_a_known_file_is_offered_and_sent_once_more_only_when_asked_to(cast: Cast, trainer: Client):
    first = received_video(SAMPLES / "sample_audio_only.mp4", cast.orgs.provider, title="以前的")
    address = begun(trainer)
    send(trainer, address, FILM, 0)

    offered = finish(trainer, address)
    again = finish(trainer, address, anyway=True)

    assert offered.status_code == 409
    assert offered.json()["same"] == {"code": first.code, "sentence": "这个录像 2026 年 3 月 1 日已经传过：以前的。"}
    assert again.json() == {"code": Video.objects.exclude(pk=first.pk).get().code}


def test_a_file_is_known_before_it_is_sent(cast: Cast, trainer: Client):
    first = received_video(SAMPLES / "sample_audio_only.mp4", cast.orgs.provider)
    received_video(SAMPLES / "streamio-broken.mp4", cast.orgs.neighbour_provider)
    foreign = hashlib.sha256((SAMPLES / "streamio-broken.mp4").read_bytes()).hexdigest()

    def known(sha256: str) -> Any:
        return trainer.post(reverse("media:known"), {"sha256": sha256}, "application/json").json()["same"]

    assert known(SHA256)["code"] == first.code
    assert known("0" * 64) is None
    assert known(foreign) is None


def test_only_trainers_begin_and_only_the_owner_goes_on(cast: Cast, at_desk: AtDesk, trainer: Client):
    address = begun(trainer)
    second = Person.objects.get(pk=cast.neighbour_trainer.pk)
    Role.objects.filter(person=second).update(org=cast.orgs.provider)
    colleague = at_desk(second)

    begins = {part for part, person in cast.everybody.items() if begin(at_desk(person)).status_code == 201}
    others = [
        answer(colleague).status_code
        for answer in (
            lambda client: ask(client, address),
            lambda client: send(client, address, b"x", 0),
            lambda client: finish(client, address),
            lambda client: client.delete(address, headers=TUS),
            lambda client: client.post(f"{address}give-up/"),
        )
    ]

    assert begins == {"trainer", "neighbour_trainer"}
    assert others == [404] * 5
    assert ask(trainer, address)["Upload-Offset"] == "0"


def test_whoever_is_a_trainer_no_more_cannot_go_on(cast: Cast, trainer: Client):
    address = begun(trainer)
    Role.objects.filter(person=cast.trainer).delete()

    assert ask(trainer, address).status_code == 404


def test_a_stale_second_factor_begins_nothing_but_goes_on(trainer: Client):
    address = begun(trainer)
    session = trainer.session
    session[FACTOR_SEEN_AT] -= 16 * 60
    session.save()

    assert begin(trainer).status_code == 403
    assert send(trainer, address, FILM, 0).status_code == 204
    assert trainer.session[FACTOR_SEEN_AT] == session[FACTOR_SEEN_AT]


def test_whoever_is_signed_out_is_led_to_the_door(cast: Cast, trainer: Client):
    address = begun(trainer)

    answer = Client().head(address, headers=TUS)

    assert answer.status_code == 403


def test_requests_forged_on_another_site_are_refused(cast: Cast, at_desk: AtDesk, trainer: Client):
    address = begun(trainer)
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = trainer.cookies

    answers = [
        begin(forged).status_code,
        send(forged, address, b"x", 0).status_code,
        finish(forged, address).status_code,
        forged.delete(address, headers=TUS).status_code,
    ]

    assert answers == [403] * 4


def test_a_disk_that_others_will_fill_is_refused_up_front(trainer: Client, monkeypatch):
    begin(trainer, size=700)
    free_bytes = 1000 + (django_settings.MEDIA_RESERVE_MB << 20)
    monkeypatch.setattr(DiskStorage, "free_bytes", lambda self: free_bytes)

    answers = [begin(trainer, size=301), begin(trainer, size=300)]

    assert [answer.status_code for answer in answers] == [507, 201]


def test_a_disk_that_fills_in_the_middle_keeps_what_is_there(trainer: Client, monkeypatch):
    address = begun(trainer)
    send(trainer, address, FILM[:1000], 0)

    def full(*arguments: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(uploading.os, "pwrite", full)
        refused = send(trainer, address, FILM[1000:], 1000)
    later = send(trainer, address, FILM[1000:], 1000)

    assert (refused.status_code, later.status_code) == (507, 204)
    assert finish(trainer, address).status_code == 200


def test_a_line_that_breaks_in_a_piece_keeps_what_came(trainer: Client, monkeypatch):
    class Breaking(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if block := super().read(1000):
                return block
            raise OSError("connection reset")

    address = begun(trainer)
    monkeypatch.setattr("django.test.client.FakePayload.read", lambda self, size=-1: broken.read())
    broken = Breaking(FILM[:3000])

    answer = send(trainer, address, FILM, 0)

    assert UnreadablePostError.__mro__[1] is OSError
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "3000")


def test_two_senders_at_once_cannot_mix(cast: Cast, trainer: Client):
    upload = Upload.objects.get(code=begun(trainer).split("/")[-2])

    def interrupted():
        yield FILM[:1000]
        uploading.append(upload, [FILM[1000:3000]], offset=1000)
        yield FILM[1000:2000]

    with pytest.raises(uploading.OffsetConflict) as conflict:
        uploading.append(upload, interrupted(), offset=0)

    assert conflict.value.offset == 3000
    assert (uploading.spool() / upload.code).read_bytes() == FILM[:3000]


def test_an_expired_upload_is_gone_and_swept(trainer: Client, files: Path, settings):
    address = begun(trainer)
    send(trainer, address, FILM, 0)
    stray = files / ".uploads" / "nobody"
    stray.touch()
    os.utime(stray, (0, 0))
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    gone = ask(trainer, address)
    call_command("retry_stuck_videos")

    assert gone.status_code == 410
    assert spooled(files) == []
    assert not Upload.objects.exists()


def test_a_fresh_upload_is_not_swept(trainer: Client, files: Path):
    address = begun(trainer)
    send(trainer, address, FILM[:10], 0)

    call_command("retry_stuck_videos")

    assert ask(trainer, address)["Upload-Offset"] == "10"


def test_an_upload_can_be_given_up(trainer: Client, files: Path):
    by_client, by_hand = begun(trainer), begun(trainer)

    answers = [trainer.delete(by_client, headers=TUS).status_code, trainer.post(f"{by_hand}give-up/").status_code]

    assert answers == [204, 302]
    assert not Upload.objects.exists()
    assert spooled(files) == []


def test_unfinished_uploads_are_limited(trainer: Client, monkeypatch):
    monkeypatch.setattr(uploading, "MOST_OPEN", 2)

    assert [begin(trainer).status_code for _ in range(3)] == [201, 201, 422]
