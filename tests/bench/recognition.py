"""Our recognition against the `whisper` command line, and our two engines against each other: ratios of one run.

- Plain lessons: the same files, model, language and ways of decoding; the text must be equal.
- Lessons of which 40 % are silence: at most 0.7 of the command line's time, with equal text.
- CTranslate2 (8 bits) against openai-whisper on the sizes of an official model with weights drawn at random, the same
  number of tokens in each window: at least 2.3 times as fast. Random weights say nothing of words.

Each runs in a process of its own from start to text, model and imports included, with the same number of threads, in
turns; the fastest run of each counts.

    python -m tests.bench.recognition                # all
    python -m tests.bench.recognition engines small  # the last, on another size than base
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

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
LESSONS = ["cadre-village-group-notice", "phone-video-call", "ecommerce-product-photo"]
ROUNDS = 3
THREADS = 2
RATE = 16_000
# (mels, audio positions, width, heads, layers, tokens, text positions, width, heads, layers)
DIMS = {
    "tiny": (80, 1500, 384, 6, 4, 51865, 448, 384, 6, 4),
    "base": (80, 1500, 512, 8, 6, 51865, 448, 512, 8, 6),
    "small": (80, 1500, 768, 12, 12, 51865, 448, 768, 12, 12),
}
TOKENS = 120
WINDOWS = 4


def recognise(paths: list[Path]) -> None:
    """Print what our recogniser hears in the files; runs in a process of its own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from media.backends.transcribe.base import read_wav
    from media.backends.transcribe.recognising import Recogniser
    from media.backends.transcribe.whisper import WhisperEngine

    ours = Recogniser(WhisperEngine(str(MODEL), root=paths[0].parent, threads=THREADS))
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
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=900)
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


def with_silence(path: Path, copy: int, *, share: float) -> Path:
    """The lesson and after it as much silence as makes it so much of the whole.

    After, because there the command line still hears every word: with silences between sentences it invents some, and
    the texts cannot be compared (tests/media/test_recognition.py has such lessons for ours).
    """
    with wave.open(str(path)) as file:
        audio = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    made = path.with_name(f"{path.stem}-{copy}.wav")
    with wave.open(str(made), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.pad(audio, (0, round(audio.size * share / (1 - share)))).tobytes())
    return made


def compare(name: str, paths: list[Path], rounds: int) -> None:
    """Ours against the command line, in turns; fails when the texts differ."""
    ours, theirs = [], []
    for _round in range(rounds):
        ours.append(timed([sys.executable, "-m", "tests.bench.recognition", "recognise", *map(str, paths)]))
        theirs.append(command_line(paths))
        if ours[-1][2] != theirs[-1][2]:
            raise SystemExit(f"The texts differ.\nours:\n{ours[-1][2]}\ntheirs:\n{theirs[-1][2]}")
    for at, measured in enumerate(("seconds", "cpu_seconds")):
        tell(f"{name}_{measured}", min(run[at] for run in ours) / min(run[at] for run in theirs))


