"""From a converted recording to a draft: with the dummy recogniser, and once with the real one on a real film."""

import io
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from media.backends import stopping
from media.backends.stopping import StopAsked
from media.backends.transcribe import TranscribeFailed, transcriber
from media.domain.captioning import approve, import_captions, start_draft
from media.domain.playing import sign
from media.domain.staging import retry_by_hand
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import CaptionState, FailureCode, TranscriptSource, VideoStatus
from media.models import Video
from media.signals import video_ready
from tests.factories.learning import ready_video
from tests.factories.media import ffmpeg, received_video
from tests.media.hearing import MODEL, error_rate, lesson_file, sentences, starts_found

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
VTT = "WEBVTT\n\n00:00.500 --> 00:02.000\n今天说打包四步。\n"


def wav(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\x00\x10" * round(16_000 * seconds))
    return out.getvalue()


@pytest.fixture
def video(cast) -> Video:
    """Converted, waiting for recognition."""
    video = ready_video(cast.orgs.provider)
    Video.objects.filter(pk=video.pk).update(
        status=VideoStatus.TRANSCODED,
        ready_at=None,
        recognition_audio=default_storage.save("tests/speech.wav", ContentFile(wav(4))),
    )
    video.refresh_from_db()
    return video


@pytest.fixture
def dummy(monkeypatch):
    """The dummy recogniser, as it was before the test afterwards."""
    dummy = transcriber()
    monkeypatch.setattr(dummy, "failure", None)
    return dummy


def test_transcribe_writes_a_draft_and_announces_that_the_recording_is_ready(
    video, dummy, django_capture_on_commit_callbacks
):
    told = []
    video_ready.connect(lambda **facts: told.append(facts["video_id"]), weak=False, dispatch_uid="test")

    with django_capture_on_commit_callbacks(execute=True):
        assert transcribe(video.pk)

    video_ready.disconnect(dispatch_uid="test")
    audio = video.recognition_audio.name
    video.refresh_from_db()
    draft = video.transcripts.get()
    assert (video.status, video.caption_state, told) == (VideoStatus.READY, CaptionState.DRAFT, [video.pk])
    assert (draft.state, draft.source, draft.engine, draft.created_by) == ("draft", "machine", "dummy", None)
    assert [(cue.start_ms, cue.end_ms, cue.text, str(cue.confidence)) for cue in draft.cues.all()] == [
        (500, 2_000, "今天说打包四步。", "0.900"),
        (2_400, 3_600, "第一步，挑。", "0.400"),
    ]
    assert not video.recognition_audio and not default_storage.exists(audio)
    assert sign(video, at=AT).captions == []


def test_transcribe_twice_does_it_once(video, dummy):
    assert transcribe(video.pk)

    assert not transcribe(video.pk)
    assert video.transcripts.count() == 1


def test_recording_without_sound_is_ready_without_a_draft(video, dummy):
    Video.objects.filter(pk=video.pk).update(recognition_audio="", has_sound=False)

    assert transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.caption_state) == (VideoStatus.READY, CaptionState.NONE)
    assert not video.transcripts.exists()


def test_recording_in_which_nothing_is_said_is_ready_without_a_draft(video, dummy, monkeypatch):
    monkeypatch.setattr(dummy, "cues", [])

    assert transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.transcripts.count()) == (VideoStatus.READY, 0)


@pytest.mark.parametrize("permanent", [False, True])
def test_failure_is_kept_with_its_reason_and_the_recording_can_still_be_watched_by_staff(video, dummy, permanent):
    dummy.failure = TranscribeFailed(FailureCode.MODEL_MISSING, "no such model", permanent=permanent)

    assert not transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failed_status) == (VideoStatus.FAILED, VideoStatus.TRANSCRIBING)
    assert (video.failure_code, video.failure_detail) == ("model_missing", "no such model")
    assert (video.failure_permanent, video.next_attempt_at is None) == (permanent, permanent)
    assert (video.is_playable, video.is_streamable) == (False, True)
    assert not video.transcripts.exists()


