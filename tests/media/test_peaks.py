"""How loud a recording is, for the picture of its sound."""

import wave
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone

from media.backends.peaks import PEAKS_PER_SECOND, write_peaks
from media.domain.playing import sign
from media.domain.transcoding import transcode
from tests.factories.media import make_film, received_video


def write_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def test_each_hundredth_of_a_second_has_its_loudest_sample(tmp_path):
    samples = np.zeros(16_000 * 61 + 80)
    samples[160 * 3 + 5] = -32768
    samples[160 * 6000 + 1] = 16_384
    samples[-1] = 8192

    write_peaks(write_wav(tmp_path / "sound.wav", samples), tmp_path / "peaks.bin")

    peaks = (tmp_path / "peaks.bin").read_bytes()
    assert len(peaks) == 61 * PEAKS_PER_SECOND + 1
    assert {at: peak for at, peak in enumerate(peaks) if peak} == {3: 255, 6000: 128, 6100: 64}


def test_a_sound_without_samples_has_no_peaks(tmp_path):
    write_peaks(write_wav(tmp_path / "sound.wav", np.zeros(0)), tmp_path / "peaks.bin")

    assert (tmp_path / "peaks.bin").read_bytes() == b""


@pytest.mark.django_db
def test_transcoding_leaves_peaks_that_are_served_by_parts(tmp_path, client):
    video = received_video(make_film(tmp_path / "film.mp4", size="160x120", seconds=2))
    assert transcode(video.pk)
    video.refresh_from_db()

    answer = client.get(sign(video, at=timezone.now()).peaks, headers={"range": "bytes=50-99"})

    assert answer.status_code == 206
    peaks = b"".join(answer.streaming_content)
    assert (len(peaks), min(peaks) > 8) == (50, True)
