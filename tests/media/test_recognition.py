"""Both real engines on the small checkpoint. Tolerances are the errors that the checkpoint's README measured."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from media.backends.transcribe import TranscribeFailed, Wording
from media.backends.transcribe.base import SAMPLE_RATE, Correction, Term
from media.backends.transcribe.engine import Heard
from media.backends.transcribe.faster import FasterWhisperEngine
from media.backends.transcribe.recognising import Recogniser
from media.backends.transcribe.whisper import WhisperEngine
from media.captions_text import bare
from media.enums import FailureCode
from tests.media.hearing import (
    DATA,
    MODEL,
    cut,
    error_rate,
    joined,
    sentences,
    silence,
    sound,
    sound_of,
    starts_found,
)

pytestmark = pytest.mark.speech

EXACT = ["cadre-village-group-notice", "phone-video-call", "ecommerce-product-photo"]
ENGLISH = (
    "Hello everyone. Welcome to the lesson. Please open your phone. Scan the code to pay. This is a test recording. "
    "Let us start an online shop. Never share your password with anyone. Press the green button to begin."
)
ENGINES = {"whisper": WhisperEngine, "faster-whisper": FasterWhisperEngine}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def whisper(models):
    """One recogniser for all tests, as one worker has one."""
    return Recogniser(WhisperEngine(str(MODEL), root=models, threads=1))


@pytest.fixture(scope="module")
def faster(models):
    """The other engine, with the same checkpoint, converted once."""
    return Recogniser(FasterWhisperEngine(str(MODEL), root=models, threads=1))


def heard(recogniser, audio, **options):
    return recogniser.transcribe(audio, **{"language": "zh", "on_progress": lambda part: None, **options})


@pytest.mark.parametrize("name", [EXACT[0], *(pytest.param(name, marks=pytest.mark.slow) for name in EXACT[1:])])
def test_demo_lesson_words_times_and_confidence(whisper, name):
    truth = sentences(name)

    cues = heard(whisper, sound(name))

    assert error_rate(cues, truth) == 0
    assert starts_found(cues, truth, within=0.1) == 1
    assert all(0.7 < cue.confidence <= 1 and cue.flags == () for cue in cues)
    assert all(one.end_ms <= two.start_ms for one, two in pairwise(cues))
    assert all(800 <= cue.end_ms - cue.start_ms <= 7000 for cue in cues)


@pytest.mark.slow
def test_both_engines_write_the_same_cues(whisper, faster):
    audio = sound("phone-video-call")

    ours, theirs = heard(whisper, audio), heard(faster, audio)

    assert [cue.text for cue in ours] == [cue.text for cue in theirs]
    assert all(
        abs(a.start_ms - b.start_ms) <= 300 and abs(a.end_ms - b.end_ms) <= 300
        for a, b in zip(ours, theirs, strict=True)
    )
    assert all(abs(a.confidence - b.confidence) < 0.1 and a.flags == b.flags for a, b in zip(ours, theirs, strict=True))


def without_libraries(monkeypatch):
    """A card whose libraries are of another CUDA: the model loads, and nothing can be computed."""
    import faster_whisper

    class Bare(faster_whisper.WhisperModel):
        def __init__(self, folder, device, **options):
            super().__init__(folder, **{**options, "device": "cpu"})
            self.is_bare = device != "cpu"

        def encode(self, features):
            if self.is_bare:
                raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")
            return super().encode(features)

    monkeypatch.setattr(faster_whisper, "WhisperModel", Bare)
    return "libcublas.so.12"


def without_driver(monkeypatch):
    """CTranslate2 itself is asked for a card that is not there."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    return "CUDA"


@pytest.mark.parametrize("broken", [without_libraries, without_driver])
def test_where_the_graphics_card_does_not_work_the_processor_recognises(broken, models, monkeypatch, caplog):
    why = broken(monkeypatch)
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
    recogniser = Recogniser(FasterWhisperEngine(str(MODEL), root=models, threads=1))
    audio, truth = cut("phone-video-call", 0, 1)

    cues = heard(recogniser, audio)

    assert error_rate(cues, truth) == 0
    (said,) = [record.getMessage() for record in caplog.records if record.name.endswith("faster")]
    assert "processor recognises" in said and why in said


@pytest.mark.slow
def test_our_way_through_the_decoder_writes_what_whispers_own_writes(whisper):
    import torch
    from whisper.audio import log_mel_spectrogram, pad_or_trim
    from whisper.decoding import DecodingOptions, decode

    whisper.engine.load(lambda: None)
    model = whisper.engine._model
    sounds = [cut("phone-video-call", 0, 1)[0], cut("ecommerce-product-photo", 0, 0)[0]]
    with torch.inference_mode():
        features = model.encoder(torch.stack([pad_or_trim(log_mel_spectrogram(sound, 80), 3000) for sound in sounds]))
        for some, prompt in ((features, []), (features[:1], []), (features, [100, 200, 300])):
            theirs = decode(model, some, DecodingOptions(language="zh", fp16=False, prompt=prompt or None))
            ours = [decoded for decoded, _views in whisper.engine._decoded(some, "zh", prompt, lambda: None)]

            assert [one.tokens for one in ours] == [one.tokens for one in theirs]
            assert [one.average_logprob for one in ours] == pytest.approx([one.avg_logprob for one in theirs], abs=1e-4)


