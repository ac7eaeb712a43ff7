"""Speak the scripts of `scripts/` that have no audio yet, with espeak-ng, and note when each sentence is heard.

A developer's tool: run `python lms/demo/data/make_audio.py` where espeak-ng is installed, after changing a script
and deleting its audio. The voice is synthetic, and every recording made from it says so.
"""

import json
import subprocess
import tempfile
import wave
from pathlib import Path

import imageio_ffmpeg

HERE = Path(__file__).resolve().parent
GAP_SECONDS = 0.55
VOICE = {"live": "cmn-latn-pinyin+f2", "gov": "cmn-latn-pinyin+m3"}


def speak(sentence: str, voice: str, wav: Path) -> float:
    """Speak one sentence into `wav` and return its length in seconds."""
    subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(wav), sentence], check=True)
    with wave.open(str(wav)) as file:
        return file.getnframes() / file.getframerate()


def make(script: Path) -> None:
    """Write NAME.m4a and NAME.json for one script."""
    voice = VOICE[script.stem.split("-")[0]]
    sentences: list[dict[str, object]] = []
    at = GAP_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        parts: list[str] = []
        for number, sentence in enumerate(script.read_text().split()):
            wav = Path(folder) / f"{number}.wav"
            length = speak(sentence, voice, wav)
            sentences.append({"start": round(at, 3), "end": round(at + length, 3), "text": sentence})
            parts += ["-i", str(wav)]
            at += length + GAP_SECONDS
        count = len(sentences)
        padded = "".join(f"[{n}:a]adelay={int(GAP_SECONDS * 1000)}:all=1[p{n}];" for n in range(count))
        graph = padded + "".join(f"[p{n}]" for n in range(count)) + f"concat=n={count}:v=0:a=1,apad=pad_dur=0.6[out]"
        audio = HERE / "audio" / f"{script.stem}.m4a"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *parts, "-filter_complex", graph]
        command += ["-map", "[out]", "-ac", "1", "-c:a", "aac", "-b:a", "32k", "-map_metadata", "-1", "-bitexact"]
        subprocess.run([*command, str(audio)], check=True)
    facts = {
        "recognised_in_demo": False,
        "language": "zh",
        "duration": round(at - GAP_SECONDS + 0.6, 3),
        "voice": f"espeak-ng {voice}, speed 150",
        "sentences": sentences,
    }
    (HERE / "audio" / f"{script.stem}.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    for path in sorted((HERE / "scripts").glob("*.txt")):
        if not (HERE / "audio" / f"{path.stem}.m4a").exists():
            make(path)
