"""Our recognition against the `whisper` command line: the same files, model, language and ways of decoding.

Each runs in a process of its own from start to text, model and imports included, with the same number of threads, in
turns; the fastest run of each counts. The text must be equal.

    python -m tests.bench.recognition
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
LESSONS = ["cadre-village-group-notice", "phone-video-call", "ecommerce-product-photo"]
ROUNDS = 3
THREADS = 2


def recognise(paths: list[Path]) -> None:
    """Print what our recogniser hears in the files; runs in a process of its own."""
    from media.backends.transcribe.base import read_wav
    from media.backends.transcribe.whisper import WhisperTranscriber

    ours = WhisperTranscriber(str(MODEL), root=paths[0].parent, threads=THREADS)
    for path in paths:
        with path.open("rb") as file:
            cues = ours.transcribe(read_wav(file), language="zh", on_progress=lambda part: None)
        print("".join(cue.text for cue in cues))


def command_line(paths: list[Path]) -> tuple[float, float, str]:
    """Seconds, CPU seconds and text of the `whisper` command, told to decode as we do."""
    folder = paths[0].parent
    options = {
        "model": str(MODEL),
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
    seconds, cpu_seconds, _said = timed([*command, *arguments, *map(str, paths)])
    texts = [path.with_suffix(".txt").read_text(encoding="utf-8").replace("\n", "") for path in paths]
    return seconds, cpu_seconds, "\n".join(texts)


def timed(command: list[str]) -> tuple[float, float, str]:
    """Seconds, CPU seconds and output of a command; its path begins with the folder of the last argument."""
    environment = {**os.environ, "PATH": f"{Path(command[-1]).parent}:{os.environ.get('PATH', '')}"}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=300)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.strip()


def sounds(folder: Path, ffmpeg: str) -> list[Path]:
    """The lessons as transcoding hands them to recognition."""
    paths = [folder / f"{name}.wav" for name in LESSONS]
    for path in paths:
        lesson = ROOT / "tests" / "data" / "audio" / f"{path.stem}.m4a"
        subprocess.run(
            [ffmpeg, "-v", "error", "-i", str(lesson), "-ac", "1", "-ar", "16000", str(path)], check=True, timeout=120
        )
    return paths


def main(rounds: int = ROUNDS) -> None:
    """Print the figures; fails when the texts differ."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    with tempfile.TemporaryDirectory(prefix="tianjian-bench-") as name:
        folder = Path(name)
        (folder / "ffmpeg").symlink_to(ffmpeg)  # the command line looks for this name on the path
        paths = sounds(folder, ffmpeg)
        ours, theirs = [], []
        for _round in range(rounds):
            ours.append(timed([sys.executable, "-m", "tests.bench.recognition", *map(str, paths)]))
            theirs.append(command_line(paths))
            if ours[-1][2] != theirs[-1][2]:
                raise SystemExit(f"The texts differ.\nours:\n{ours[-1][2]}\ntheirs:\n{theirs[-1][2]}")
    for at, measured in enumerate(("seconds", "cpu_seconds")):
        value = round(min(run[at] for run in ours) / min(run[at] for run in theirs), 3)
        print(json.dumps({"bench": f"recognition_to_whisper_command_{measured}", "value": value, "unit": "ratio"}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        recognise([Path(argument) for argument in sys.argv[1:]])
    else:
        main()
