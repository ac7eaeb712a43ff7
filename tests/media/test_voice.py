"""Finding speech: the real detector on people, on a synthetic voice, on noise and on music."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from media.backends.transcribe import TranscribeFailed, voice
from media.backends.transcribe.base import SAMPLE_RATE
from media.backends.transcribe.voice import EDGE_MS, Speech, find_speech, probabilities
from tests.media.hearing import DATA, sentences, silence, sound, sound_of

pytestmark = pytest.mark.speech
HUMANS = sorted(path for path in (DATA / "speech").iterdir() if path.name.startswith("zh-"))


def spoken_ms(speech: Speech) -> int:
    return sum(end - start for start, end in speech.spans)


def noise(seconds: float, amplitude: float, *, colour: int = 0) -> np.ndarray:
    """White noise, or with `colour` one whose power falls so steeply with frequency (1 pink, 2 brown)."""
    count = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(0, 1, count))
    spectrum /= np.maximum(np.arange(spectrum.size), 1) ** (colour / 2)
    sound = np.fft.irfft(spectrum, count)
    return (amplitude * sound / np.abs(sound).max()).astype(np.float32)


def melody(seconds: float, amplitude: float) -> np.ndarray:
    """Plucked notes with overtones, two a second, over a held chord."""
    when = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    notes = np.array([262, 294, 330, 392, 440, 392, 330, 294])[(when * 2).astype(int) % 8]
    pluck = sum(np.sin(2 * np.pi * n * notes * when) / n for n in range(1, 7)) * np.exp(-6 * (when * 2 % 1))
    chord = sum(np.sin(2 * np.pi * tone * when) for tone in (131, 165, 196))
    return (amplitude * (pluck + 0.3 * chord) / 3).astype(np.float32)


@pytest.mark.parametrize("path", HUMANS, ids=lambda path: path.stem[:10])
@pytest.mark.parametrize("gain_db", [0, -40])
def test_people_are_heard_also_when_they_speak_softly(path: Path, gain_db: int):
    speech = sound_of(path) * np.float32(10 ** (gain_db / 20))

    found = find_speech(np.concatenate([silence(3), speech, silence(3)]))

    assert found.spans[0][0] < 3500 and found.spans[-1][1] > 3000 + 0.8 * speech.size * 1000 / SAMPLE_RATE
    assert spoken_ms(found) < speech.size * 1000 / SAMPLE_RATE + 2 * EDGE_MS + 100


@pytest.mark.parametrize("name", ["phone-video-call", "cadre-village-group-notice"])
def test_every_sentence_of_the_demo_voice_is_found_whole(name):
    found = find_speech(sound(name))

    for said in sentences(name):
        start, end = round(said.start * 1000), round(said.end * 1000)
        assert found.within(start, end) == end - start


def test_speech_in_a_noisy_room_and_over_soft_music_is_found():
    audio = sound("phone-video-call")[: 20 * SAMPLE_RATE]
    said = [one for one in sentences("phone-video-call") if one.end < 20]

    for beside in (noise(20, 0.1, colour=1), melody(20, 0.1)):
        found = find_speech(audio * 0.5 + beside[: audio.size])
        missed = sum((one.end - one.start) * 1000 - found.within(*in_ms(one)) for one in said)
        assert missed < 200


def in_ms(said):
    return round(said.start * 1000), round(said.end * 1000)


@pytest.mark.parametrize(
    "audio",
    [
        silence(20),
        noise(20, 0.0001),
        noise(20, 0.9),
        noise(20, 0.5, colour=1),
        noise(20, 0.5, colour=2),
        melody(20, 0.5),
        (0.3 * np.sin(np.arange(20 * SAMPLE_RATE) * 0.1)).astype(np.float32),
    ],
    ids=["silence", "hiss", "white", "pink", "brown", "melody", "tone"],
)
def test_noise_and_music_are_not_speech(audio):
    assert find_speech(audio).spans == ()


def test_stretches_are_apart_and_inside_the_recording():
    audio = np.concatenate([sound("phone-video-call")[: 9 * SAMPLE_RATE], silence(5)] * 2)

    found = find_speech(audio)

    assert found.length_ms == audio.size * 1000 // SAMPLE_RATE
    assert len(found.spans) == 2
    assert all(one[1] < two[0] for one, two in pairwise(found.spans))
    assert found.spans[0][0] >= 0 and found.spans[-1][1] <= found.length_ms


def test_empty_and_very_short_sound_have_no_speech():
    assert find_speech(silence(0)) == Speech((), 0)
    assert find_speech(silence(0.01)).spans == ()


def test_the_network_is_computed_as_its_makers_compute_it():
    """Against the TorchScript file of the package, which holds a newer set of weights: the same weights in both."""
    import torch

    package = Path(find_spec("silero_vad").submodule_search_locations[0])
    theirs = torch.jit.load(str(package / "data" / "silero_vad.jit"))
    names = {f"conv{n + 1}": f"encoder.{n}.reparam_conv" for n in range(4)}
    names |= {"lstm_cell": "decoder.rnn", "final_conv": "decoder.decoder.2"}
    weights = {"stft_conv.weight": theirs.state_dict()["_model.stft.forward_basis_buffer"].numpy()}
    for name, tensor in theirs.state_dict().items():
        for ours, original in names.items():
            if name.startswith(f"_model.{original}."):
                weights[name.replace(f"_model.{original}", ours)] = tensor.numpy()
    audio = sound_of(HUMANS[0])[: 64 * voice.STEP]

    with torch.jit.optimized_execution(False):
        expected = [theirs(torch.from_numpy(step), SAMPLE_RATE).item() for step in audio.reshape(-1, voice.STEP)]
    found = probabilities(audio, network=voice.Network(weights))

    assert np.abs(found - np.array(expected)).max() < 1e-4


def test_long_sound_is_computed_in_parts_with_the_same_answer(monkeypatch):
    audio, beats = sound("phone-video-call")[: 12 * SAMPLE_RATE], []
    whole = probabilities(audio)
    monkeypatch.setattr(voice, "_BATCH", 100)

    in_parts = probabilities(audio, on_beat=lambda: beats.append(1))

    assert np.allclose(whole, in_parts, atol=1e-5)
    assert len(beats) == 4


def test_missing_detector_is_said_and_can_be_tried_again(monkeypatch):
    voice._network.cache_clear()
    monkeypatch.setattr(voice, "find_spec", lambda name: None)

    with pytest.raises(TranscribeFailed) as failure:
        find_speech(silence(1))

    assert (failure.value.permanent, "not installed" in failure.value.detail) == (False, True)
    monkeypatch.undo()
    voice._network.cache_clear()
