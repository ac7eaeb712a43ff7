"""The whole site with its demo world on this machine: `make demo`. Or only the workers: `make worker`.

Set up, migrate, load the demo world, start a web server and two workers, say where to go and who to be; Ctrl-C stops
all of it. Only the first run needs a network.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from lms.tools.setup import ROOT, VENV_PYTHON, SetupError, digest, is_stamped, say, set_up
from lms.tools.supervise import Child, ChildDied, Stopped, Supervisor, stop_on_signals

VAR = Path(os.environ.get("TIANJIAN_VAR", ROOT / "var"))
LOGS = VAR / "log"
SMALL_MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
SECONDS_TO_ANSWER = 60
DATABASE, LOADED = VAR / "db.sqlite3", VAR / "demo-loaded"
CODE, ENDINGS = ("lms", "courses", "media", "search"), {".py", ".yaml", ".json", ".txt", ".csv"}


def demo_environment() -> dict[str, str]:
    """Settings of the demo; what the caller has set wins."""
    environment = {"DJANGO_SETTINGS_MODULE": "lms.settings.dev", "DEMO": "1", "DEBUG": "0", "PYTHONUNBUFFERED": "1"}
    if "WHISPER_MODEL" not in os.environ and SMALL_MODEL.exists():
        environment["WHISPER_MODEL"] = str(SMALL_MODEL)
    return {**environment, **os.environ}


def worker_environment() -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "lms.settings.dev", "PYTHONUNBUFFERED": "1", **os.environ}


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SetupError(
                f"Port {port} is in use by another program; choose another: make demo PORT={port + 1}"
            ) from None


def manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([VENV_PYTHON, "manage.py", *arguments], cwd=ROOT, env=environment)
    if done.returncode:
        raise SetupError(f"manage.py {arguments[0]} did not succeed; what it said stands above.")


def state_of_code() -> str:
    """A name for all that migrating and loading depend on."""
    files = (path for folder in CODE for path in sorted((ROOT / folder).rglob("*")) if path.suffix in ENDINGS)
    return digest([ROOT / "requirements.lock", *files])


def load(environment: dict[str, str]) -> None:
    """Migrate and load the demo world, unless this very code has done so with the database that lies here."""
    state = state_of_code()
    if "DATABASE_URL" not in environment and DATABASE.exists() and is_stamped(LOADED, state):
        say("The demo world is already there.")
        return
    LOADED.unlink(missing_ok=True)
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "load_demo")
    LOADED.write_text(state)


def worker(name: str, *command: str) -> Child:
    slug = name.replace(" ", "-")
    return Child(name, [str(VENV_PYTHON), "manage.py", *command], LOGS / f"{slug}.log")


def workers() -> list[Child]:
    return [
        worker("default worker", "db_worker", "--queue-name", "default", "--no-startup-delay", "--no-reload"),
        worker("search worker", "db_worker", "--queue-name", "search", "--no-startup-delay", "--no-reload"),
        worker("media worker", "run_media_worker"),
        worker("figures", "fold_figures", "--every", "2"),
    ]


def web(port: int) -> Child:
    """As in production, all settings from deploy/; only that Ctrl-C does not wait for half a minute."""
    gunicorn = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi:application"]
    here = ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "3"]
    return Child("web server", [str(VENV_PYTHON), *gunicorn, *here], LOGS / "web.log", vital=True)


def wait_until_it_answers(supervisor: Supervisor, address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        supervisor.look()
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SetupError(f"The web server did not answer within {SECONDS_TO_ANSWER} s; see {LOGS / 'web.log'}.")


class Tail:
    """Shows on the terminal what is added to a file."""

    def __init__(self, path: Path, mark: str) -> None:
        self.path = path
        self.mark = mark
        self.shown_bytes = path.stat().st_size if path.exists() else 0

    def show_new(self) -> None:
        if not self.path.exists() or self.path.stat().st_size <= self.shown_bytes:
            return
        with self.path.open("rb") as file:
            file.seek(self.shown_bytes)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self.shown_bytes += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            say(f"  {self.mark} {line}" if self.mark else f"  {line}")


def run_demo(port: int) -> None:
    started = time.monotonic()
    check_port(port)
    set_up()
    environment = demo_environment()
    load(environment)
    check_port(port)
    address = f"http://127.0.0.1:{port}"
    grow = worker("growth of the demo world", "grow_demo")
    grow.once = True
    tails = [Tail(Path(environment.get("SMS_FILE", VAR / "sms.log")), "SMS"), Tail(grow.log, "")]
    with Supervisor([web(port)], environment=environment, folder=ROOT, say=say) as supervisor:
        supervisor.start()
        wait_until_it_answers(supervisor, address)
        # The page first: six programs that begin at once keep each other waiting.
        supervisor.children += [*workers(), grow]
        supervisor.look()
        say(f"\nTianjian runs at {address}/ (started in {time.monotonic() - started:.0f} s)\n")
        manage(environment, "demo_accounts")
        if environment.get("WHISPER_MODEL") == str(SMALL_MODEL):
            say("Captions are recognised by the small demo model in tests/data/whisper-nano/, which knows only the")
            say("voice of the demo; for real recordings set WHISPER_MODEL, for example to small.")
        say("Recordings are prepared in the background, then people learn from them; codes sent by SMS appear here.")
        say(f"Logs: {LOGS}")
        say("Ctrl-C stops everything.\n")
        while True:
            supervisor.look()
            for tail in tails:
                tail.show_new()
            time.sleep(0.5)


def run_workers() -> None:
    set_up()
    with Supervisor(workers(), environment=worker_environment(), folder=ROOT, say=say) as supervisor:
        supervisor.start()
        say(f"The workers run. Logs: {LOGS}. Ctrl-C stops them.")
        while True:
            supervisor.look()
            time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lms.tools.demo", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--workers", action="store_true", help="start only the two workers, for the database in use")
    options = parser.parse_args()
    stop_on_signals()
    try:
        if options.workers:
            run_workers()
        else:
            run_demo(int(os.environ.get("PORT", "8000")))
    except (SetupError, ChildDied) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        say("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
