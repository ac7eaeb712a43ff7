"""Cutting: pieces are exact, captions follow as drafts, the recording stays as it is."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms.people.models import Person
from media.backends.limits import limits
from media.backends.transcode import hls
from media.backends.transcode.base import Span
from media.backends.transcode.ffmpeg import FfmpegTranscoder
from media.domain import receiving
from media.domain.captioning import CueText, approve, save_draft, start_draft
from media.domain.cutting import CannotCut, Piece, cut, why_not_cuttable
from media.domain.taking_down import take_down
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import TranscriptSource, TranscriptState, VideoStatus
from media.models import Cue, Transcript, Video
from media.times import NotATime, read_time, write_time
from tests.cast import Cast
from tests.factories.media import RECEIVED_AT, make_film, received_video

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
LATER = RECEIVED_AT + timedelta(days=1)
LINES = [(0, 2000, "大家好"), (2000, 5000, "先开机"), (5500, 8000, "再点视频"), (9000, 11000, "好了")]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds whose only key frame is the first: an inexact cut would begin there."""
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", "-g", "9999", size="320x240", seconds=12)


@pytest.fixture
def video(cast: Cast, film: Path) -> Video:
    """As if it had passed the pipeline."""
    video = received_video(film, cast.orgs.provider, title="教爷爷奶奶打视频")
    Video.objects.filter(pk=video.pk).update(
        status=VideoStatus.READY, decoded_seconds=12, ready_at=RECEIVED_AT, has_sound=True, stream_folder="x"
    )
    video.refresh_from_db()
    return video


def caption(video: Video, by: Person, *, language: str = "zh", lines: Any = LINES) -> Transcript:
    draft = start_draft(video, language=language, by=by, at=RECEIVED_AT)
    return save_draft(draft, [CueText(*line) for line in lines], revision=1, by=by, at=RECEIVED_AT)


def rows(transcript: Transcript) -> list[tuple[int, int, str, list[str]]]:
    return list(transcript.cues.values_list("start_ms", "end_ms", "text", "flags"))


def test_a_piece_is_converted_from_the_same_file_and_exact(cast: Cast, video: Video):
    digest = hashlib.sha256(video.source.read()).hexdigest()

    [piece] = cut(video, [Piece(3480, 8120, "开机")], by=cast.trainer, at=LATER)
    assert transcode(piece.pk)
    assert transcribe(piece.pk)

    piece.refresh_from_db()
    video.refresh_from_db()
    assert (piece.status, piece.decoded_seconds, piece.title, piece.org) == (
        VideoStatus.READY,
        5,
        "开机",
        cast.orgs.provider,
    )
    assert (piece.cut_from, piece.uploaded_by, piece.source.name) == (video, cast.trainer, "")
    assert (video.status, hashlib.sha256(video.source.read()).hexdigest()) == (VideoStatus.READY, digest)


def test_the_length_is_exact_to_a_tenth_and_the_sound_begins_there(film: Path, tmp_path: Path):
    outcome = FfmpegTranscoder().transcode(
        film, tmp_path, label=None, limits=limits(), on_progress=lambda *_: None, span=Span(3480, 8120)
    )

    assert abs(outcome.length_seconds - Fraction(4640, 1000)) <= Fraction(1, 10)
    assert outcome.stated_seconds == 4.64
    heard = Fraction(hls.wav_samples(tmp_path / "recognition.wav"), 16_000)
    assert abs(heard - Fraction(4640, 1000)) <= Fraction(1, 10)


def test_captions_follow_clipped_and_shifted_as_a_draft(cast: Cast, video: Video):
    approved = caption(video, cast.trainer)
    approve(approved, by=cast.final_reviewer, at=RECEIVED_AT)

    [piece] = cut(video, [Piece(3000, 9200, "开机")], by=cast.trainer, at=LATER)

    draft = piece.transcripts.get()
    assert (draft.state, draft.source, draft.based_on) == (TranscriptState.DRAFT, TranscriptSource.CUT, approved)
    assert rows(draft) == [(0, 2000, "先开机", ["cut"]), (2500, 5000, "再点视频", [])]
    assert piece.approved_track() is None
    assert rows(approved) == [(*line, []) for line in LINES]


def test_a_cut_line_must_be_settled_before_the_piece_is_approved(cast: Cast, video: Video):
    caption(video, cast.trainer)
    [piece] = cut(video, [Piece(3000, 9000, "开机")], by=cast.trainer, at=LATER)
    Video.objects.filter(pk=piece.pk).update(decoded_seconds=6)
    draft = piece.transcripts.get()

    reasons = [cue.is_doubtful for cue in draft.cues.order_by("number")]

    assert reasons == [True, False]


def test_captions_in_each_language_follow_and_recognition_has_nothing_to_do(cast: Cast, video: Video):
    approve(caption(video, cast.trainer), by=cast.final_reviewer, at=RECEIVED_AT)
    caption(video, cast.trainer, lines=[(0, 12000, "没看完的草稿")])
    caption(video, cast.trainer, language="en", lines=[(0, 4000, "Hello")])

    [piece] = cut(video, [Piece(0, 5000, "开头")], by=cast.trainer, at=LATER)
    Video.objects.filter(pk=piece.pk).update(status=VideoStatus.TRANSCODED, decoded_seconds=5)
    transcribe(piece.pk)

    assert {each.language: rows(each) for each in piece.transcripts.all()} == {
        "zh": [(0, 2000, "大家好", []), (2000, 5000, "先开机", [])],
        "en": [(0, 4000, "Hello", [])],
    }
    piece.refresh_from_db()
    assert (piece.status, piece.caption_state) == (VideoStatus.READY, "draft")


