"""A whole Tianjian on this machine for a story: its own database and files, a web server and two real workers."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.machine import free_port
from tests.migrated import drop_database
from tests.stories.fresh import FreshPlaces

ROOT = Path(__file__).resolve().parent.parent.parent
# What the site decides for itself.
NOT_PASSED_ON = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CI", "DJANGO_ALLOW_ASYNC_UNSAFE"}
MODEL = ROOT / "tests" / "data" / "whisper-nano" / "whisper-nano.pt"
# A process that answers questions about the site for as long as it stands.
ANSWERING = """
import json, sys
for line in sys.stdin:
    print("ANSWER" + json.dumps(eval(json.loads(line)), default=str), flush=True)
"""


@dataclass
class Site:
    """The site of a story. On PostgreSQL where the suite runs on it, else on a SQLite file."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _factors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = ""
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "DEMO": "1",
            "DEBUG": "0",
            "PYTHONUNBUFFERED": "1",
            "TIANJIAN_VAR": str(self.folder / "var"),
            "WHISPER_MODEL": str(MODEL),
            # The smallest that plays; that the whole ladder is made and plays is seen in tests/media and tests/browser.
            "MEDIA_HIGHEST_VARIANT": "240",
        }
        if os.environ.get("DATABASE_URL", "").startswith("postgres"):
            self.database = f"tianjian_story_{secrets.token_hex(4)}"

    def manage(self, *arguments: str, timeout: float = 300, **environment: str) -> str:
        """Run a command to its end and return what it said; a failure shows it."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def migrate(self, fresh: FreshPlaces) -> None:
        """An empty database with every table, and keys of its own."""
        command = ("migrate", "--noinput", "--verbosity", "0")
        if self.database:
            self.environment["DATABASE_URL"] = fresh.make_database(self.database)
            self.manage(*command)
        else:
            fresh.copy_to(self.folder / "var", lambda var: self.manage(*command, TIANJIAN_VAR=str(var)))

    def ask(self, code: str) -> object:
        """What an expression is worth inside the site's own process environment, as JSON."""
        if "asked" not in self.processes:
            self.start("asked", "manage.py", "shell", "-v", "0", "-c", ANSWERING, stdin=subprocess.PIPE)
        asked = self.processes["asked"]
        assert asked.stdin
        before = len(self._answers())
        asked.stdin.write(f"{json.dumps(code)}\n".encode())
        asked.stdin.flush()
        deadline = time.monotonic() + 60
        while len(answers := self._answers()) == before:
            assert asked.poll() is None and time.monotonic() < deadline, self.log("asked")
            time.sleep(0.02)
        return json.loads(answers[-1])

    def _answers(self) -> list[str]:
        return re.findall(r"^ANSWER(.*)\n", self.log("asked"), re.MULTILINE)

    def start(self, name: str, *command: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.processes[name]

    def open(self) -> None:
        """Start the web server and both workers, and wait until the site answers."""
        gunicorn = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi:application"]
        self.start("web", *gunicorn, "--bind", f"127.0.0.1:{self.port}", "--threads", "4")
        self.start(
            "worker", "manage.py", "db_worker", "--queue-name", "default,search", "--no-startup-delay", "--no-reload"
        )
        self.start_media_worker()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"The site did not answer.\n{self.log('web')}")

    def start_media_worker(self) -> subprocess.Popen[bytes]:
        return self.start("media", "manage.py", "run_media_worker")

    def kill(self, name: str, how: signal.Signals) -> None:
        """End a process and everything it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, how)
        process.wait(30)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def last_sms_code(self) -> str:
        """The newest six digits that were sent by SMS."""
        newest = (self.folder / "var" / "sms.log").read_text().splitlines()[-1]
        return re.findall(r"\d{6}", json.loads(newest)["text"])[0]

    def accounts(self) -> dict[str, dict[str, str]]:
        """The demo's accounts by key."""
        rows = json.loads((self.folder / "var" / "demo-accounts.json").read_text())
        return {row["key"]: row for row in rows}

    def factors(self) -> dict[str, str]:
        """The secret of each staff account's authenticator, by key; asked once."""
        if not self._factors:
            devices = "__import__('django_otp.plugins.otp_totp.models',fromlist=['x']).TOTPDevice.objects"
            found = self.ask(f"dict({devices}.filter(confirmed=True).values_list('user_id', 'key'))")
            assert isinstance(found, dict)
            people = {str(row["person_id"]): key for key, row in self.accounts().items()}
            self._factors = {people[person]: secret for person, secret in found.items()}
        return self._factors

    def close(self) -> None:
        for name in list(self.processes):
            process = self.processes[name]
            if process.poll() is None:
                self.kill(name, signal.SIGTERM)
        if self.database:
            drop_database(self.database)
