"""Our recognition against the `whisper` command line, and our two engines against each other: ratios of one run.

- A plain lesson: the same file, model, language and ways of decoding; the text must be equal.
- A lesson of which 40 % are silence: at most 0.7 of the command line's time, with equal text.
- CTranslate2 (8 bits) against openai-whisper as it is published, the same lesson and model, both giving the times of
  words: at least 2.3 times as fast. Next to it, how much faster our own way through openai-whisper is than its own; and
  both against it where it is spared the words, which ours never are.

The model is the small checkpoint at the size of an official one (tests/bench/_widening.py), and for the first two also
as it is: so small a model costs hardly more than what is around it. Each runs in a process of its own from start to
text, packages and model included, with the same number of threads, in turns; the fastest run of each counts. The
framework of the worker is not started: it has been running for days when a recording comes.

    python -m tests.bench.recognition                # all
    python -m tests.bench.recognition engines        # one of plain, silent, engines
    python -m tests.bench.recognition plain small    # at the size of the official "small"
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from tests.bench._widening import widened

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
LESSONS = ["cadre-village-group-notice", "phone-video-call", "ecommerce-product-photo"]
ROUNDS = 2
# On a busy machine one thread tells more: OMP_NUM_THREADS=1, and the figures of the processor's time.
THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))
RATE = 16_000
# How many copies of the small checkpoint side by side, how many of them in one head, and how many layers are as large
# as an official model.
SIZES = {"tiny": (4, 2, 4), "base": (6, 3, 6), "small": (8, 2, 12)}


def recognise(engine: str, model: Path, path: Path, *, is_loaded_before: bool) -> None:
    """Print what our recogniser hears in the file, or what it takes; runs in a process of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    from media.backends.transcribe.base import read_wav
    from media.backends.transcribe.faster import FasterWhisperEngine
    from media.backends.transcribe.recognising import Recogniser
    from media.backends.transcribe.whisper import WhisperEngine

    engines = {"whisper": WhisperEngine, "faster-whisper": FasterWhisperEngine}
    ours = Recogniser(engines[engine](str(model), root=path.parent, threads=THREADS))
    with path.open("rb") as file:
        audio = read_wav(file)
    if is_loaded_before:
        ours.engine.load(lambda: None)
    began = time.monotonic(), time.process_time()
    cues = ours.transcribe(audio, language="zh", on_progress=lambda part: None)
    print(taken_since(*began) if is_loaded_before else "".join(cue.text for cue in cues))


def hear_as_published(model: Path, path: Path, *, is_told_words: bool) -> None:
    """Print what openai-whisper's own `transcribe` takes once it is loaded; runs in a process of its own."""
    import torch
    import whisper
    from whisper.timing import dtw

    from media.backends.transcribe.base import read_wav

    torch.set_num_threads(THREADS)
    loaded = whisper.load_model(str(model), device="cpu")
    with path.open("rb") as file:
        audio = read_wav(file)
    options = {"language": "zh", "fp16": False, "condition_on_previous_text": False, "word_timestamps": is_told_words}
    # What finds the times of words is compiled at its first use, once in the life of a worker.
    dtw(torch.zeros(2, 2))
    began = time.monotonic(), time.process_time()
    loaded.transcribe(audio, **options)
    print(taken_since(*began))


def taken_since(began: float, before: float) -> str:
    """Seconds and CPU seconds."""
    return f"{time.monotonic() - began} {time.process_time() - before}"


def run(what: str, engine: str, model: Path, path: Path) -> tuple[float, float, str]:
    """Seconds, CPU seconds and output of ours."""
    return timed([sys.executable, "-m", "tests.bench.recognition", what, engine, str(model), str(path)])


def command_line(model: Path, path: Path) -> tuple[float, float, str]:
    """Seconds, CPU seconds and text of the `whisper` command, told to decode as we do."""
    folder = path.parent
    options = {
        "model": str(model),
        "language": "zh",
        "output_dir": str(folder),
        "output_format": "txt",
        "threads": str(THREADS),
        "verbose": "False",
        "fp16": "False",
        "condition_on_previous_text": "False",
        "beam_size": "None",
        "best_of": "None",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-c", "from whisper.transcribe import cli; cli()"]  # what its script does
    seconds, cpu_seconds, _said = timed([*command, *arguments, str(path)])
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    return seconds, cpu_seconds, text.replace("\n", "")


def timed(command: list[str]) -> tuple[float, float, str]:
    """Seconds, CPU seconds and output of a command; its path begins with the folder of the last argument."""
    environment = {**os.environ, "PATH": f"{Path(command[-1]).parent}:{os.environ.get('PATH', '')}"}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=900)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.strip()


