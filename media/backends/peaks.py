"""How loud a recording is, moment by moment: what the caption desk draws beside the lines."""

import wave
from pathlib import Path

# Loudest sample of each hundredth of a second, 0 to 255, one byte each: an hour is 360 kB.
PEAKS_PER_SECOND = 100
PEAKS = "peaks.bin"
_CHUNK_SECONDS = 60


def write_peaks(sound: Path, target: Path) -> None:
    """Write the peaks of a 16-bit mono WAV, a minute at a time, so that its length needs no memory."""
    import numpy as np  # takes long to load

    with wave.open(str(sound), "rb") as file, target.open("wb") as peaks:
        step = file.getframerate() // PEAKS_PER_SECOND
        while data := file.readframes(step * PEAKS_PER_SECOND * _CHUNK_SECONDS):
            samples = np.abs(np.frombuffer(data, dtype="<i2").astype(np.int32))
            samples = np.pad(samples, (0, -len(samples) % step))
            loudest = samples.reshape(-1, step).max(axis=1)
            peaks.write((np.minimum(loudest, 32767) >> 7).astype(np.uint8).tobytes())