def engines(size: str, folder: Path, rounds: int) -> None:
    """The same random weights in both engines, the same windows, the same number of tokens in each window."""
    import django
    import torch
    import whisper

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from media.backends.transcribe.converting import converted

    torch.manual_seed(1)
    names = ("n_mels", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer", "n_vocab")
    names += ("n_text_ctx", "n_text_state", "n_text_head", "n_text_layer")
    dims = whisper.ModelDimensions(**dict(zip(names, DIMS[size], strict=True)))
    checkpoint = folder / f"{size}.pt"
    state = whisper.model.Whisper(dims).state_dict()
    torch.save({"dims": vars(dims), "model_state_dict": state}, checkpoint)
    model = converted(checkpoint, folder)
    runs = {"whisper": checkpoint, "faster-whisper": model}
    best = {
        engine: min(
            float(timed([sys.executable, "-m", "tests.bench.recognition", "hear", engine, str(path)])[2])
            for _round in range(rounds)
        )
        for engine, path in runs.items()
    }
    tell(f"recognition_faster_engine_{size}_speedup", best["whisper"] / best["faster-whisper"])


def hear(engine: str, model: Path) -> None:
    """Print the seconds that an engine takes for some windows; runs in a process of its own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    sound = np.random.default_rng(1).normal(0, 0.1, 30 * RATE).astype(np.float32)
    take = {"whisper": openai_window, "faster-whisper": faster_window}[engine](model)
    take(sound)
    began = time.monotonic()
    for _window in range(WINDOWS):
        take(sound)
    print(time.monotonic() - began)


def openai_window(model: Path):
    """A window as WhisperEngine hears it: encoder, greedy tokens, word times."""
    from media.backends.transcribe.whisper import WhisperEngine

    engine = WhisperEngine(str(model), root=model.parent, threads=THREADS)
    engine.load(lambda: None)
    tokens = list(range(1000, 1000 + TOKENS))

    def take(sound: np.ndarray) -> None:
        import torch
        import whisper

        mel = whisper.pad_or_trim(whisper.log_mel_spectrogram(sound), whisper.audio.N_FRAMES)
        tokenizer = whisper.tokenizer.get_tokenizer(True, language="zh", task="transcribe")
        with torch.no_grad():
            features = engine._model.encoder(mel[None])
            options = whisper.DecodingOptions(
                language="zh", temperature=0.0, sample_len=TOKENS, fp16=False, suppress_tokens=f"{tokenizer.eot},-1"
            )
            result = whisper.decode(engine._model, features, options)[0]
            assert len(result.tokens) >= TOKENS - 2, len(result.tokens)
            timestamps = tokenizer.timestamp_begin
            engine._words(features, tokenizer, [timestamps, *tokens, timestamps + 1499], [(0, 29_980, tokens)])

    return take


def faster_window(model: Path):
    """A window as FasterWhisperEngine hears it: encoder, greedy tokens, word times."""
    from media.backends.transcribe.faster import FasterWhisperEngine

    engine = FasterWhisperEngine(str(model), root=model.parent, threads=THREADS)
    engine.load(lambda: None)
    tokens = list(range(1000, 1000 + TOKENS))

    def take(sound: np.ndarray) -> None:
        from faster_whisper.audio import pad_or_trim
        from faster_whisper.tokenizer import Tokenizer

        whole = engine._model
        tokenizer = Tokenizer(whole.hf_tokenizer, True, task="transcribe", language="zh")
        features = whole.encode(pad_or_trim(whole.feature_extractor(sound)[..., :-1]))
        prompt = whole.get_prompt(tokenizer, [])
        result = whole.model.generate(
            features,
            [prompt],
            beam_size=1,
            max_length=2 * TOKENS,  # it generates half as many
            suppress_tokens=[-1, tokenizer.eot],
            max_initial_timestamp_index=50,
        )[0]
        assert len(result.sequences_ids[0]) >= TOKENS - 2, len(result.sequences_ids[0])
        whole.model.align(features, tokenizer.sot_sequence, [tokens], 3000, median_filter_width=7)

    return take


def tell(name: str, value: float) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": "ratio"}), flush=True)


def main(rounds: int = ROUNDS, only: str = "", size: str = "base") -> None:
    """Print the figures; fails when texts differ."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    with tempfile.TemporaryDirectory(prefix="tianjian-bench-") as name:
        folder = Path(name)
        (folder / "ffmpeg").symlink_to(ffmpeg)  # the command line looks for this name on the path
        paths = sounds(folder, ffmpeg)
        if only in ("", "plain"):
            compare("recognition_to_whisper_command", paths, rounds)
        if only in ("", "silent"):
            silent = [with_silence(path, copy, share=0.4) for copy in range(3) for path in paths]
            compare("recognition_of_40_percent_silence_to_whisper_command", silent, rounds)
        if only in ("", "engines"):
            engines(size, folder, rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["recognise"]:
        recognise([Path(argument) for argument in sys.argv[2:]])
    elif sys.argv[1:2] == ["hear"]:
        hear(sys.argv[2], Path(sys.argv[3]))
    else:
        main(ROUNDS, *sys.argv[1:3])