@pytest.mark.slow
def test_where_the_engine_lost_the_place_the_window_is_heard_again_in_halves(models):
    """As eight-bit numbers without the processor's help did with the end of a demo lesson."""
    real = WhisperEngine(str(MODEL), root=models, threads=1)

    class Losing:
        """Hears only the first sentence of any long sound, and says that it lasted far beyond its end."""

        name = "losing"
        load = real.load

        def hear(self, sounds, **options):
            found = []
            for piece, heard in zip(sounds, real.hear(sounds, **options), strict=True):
                is_long = piece.size > 20 * SAMPLE_RATE
                found.append(Heard(heard.segments[:1], None, is_lost=True) if is_long else heard)
            return found

    name = "phone-video-call"
    cues = heard(Recogniser(Losing()), sound(name))

    assert error_rate(cues, sentences(name)) <= 0.06


@pytest.mark.slow
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
        assert np.count_nonzero(inside == 0) < 1.6 * SAMPLE_RATE, f"stands in a pause: {cue}"


@pytest.mark.slow
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


@pytest.mark.slow
def test_progress_runs_from_window_to_window_to_the_end(whisper):
    told: list[float] = []

    heard(whisper, sound("phone-video-call"), on_progress=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len({round(part, 3) for part in told}) >= 3


@pytest.mark.slow
def test_recognising_again_gives_the_same(whisper):
    audio = sound("ecommerce-product-photo")[: 20 * SAMPLE_RATE]

    assert heard(whisper, audio) == heard(whisper, audio)


def test_silence_noise_and_music_between_are_neither_heard_nor_paid_for(whisper):
    """The engine is asked for as many windows as the speech alone needs, and times stand where they were."""
    lesson, truth = cut("phone-video-call", 0, 2)
    noise = np.random.default_rng(1).normal(0, 0.05, 40 * SAMPLE_RATE).astype(np.float32)
    melody = (0.2 * np.sin(np.arange(40 * SAMPLE_RATE) * 0.15) * (np.arange(40 * SAMPLE_RATE) // 8000 % 2)).astype("f4")
    audio = np.concatenate([noise, melody, lesson, silence(40)])
    asked = []
    hear = whisper.engine.hear
    whisper.engine.hear = lambda sounds, **more: (
        asked.extend(s.size / SAMPLE_RATE for s in sounds) or hear(sounds, **more)
    )

    cues = heard(whisper, audio)

    del whisper.engine.hear
    assert len(asked) == 1 and asked[0] < lesson.size / SAMPLE_RATE + 1
    assert error_rate(cues, truth) == 0
    shifted = [type(one)(one.start + 80, one.end + 80, one.text) for one in truth]
    assert starts_found(cues, shifted, within=0.15) == 1


def test_windows_on_the_shelf_are_not_heard_again(whisper):
    """A worker that was killed goes on: only what is missing is heard, and the draft is the same."""
    audio, shelf = sound("phone-video-call"), DictShelf()
    whole = heard(whisper, audio, shelf=shelf)
    lost = list(shelf.kept)[-1]
    del shelf.kept[lost]
    asked = []
    hear = whisper.engine.hear
    whisper.engine.hear = lambda sounds, **more: asked.extend(s.size for s in sounds) or hear(sounds, **more)

    again = heard(whisper, audio, shelf=shelf)

    del whisper.engine.hear
    assert again == whole
    assert len(asked) == 1 and lost in shelf.kept
    assert all(len(key) == 64 for key in shelf.kept)


@pytest.mark.slow
def test_the_shelf_serves_only_the_same_engine_language_and_wording(whisper, faster):
    audio, shelf = sound("phone-video-call")[: 9 * SAMPLE_RATE], DictShelf()
    heard(whisper, audio, shelf=shelf)
    keys = set(shelf.kept)

    heard(faster, audio, shelf=shelf)
    heard(whisper, audio, shelf=shelf, wording=Wording(told=("微信",)))

    assert len(shelf.kept) == 3 * len(keys)


class DictShelf:
    def __init__(self) -> None:
        self.kept: dict[str, object] = {}

    def get(self, key: str) -> object | None:
        return self.kept.get(key)

    def put(self, key: str, heard: object) -> None:
        self.kept[key] = heard


def test_glossary_corrects_and_the_change_is_told(whisper):
    wording = Wording(terms=(Term("大棚果子", ("果子",)), Term("二维码")), sensitive=("买家",))

    cues = heard(whisper, cut("ecommerce-product-photo", 0, 1)[0], wording=wording)

    changed = [cue for cue in cues if cue.corrections]
    assert changed and all("大棚果子" in cue.text for cue in changed)
    assert changed[0].corrections == (Correction("果子", "大棚果子"),)
    assert any("sensitive" in cue.flags for cue in cues if "买家" in cue.text)


@pytest.mark.slow
def test_one_recogniser_serves_two_languages(whisper):
    """Two recordings on one queue, one Chinese and one English."""
    english = sound_of(DATA / "speech" / "en-espeak.m4a")

    cues = heard(whisper, english, language="en")
    chinese, truth = cut("phone-video-call", 0, 1)
    again = heard(whisper, chinese)

    assert bare("".join(cue.text for cue in cues)) == bare(ENGLISH)
    assert all(cue.text.isascii() and "language" not in cue.flags for cue in cues)
    assert error_rate(again, truth) == 0


@pytest.mark.parametrize("engine", ["whisper", pytest.param("faster", marks=pytest.mark.slow)])
def test_recognition_is_left_at_once_while_a_window_is_in_progress(engine, request):
    """A cancelled job, a lost claim, a worker that is stopped: the heartbeat raises, long before the window is done."""
    recogniser = request.getfixturevalue(engine)
    audio, truth = cut("phone-video-call", 0, 1)
    heard(recogniser, audio)
    beats = []

    class Stopped(Exception):
        pass

    def stop(part: float) -> None:
        beats.append(part)
        if part > 0.01 and len(beats) > 4:
            raise Stopped

    if engine == "faster":
        recogniser.engine._worker.submit(time.sleep, 3)  # as if a window took long
    began = time.monotonic()
    with pytest.raises(Stopped):
        heard(recogniser, audio, on_progress=stop)

    assert time.monotonic() - began < 2.9
    assert error_rate(heard(recogniser, audio), truth) == 0


def fails(model: str, tmp_path, engine=WhisperEngine) -> TranscribeFailed:
    with pytest.raises(TranscribeFailed) as failure:
        heard(Recogniser(engine(model, root=tmp_path / "models", threads=1)), sound("phone-video-call"))
    assert (failure.value.code, failure.value.permanent) == (FailureCode.MODEL_MISSING, False)
    return failure.value


both = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


@both
def test_model_that_does_not_exist_can_be_tried_again(tmp_path, engine):
    assert "neither an official name nor a file" in fails("no-such-model.pt", tmp_path, engine).detail


@both
def test_file_that_is_no_model_can_be_tried_again(tmp_path, engine):
    (tmp_path / "broken.pt").write_bytes(MODEL.read_bytes()[:100_000])

    assert "cannot be loaded" in fails(str(tmp_path / "broken.pt"), tmp_path, engine).detail
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["loading.lock"]


def test_folder_that_is_damaged_can_be_tried_again(tmp_path, faster, models):
    heard(faster, sound("phone-video-call")[: 5 * SAMPLE_RATE])
    (whole,) = models.glob("whisper-nano-*")
    folder = tmp_path / "model"
    folder.mkdir()
    assert "not whole" in fails(str(folder), tmp_path, FasterWhisperEngine).detail

    for file in whole.iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    assert "cannot be loaded" in fails(str(folder), tmp_path, FasterWhisperEngine).detail


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
        fetched = Recogniser(WhisperEngine("tiny", root=tmp_path / "models", threads=1))
        cues = heard(fetched, sound("phone-video-call"), on_progress=told.append)

    assert error_rate(cues, sentences("phone-video-call")) == 0
    assert (tmp_path / "models" / MODEL.name).read_bytes() == MODEL.read_bytes()
    assert len(told) > 100


@both
def test_missing_speech_packages_are_said_and_can_be_tried_again(tmp_path, monkeypatch, engine):
    for module in ("whisper", "faster_whisper"):
        monkeypatch.setitem(__import__("sys").modules, module, None)

    assert "are not installed" in fails(str(MODEL), tmp_path, engine).detail


def test_official_model_of_the_other_engine_that_cannot_be_fetched_can_be_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr("faster_whisper.download_model", refuse)

    assert "could not be fetched" in fails("tiny", tmp_path, FasterWhisperEngine).detail


def refuse(*_arguments, **_named):
    raise OSError("no network")


def test_two_recordings_at_once_take_turns(whisper):
    parts = {name: cut(name, 0, 1) for name in EXACT[:2]}
    results: dict[str, list] = {}

    def hear(name: str) -> None:
        results[name] = heard(whisper, parts[name][0])

    threads = [threading.Thread(target=hear, args=(name,)) for name in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(error_rate(results[name], truth) == 0 for name, (_audio, truth) in parts.items())
