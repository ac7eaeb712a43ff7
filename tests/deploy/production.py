"""Production on this machine: the commands of deploy/ with production settings, on PostgreSQL, behind nginx."""

import http.client
import os
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.machine import free_port, has_speech, nginx_path
from tests.migrated import address_of, drop_database

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "study.example"
# What the suite sets for itself and a server must not see.
NOT_PASSED_ON = {"CI", "DJANGO_ALLOW_ASYNC_UNSAFE"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def nginx_command(folder: Path, *, port: int, upstream: str, files: str, bucket: str = "") -> list[str]:
    """nginx with the very template of deploy/, inside the least it needs around it; visitors come as if by https."""
    empty = folder / "tls.conf"
    empty.touch()
    values = {
        "TIANJIAN_LISTEN": f"127.0.0.1:{port}",
        "TIANJIAN_NAMES": HOST,
        "TIANJIAN_TLS": str(empty),
        "TIANJIAN_UPSTREAM": upstream,
        "TIANJIAN_FILES": files,
        "TIANJIAN_BUCKET": bucket or "http://127.0.0.1:9",
        "TIANJIAN_SCHEME": "https",
    }
    template = (ROOT / "deploy/nginx/tianjian.conf.template").read_text()
    site = folder / "tianjian.conf"
    site.write_text(re.sub(r"\$\{(TIANJIAN_\w+)\}", lambda match: values[match[1]], template))
    temporary = "".join(
        f"{kind}_temp_path {folder}/nginx-{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include {site};\n}}\n"
    )
    return [nginx_path() or "nginx", "-c", str(main), "-e", "stderr", "-p", str(folder)]


@dataclass
class Production:
    """A place with a database, files, keys and ports of its own; `stop` ends and removes all of it."""

    folder: Path
    name: str = field(default_factory=lambda: f"tianjian_walk_{secrets.token_hex(4)}")
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web_port, self.port = free_port(), free_port()
        secret = secrets.token_hex(32)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
            "DJANGO_SETTINGS_MODULE": "lms.settings.production",
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": f"walk={secret}",
            "SEALING_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": HOST,
            "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
            "SITE_URL": f"https://{HOST}",
            "DATABASE_URL": address_of(self.name),
            "TIANJIAN_VAR": str(self.folder / "var"),
            "MEDIA_ROOT": str(self.folder / "var" / "files"),
            "STATIC_ROOT": str(self.folder / "static"),
            "WEB_BIND": f"127.0.0.1:{self.web_port}",
            "SMS_HTTP_ADDRESS": f"https://sms.{HOST}/send",
            "SMS_HTTP_KEY": "walk",
            "TRANSCRIBE_BACKEND": "whisper" if has_speech() else "dummy",
            "WHISPER_MODEL": str(ROOT / "tests/data/whisper-nano/whisper-nano.pt"),
        }
        (self.folder / "var" / "files").mkdir(parents=True)

    def manage(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert not check or done.returncode == 0, f"manage.py {arguments[0]}\n{done.stdout}{done.stderr}"
        return done

    def python(self, code: str) -> str:
        """What a few lines of Python print in this place."""
        return self.manage("shell", "--no-imports", "-c", code).stdout.strip()

    def start(self, name: str, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start_unit(self, unit: str, *, name: str = "", **environment: str) -> subprocess.Popen[bytes]:
        """Start the very command of a systemd unit."""
        text = (ROOT / f"deploy/systemd/tianjian-{unit}.service").read_text()
        line = re.search(r"^ExecStart=/srv/tianjian/\.venv/bin/(.+)$", text, flags=re.MULTILINE)
        assert line is not None
        program, *arguments = line[1].split()
        return self.start(name or unit, [str(Path(sys.executable).parent / program), *arguments], **environment)

    def start_nginx(self) -> None:
        command = nginx_command(
            self.folder,
            port=self.port,
            upstream=self.environment["WEB_BIND"],
            files=self.environment["MEDIA_ROOT"],
        )
        self.start("nginx", command)

    def get(self, path: str, *, port: int | None = None, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        try:
            wanted = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
            connection.request(method, path, headers=wanted)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def wait(self, path: str = "/healthz", seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
            try:
                if self.get(path).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{path} did not answer:\n{self.log('web')}")

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        drop_database(self.name)