def test_failed_recognition_can_be_tried_again(video, dummy):
    dummy.failure = TranscribeFailed(FailureCode.MODEL_MISSING, "no such model", permanent=False)
    transcribe(video.pk)
    dummy.failure = None
    video.refresh_from_db()

    assert retry_by_hand(video, at=AT)
    assert transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failure_code, video.caption_state) == (VideoStatus.READY, "", CaptionState.DRAFT)


def test_captions_by_hand_where_recognition_failed(video, dummy, cast):
    dummy.failure = TranscribeFailed(FailureCode.MODEL_MISSING, "no such model", permanent=False)
    transcribe(video.pk)

    track = approve(import_captions(video, VTT, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)

    video.refresh_from_db()
    assert (video.status, video.caption_state) == (VideoStatus.READY, CaptionState.APPROVED)
    assert video.approved_track() == track


def test_an_error_nobody_thought_of_is_kept_and_can_be_tried_again(video, dummy, monkeypatch):
    monkeypatch.setattr(type(dummy), "transcribe", lambda *_args, **_named: 1 / 0)

    assert not transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.failure_code, video.failure_permanent) == ("failed", "recognition_failed", False)
    assert "ZeroDivisionError" in video.failure_detail


def test_sound_that_is_gone_or_no_sound_fails_clearly(video, dummy):
    default_storage.delete(video.recognition_audio.name)
    default_storage.save(video.recognition_audio.name, ContentFile(b"RIFFnonsense"))

    assert not transcribe(video.pk)

    video.refresh_from_db()
    assert (video.failure_code, video.failure_permanent) == ("recognition_failed", False)


def test_what_people_wrote_meanwhile_is_not_recognised_again(video, dummy, cast, monkeypatch):
    hand = start_draft(video, language="zh", by=cast.trainer, at=AT)
    monkeypatch.setattr(type(dummy), "transcribe", lambda *_args, **_named: pytest.fail("recognised"))

    assert transcribe(video.pk)

    assert list(video.transcripts.all()) == [hand]


def test_captions_approved_while_recognition_runs_win(video, dummy, cast, monkeypatch):
    recognise = type(dummy).transcribe

    def slowly(self, audio, **named):
        approve(import_captions(video, VTT, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)
        return recognise(self, audio, **named)

    monkeypatch.setattr(type(dummy), "transcribe", slowly)

    assert not transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.transcripts.get().source) == (VideoStatus.READY, TranscriptSource.UPLOAD)


def test_worker_that_is_stopped_gives_the_recording_back(video, dummy):
    stopping.ask()

    with pytest.raises(StopAsked):
        transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.attempts, video.claim_token) == (VideoStatus.TRANSCODED, 0, "")


@pytest.mark.speech
@pytest.mark.slow
def test_a_real_film_is_converted_and_its_words_become_a_draft(tmp_path: Path, settings):
    """Upload, the real ffmpeg, the real Whisper code: no part of the first road is faked but the queue between."""
    settings.TRANSCRIBE_BACKEND, settings.WHISPER_MODEL = "whisper", str(MODEL)
    name = "phone-video-call"
    film = ffmpeg(
        "-f", "lavfi", "-i", "color=c=darkgreen:size=320x240:rate=10", "-i", str(lesson_file(name)), "-shortest",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "copy", path=tmp_path / "课 1.mp4",
    )  # fmt: skip
    video = received_video(film)

    assert transcode(video.pk)
    assert transcribe(video.pk)

    video.refresh_from_db()
    draft = video.transcripts.get()
    cues = list(draft.cues.all())
    assert (video.status, draft.engine) == (VideoStatus.READY, "whisper whisper-nano.pt")
    assert error_rate(cues, sentences(name)) == 0
    assert starts_found(cues, sentences(name), within=0.15) == 1
    assert video.approved_track() is None