def test_what_a_machine_doubted_stays_doubtful(cast: Cast, video: Video):
    draft = start_draft(video, language="zh", by=cast.trainer, at=RECEIVED_AT)
    Cue.objects.create(
        transcript=draft, number=1, start_ms=1000, end_ms=2000, text="点赞", confidence="0.300", flags=["invention"]
    )

    [piece] = cut(video, [Piece(0, 5000, "开头")], by=cast.trainer, at=LATER)

    cue = piece.transcripts.get().cues.get()
    assert (str(cue.confidence), cue.flags, cue.is_doubtful) == ("0.300", ["invention"], True)


def test_a_piece_of_a_piece_is_cut_from_the_recording_itself(cast: Cast, video: Video):
    [piece] = cut(video, [Piece(2000, 10000, "中间")], by=cast.trainer, at=LATER)
    Video.objects.filter(pk=piece.pk).update(status=VideoStatus.READY, decoded_seconds=8)
    piece.refresh_from_db()

    [smaller] = cut(piece, [Piece(1000, 8500, "更小")], by=cast.trainer, at=LATER)

    assert (smaller.cut_from, smaller.cut_start_ms, smaller.cut_end_ms) == (video, 3000, 10000)


def test_a_nervous_finger_cuts_once(cast: Cast, video: Video):
    pieces = [Piece(0, 5000, "开头"), Piece(5000, 12000, "结尾")]

    first, second = (cut(video, pieces, by=cast.trainer, at=LATER) for _ in range(2))

    assert first == second
    assert video.pieces.count() == 2


def test_a_recording_with_pieces_is_still_the_one_that_is_found_again(cast: Cast, video: Video):
    cut(video, [Piece(0, 5000, "开头")], by=cast.trainer, at=LATER)

    assert receiving.find_same(video.source_sha256, cast.orgs.provider) == video


@pytest.mark.parametrize(
    "piece",
    [Piece(5000, 5000, "x"), Piece(9000, 1000, "x"), Piece(0, 2999, "x"), Piece(0, 14000, "x"), Piece(0, 5000, "  ")],
)
def test_pieces_that_cannot_be_are_refused_and_nothing_is_cut(cast: Cast, video: Video, piece: Piece):
    with pytest.raises(CannotCut) as refused:
        cut(video, [Piece(0, 4000, "好的"), piece], by=cast.trainer, at=LATER)

    assert len(refused.value.reasons) == 1
    assert not video.pieces.exists()


def test_a_recording_without_its_file_or_taken_down_says_so(cast: Cast, video: Video):
    ready = why_not_cuttable(video)
    video.source.storage.delete(video.source.name)
    dropped = why_not_cuttable(video)
    taken_down = why_not_cuttable(take_down(video, by=cast.trainer, reason="错了"))

    assert ready == ""
    assert dropped
    assert taken_down
    assert dropped != taken_down
    with pytest.raises(CannotCut):
        cut(video, [Piece(0, 5000, "x")], by=cast.trainer, at=LATER)


def cut_page(video: Video) -> str:
    return reverse("studio:cut", args=[video.code])


def test_the_form_cuts_without_script(cast: Cast, at_desk: AtDesk, video: Video):
    filled = {"title": ["开头", "结尾", ""], "start": ["0:00", "0:05.5", ""], "end": ["5.5", "0：12", ""]}

    answer = at_desk(cast.trainer).post(cut_page(video), filled)

    assert answer.status_code == 302
    assert list(video.pieces.order_by("pk").values_list("title", "cut_start_ms", "cut_end_ms")) == [
        ("开头", 0, 5500),
        ("结尾", 5500, 12000),
    ]


def test_times_that_are_none_come_back_as_they_were_written(cast: Cast, at_desk: AtDesk, video: Video):
    answer = at_desk(cast.trainer).post(cut_page(video), {"title": ["开头"], "start": ["<b>"], "end": ["5"]})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert not video.pieces.exists()


def test_only_its_trainers_cut(cast: Cast, at_desk: AtDesk, video: Video):
    opened = {
        part for part, person in cast.everybody.items() if at_desk(person).get(cut_page(video)).status_code == 200
    }

    assert opened == {"trainer"}


@pytest.mark.parametrize(
    ("text", "ms"),
    [("65", 65000), ("1:05", 65000), ("1：05.5", 65500), ("1:02:05", 3725000), ("90:00", 5400000), ("0:00.25", 250)],
)
def test_times_are_read_as_people_write_them(text: str, ms: int):
    assert read_time(text) == ms
    assert read_time(write_time(ms)) == ms


@pytest.mark.parametrize("text", ["", "x", "-1", "1:60", "1:60:00", "1::2", "1.2.3", "٣", "1e3", "9" * 30])
def test_what_is_no_time_is_refused(text: str):
    with pytest.raises(NotATime):
        read_time(text)
