"""From a converted recording to a draft: with the dummy recogniser, and once with the real one on a real film."""

import io
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from lms.audit.models import AuditEntry
from media.backends import stopping
from media.backends.stopping import StopAsked
from media.backends.transcribe import Correction, CueDraft, Term, TranscribeFailed, Wording, transcriber
from media.domain.captioning import CueText, approve, import_captions, save_draft, start_draft
from media.domain.playing import sign
from media.domain.staging import retry_by_hand
from media.domain.sweeping import drop_recognition_work
from media.domain.transcoding import transcode
from media.domain.transcribing import cancel_recognition, transcribe
from media.enums import CaptionState, FailureCode, TranscriptSource, VideoStatus
from media.models import GlossaryTerm, SensitiveWord, Video
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


def test_a_recording_in_which_nobody_speaks_says_so_and_gets_no_draft(video, dummy, monkeypatch):
    monkeypatch.setattr(dummy, "cues", [])

    assert transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.notices) == (VideoStatus.READY, ["no_speech"])
    assert not video.transcripts.exists()


def test_the_recogniser_is_given_the_words_of_the_organisation_and_the_title(video, dummy, cast, monkeypatch):
    GlossaryTerm.objects.all().delete()
    Video.objects.filter(pk=video.pk).update(title="直播带货第一课")
    GlossaryTerm.objects.create(text="电商")
    GlossaryTerm.objects.create(text="直播带货", heard_as="直播代货\n直播戴货")
    GlossaryTerm.objects.create(text="云雾茶", org=cast.orgs.provider)
    GlossaryTerm.objects.create(text="别人的", org=cast.orgs.neighbour_provider)
    GlossaryTerm.objects.create(text="live", language="en")
    SensitiveWord.objects.create(text="内部 资料")
    given = {}
    monkeypatch.setattr(type(dummy), "transcribe", lambda _self, _audio, **named: given.update(named) or dummy.cues)

    assert transcribe(video.pk)

    assert given["wording"] == Wording(
        terms=(Term("云雾茶"), Term("直播带货", ("直播代货", "直播戴货")), Term("电商")),
        told=("直播带货", "云雾茶"),
        sensitive=("内部资料",),
    )


def test_what_the_glossary_changed_stays_with_the_cue(video, dummy, cast, monkeypatch):
    monkeypatch.setattr(dummy, "cues", [CueDraft(0, 1000, "村两委", 0.9, (), (Correction("村俩委", "村两委"),))])

    assert transcribe(video.pk)
    draft = video.transcripts.get()
    save_draft(draft, [CueText(0, 1200, "村两委", was=1)], revision=1, by=cast.trainer, at=AT)

    assert draft.cues.get().corrections == [{"heard": "村俩委", "term": "村两委"}]


def test_learners_are_served_lines_that_the_text_of_the_cue_does_not_know(video, cast):
    vtt = "WEBVTT\n\n00:00.500 --> 00:05.000\n重要的事请大家回个“收到”，第二天没回的，\n"

    track = approve(import_captions(video, vtt, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)

    assert "重要的事请大家回个“收到”，\n第二天没回的，" in track.vtt
    assert track.transcript.cues.get().text == "重要的事请大家回个“收到”，第二天没回的，"


def test_windows_that_were_heard_are_kept_until_the_recording_is_ready(video, dummy, monkeypatch):
    def hear_one_and_die(_self, _audio, *, shelf, **_named):
        shelf.put("a" * 64, [[0, 1000, "好。", 0.9, []]])
        raise TranscribeFailed(FailureCode.RECOGNITION_FAILED, "killed", permanent=False)

    monkeypatch.setattr(type(dummy), "transcribe", hear_one_and_die)
    assert not transcribe(video.pk)
    assert video.stretches.count() == 1
    found = []
    monkeypatch.setattr(
        type(dummy),
        "transcribe",
        lambda _self, _audio, *, shelf, **_named: found.append(shelf.get("a" * 64)) or dummy.cues,
    )
    video.refresh_from_db()
    retry_by_hand(video, at=AT)

    assert transcribe(video.pk)
    drop_recognition_work(Video.objects.get(pk=video.pk))

    assert found == [[[0, 1000, "好。", 0.9, []]]]
    assert not video.stretches.exists()


def test_cancelled_recognition_ends_with_the_next_window_and_captions_can_be_typed(video, dummy, cast, monkeypatch):
    def hear(_self, _audio, *, shelf, **_named):
        assert cancel_recognition(video, by=cast.trainer, at=AT)
        shelf.put("a" * 64, [])
        pytest.fail("went on")

    monkeypatch.setattr(type(dummy), "transcribe", hear)

    assert not transcribe(video.pk)

    video.refresh_from_db()
    assert (video.status, video.claim_token, video.ready_at) == (VideoStatus.READY, "", AT)
    assert not video.transcripts.exists() and not video.stretches.exists()
    assert start_draft(video, language="zh", by=cast.trainer, at=AT).state == "draft"
    assert not cancel_recognition(video, by=cast.trainer, at=AT)
    assert list(
        AuditEntry.objects.filter(action="media.recognition_cancelled").values_list("subject_id", flat=True)
    ) == [video.code]


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