def lesson_of(folder: Path, ffmpeg: str) -> Path:
    """The lessons one after the other as one recording, as transcoding hands it to recognition."""
    path = folder / "lesson.wav"
    inputs = [part for name in LESSONS for part in ("-i", str(ROOT / "tests" / "data" / "audio" / f"{name}.m4a"))]
    joined = ["-filter_complex", f"concat=n={len(LESSONS)}:v=0:a=1", "-ac", "1", "-ar", str(RATE)]
    subprocess.run([ffmpeg, "-v", "error", *inputs, *joined, str(path)], check=True, timeout=120)
    return path


def with_silence(path: Path, *, share: float) -> Path:
    """The lesson and after it as much silence as makes it so much of the whole.

    After, because there the command line still hears every word: with silences between sentences it invents some, and
    the texts cannot be compared (tests/media/test_recognition.py has such lessons for ours).
    """
    with wave.open(str(path)) as file:
        audio = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    made = path.with_name(f"{path.stem}-silent.wav")
    with wave.open(str(made), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.pad(audio, (0, round(audio.size * share / (1 - share)))).tobytes())
    return made


def compare(name: str, model: Path, path: Path, rounds: int) -> None:
    """Ours against the command line, in turns; fails when the texts differ."""
    ours, theirs = [], []
    for _round in range(rounds):
        ours.append(run("recognise", "whisper", model, path))
        theirs.append(command_line(model, path))
        if ours[-1][2] != theirs[-1][2]:
            raise SystemExit(f"The texts differ.\nours:\n{ours[-1][2]}\ntheirs:\n{theirs[-1][2]}")
    for at, measured in enumerate(("seconds", "cpu_seconds")):
        tell(f"{name}_{measured}", min(run[at] for run in ours) / min(run[at] for run in theirs))


def engines(size: str, model: Path, path: Path, rounds: int) -> None:
    """Our two engines and openai-whisper by itself in turns, each with its model loaded before.

    That is how a worker has it from the second recording on.
    """
    names = ("whisper", "faster-whisper", "published", "published-textonly")
    taken: dict[str, list[list[float]]] = {name: [] for name in names}
    for _round in range(rounds):
        for engine, runs in taken.items():
            runs.append([float(part) for part in run("hear", engine, model, path)[2].split()])
    for at, measured in enumerate(("", "_cpu")):
        least = {engine: min(one[at] for one in runs) for engine, runs in taken.items()}
        for theirs, spared in (("published", ""), ("published-textonly", "_to_text_only")):
            for ours in ("faster-whisper", "whisper"):
                name = f"recognition_{ours.partition('-')[0]}_engine_{size}{measured}_speedup{spared}"
                tell(name, least[theirs] / least[ours])


def tell(name: str, value: float) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": "ratio"}), flush=True)


def main(only: str = "", size: str = "base", rounds: int = ROUNDS) -> None:
    """Print the figures; fails when texts differ."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    with tempfile.TemporaryDirectory(prefix="tianjian-bench-") as name:
        folder = Path(name)
        (folder / "ffmpeg").symlink_to(ffmpeg)  # the command line looks for this name on the path
        copies, merged, layers = SIZES[size]
        models = {
            "nano": MODEL,
            size: widened(MODEL, folder / f"{size}.pt", copies=copies, merged=merged, layers=layers),
        }
        lesson = lesson_of(folder, ffmpeg)
        silent = with_silence(lesson, share=0.4)
        for model, file in models.items():
            if only in ("", "plain"):
                compare(f"recognition_to_whisper_command_{model}", file, lesson, rounds)
            if only in ("", "silent"):
                compare(f"recognition_of_40_percent_silence_to_whisper_command_{model}", file, silent, rounds)
        if only in ("", "engines"):
            engines(size, models[size], lesson, rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["hear"] and sys.argv[2].startswith("published"):
        hear_as_published(Path(sys.argv[3]), Path(sys.argv[4]), is_told_words=sys.argv[2] == "published")
    elif sys.argv[1:2] in (["recognise"], ["hear"]):
        is_loaded_before = sys.argv[1] == "hear"
        recognise(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), is_loaded_before=is_loaded_before)
    else:
        main(*sys.argv[1:3])
