"""The real Whisper code on the small checkpoint. Tolerances are the errors that the checkpoint's README measured."""

from itertools import pairwise

import numpy as np
import pytest

from media.backends.transcribe import TranscribeFailed
from media.backends.transcribe.base import SAMPLE_RATE
from media.backends.transcribe.whisper import WhisperTranscriber
from media.enums import FailureCode
from tests.media.hearing import MODEL, cut, error_rate, joined, sentences, silence, sound, starts_found

pytestmark = pytest.mark.speech

EXACT = ["cadre-village-group-notice", "phone-video-call", "ecommerce-product-photo"]


@pytest.fixture(scope="module")
def whisper(tmp_path_factory):
    """One recogniser for all tests, as one worker has one."""
    return WhisperTranscriber(str(MODEL), root=tmp_path_factory.mktemp("models"), threads=2)


def heard(whisper, audio, **options):
    return whisper.transcribe(audio, language="zh", on_progress=options.get("on_progress", lambda part: None))


@pytest.mark.parametrize("name", EXACT)
def test_demo_lesson_words_times_and_confidence(whisper, name):
    truth = sentences(name)

    cues = heard(whisper, sound(name))

    assert error_rate(cues, truth) == 0
    assert starts_found(cues, truth, within=0.1) == 1
    assert all(0.7 < cue.confidence <= 1 and cue.flags == () for cue in cues)
    assert all(one.end_ms <= two.start_ms for one, two in pairwise(cues))


def test_two_lessons_cut_into_another_order_with_silence_and_a_repetition(whisper):
    """Nothing can be looked up here: words, order and times must come from the sound."""
    photo, call = "ecommerce-product-photo", "phone-video-call"
    audio, truth = joined(
        [cut(photo, 3, 4), cut(call, 5, 6), cut(photo, 0, 0), cut(call, 1, 1), cut(photo, 0, 0), cut(call, 3, 4)],
        pause=3,
    )

    cues = heard(whisper, audio)

    assert error_rate(cues, truth) <= 0.06
    assert starts_found(cues, truth, within=0.5) >= 0.85
    repeated = [cue for cue in cues if cue.text == sentences(photo)[0].text]
    assert len(repeated) == 2 and repeated[1].start_ms - repeated[0].start_ms > 10_000
    for cue in cues:
        inside = audio[cue.start_ms * SAMPLE_RATE // 1000 : cue.end_ms * SAMPLE_RATE // 1000]
        assert np.count_nonzero(inside == 0) < 1.5 * SAMPLE_RATE, f"stands in a pause: {cue}"


def test_each_sentence_alone_in_reverse_order_follows_the_sound(whisper):
    name = "phone-video-call"
    audio, truth = joined([cut(name, at, at) for at in reversed(range(len(sentences(name))))], pause=3)

    cues = heard(whisper, audio)

    assert error_rate(cues, truth) <= 0.17
    assert starts_found(cues, truth, within=0.5) >= 0.85


@pytest.mark.parametrize(
    "audio",
    [silence(0), silence(12), np.random.default_rng(1).normal(0, 0.0001, 8 * SAMPLE_RATE).astype(np.float32)],
    ids=["empty", "digital silence", "inaudible hiss"],
)
def test_nothing_audible_gives_no_cue(whisper, audio):
    assert heard(whisper, audio) == []


def test_loud_noise_without_speech_gives_no_cue(whisper):
    noise = np.random.default_rng(1).normal(0, 0.1, 8 * SAMPLE_RATE).astype(np.float32)

    assert heard(whisper, noise) == []


def test_progress_runs_from_window_to_window_to_the_end(whisper):
    told: list[float] = []

    heard(whisper, sound("phone-video-call"), on_progress=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len({round(part, 3) for part in told}) >= 3


def test_what_progress_raises_ends_recognition_and_leaves_whisper_usable(whisper):
    class Stopped(Exception):
        pass

    def stop(part: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        heard(whisper, sound("phone-video-call"), on_progress=stop)
    assert error_rate(heard(whisper, sound("phone-video-call")), sentences("phone-video-call")) == 0


def test_recognising_again_gives_the_same(whisper):
    audio = sound("ecommerce-product-photo")

    assert heard(whisper, audio) == heard(whisper, audio)


def test_long_recording_is_heard_in_stretches_with_right_times(whisper, monkeypatch):
    monkeypatch.setattr("media.backends.transcribe.whisper.STRETCH_SECONDS", 30)
    monkeypatch.setattr("media.backends.transcribe.whisper.CUT_SECONDS", 10)
    name = "phone-video-call"

    cues = heard(whisper, sound(name))

    assert error_rate(cues, sentences(name)) <= 0.06
    assert starts_found(cues, sentences(name), within=0.5) >= 0.9


def fails(model: str, tmp_path) -> TranscribeFailed:
    with pytest.raises(TranscribeFailed) as failure:
        heard(WhisperTranscriber(model, root=tmp_path / "models", threads=2), sound("phone-video-call"))
    assert (failure.value.code, failure.value.permanent) == (FailureCode.MODEL_MISSING, False)
    return failure.value


def test_model_that_does_not_exist_can_be_tried_again(tmp_path):
    assert "neither an official name nor a file" in fails("no-such-model.pt", tmp_path).detail


def test_file_that_is_no_model_can_be_tried_again(tmp_path):
    (tmp_path / "broken.pt").write_bytes(MODEL.read_bytes()[:100_000])

    assert "cannot be loaded" in fails(str(tmp_path / "broken.pt"), tmp_path).detail


def test_official_model_that_cannot_be_fetched_can_be_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr("whisper._MODELS", {"tiny": "http://127.0.0.1:9/sha256/tiny.pt"})

    assert "could not be fetched" in fails("tiny", tmp_path).detail


def test_official_model_is_fetched_with_progress_and_kept(tmp_path, monkeypatch):
    """Whisper's own download, from a server of ours."""
    from tests.media.model_server import serving

    told: list[float] = []
    with serving(MODEL) as address:
        monkeypatch.setattr("whisper._MODELS", {"tiny": address})
        monkeypatch.setattr("whisper._ALIGNMENT_HEADS", {"tiny": None})
        fetched = WhisperTranscriber("tiny", root=tmp_path / "models", threads=2)
        cues = heard(fetched, sound("phone-video-call"), on_progress=told.append)

    assert error_rate(cues, sentences("phone-video-call")) == 0
    assert (tmp_path / "models" / MODEL.name).read_bytes() == MODEL.read_bytes()
    assert told.count(0.0) > 100


def test_missing_speech_packages_are_said_and_can_be_tried_again(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "whisper", None)

    assert "speech packages are not installed" in fails(str(MODEL), tmp_path).detail
